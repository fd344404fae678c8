"""Leads that are too old: counted, never stored, erased by whole days; and what is held of one lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.schema import BadInput
from connectors.ageing import aged, expire
from connectors.hubspot import typed_id as hubspot
from connectors.lake import Lake
from connectors.one_lead import one_lead
from connectors.policy.apply import Raw, apply_policy
from connectors.policy.keep import Keep
from connectors.policy.model import TOO_OLD, Policy, Rule
from connectors.policy.write import policy_digest
from connectors.pseudonym import Keyring, LeadKey
from connectors.salesforce import typed_id as salesforce
from connectors.salesforce.ids import full_id
from connectors.source import ASIDE, Batch
from tests.seals import SEALS

KEYRING = Keyring(crm="hubspot", organisation="42", master=bytes(32))
PLACE = ("hubspot", "42")
LIMIT = date(2026, 1, 10)
POLICY = Policy(
    name="p",
    crm="hubspot",
    object="contacts",
    created="createdate",
    exclude_when=("optout",),
    rules=(Rule(field="source", operator=Keep(), column="source"),),
)
DAYS = st.dates(date(2025, 12, 20), date(2026, 1, 31))
CREATED = st.one_of(st.none(), st.just("yesterday"), DAYS.map(str))
RECORDS = st.lists(st.tuples(CREATED, st.sampled_from(["true", "false", None])), max_size=30)


def raw(records: list[tuple[str | None, str | None]]) -> Raw:
    return Raw(
        keys=[KEYRING.lead_key(str(number)) for number in range(len(records))],
        columns={
            "source": ["web"] * len(records),
            "createdate": [created for created, _ in records],
            "optout": [optout for _, optout in records],
        },
    )


@given(RECORDS)
def test_nothing_of_a_lead_that_is_too_old_is_in_a_batch_and_every_record_is_counted(records):
    batch = apply_policy(replace(POLICY, not_before=LIMIT), raw(records), KEYRING)
    plain = apply_policy(POLICY, raw(records), KEYRING)
    old = {
        KEYRING.lead_key(str(number)).hex
        for number, (created, _) in enumerate(records)
        if created and created[:2] == "20" and date.fromisoformat(created) < LIMIT
    }
    assert batch.excluded.get(TOO_OLD, 0) == len(old)
    assert (
        batch.read
        == plain.read
        == batch.table.num_rows + sum([*batch.rejected.values(), *batch.excluded.values()])
    )
    named = {*batch.table["lead_key"].to_pylist(), *batch.aside["lead_key"].to_pylist()}
    assert not named & old
    assert not {key.hex for key in batch.withdrawn} & old
    assert set(plain.table["lead_key"].to_pylist()) - old == set(batch.table["lead_key"].to_pylist())


def test_the_limit_is_no_part_of_what_the_policy_says():
    assert policy_digest(replace(POLICY, not_before=LIMIT)) == policy_digest(POLICY)


@settings(max_examples=6, deadline=None)
@given(days=st.lists(DAYS, min_size=1, max_size=25), limit=DAYS)
def test_erasing_by_age_keeps_the_account_and_leaves_nobody_older(tmp_path_factory, days, limit):
    lake = Lake(tmp_path_factory.mktemp("lake"), SEALS)
    lake.write(*PLACE, [batch_of(days)])
    before, going = lake.whole(*PLACE), aged(lake, *PLACE, limit)
    assert before is not None
    assert (
        expire(lake, *PLACE, limit) == going.num_rows == sum(day < limit for day in [*days, date(2026, 1, 1)])
    )
    after = lake.whole(*PLACE)
    assert after is not None
    assert after.read == before.read
    assert after.read == after.kept + sum(after.rejected.values()) + sum(after.excluded.values())
    assert after.excluded.get(TOO_OLD, 0) == going.num_rows
    assert not [day for day in lake.read(*PLACE)["cohort_day"].to_pylist() if day < limit]
    assert not aged(lake, *PLACE, limit).num_rows
    assert expire(lake, *PLACE, limit) == 0


def batch_of(days: list[date]) -> Batch:
    """Leads of these days, and one who opted out on New Year's Day."""
    keys = [KEYRING.lead_key(str(number)).hex for number in range(len(days))]
    source = ["web"] * len(days)
    aside = [[KEYRING.lead_key("out").hex], ["excluded"], ["optout"], [date(2026, 1, 1)]]
    return Batch(
        table=pa.table({"lead_key": keys, "cohort_day": pa.array(days, pa.date32()), "source": source}),
        read=len(days) + 1,
        rejected={},
        excluded={"optout": 1},
        unmapped={},
        withdrawn=(KEYRING.lead_key("out"),),
        aside=pa.table([pa.array(one, kind.type) for one, kind in zip(aside, ASIDE, strict=True)], ASIDE),
    )


def test_what_is_held_of_one_lead(tmp_path):
    lake = Lake(tmp_path, SEALS)
    assert one_lead(lake, *PLACE, KEYRING.lead_key("0")).day is None
    assert expire(lake, *PLACE, LIMIT) == 0
    lake.write(*PLACE, [batch_of([LIMIT + timedelta(days=number) for number in range(5)])])
    found = one_lead(lake, *PLACE, KEYRING.lead_key("3"))
    assert (found.day, dict(found.values), found.earlier) == (date(2026, 1, 13), {"source": "web"}, [])
    turned = one_lead(lake, *PLACE, KEYRING.lead_key("out")).turned_away
    assert turned is not None
    assert (turned.kind, turned.reason) == ("excluded", "optout")
    lake.forget(*PLACE, KEYRING.lead_key("3"))
    gone = one_lead(lake, *PLACE, KEYRING.lead_key("3"))
    assert (gone.day, gone.kept_away) == (None, True)
    nobody = one_lead(lake, *PLACE, LeadKey(bytes(16)))
    assert (nobody.day, nobody.turned_away, nobody.kept_away) == (None, None, False)


STEMS = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", min_size=12, max_size=12)


@given(STEMS)
def test_the_short_and_the_long_form_of_a_salesforce_id_are_one_lead(stem):
    short = f"00Q{stem}"
    long = full_id(short)
    key = salesforce.typed_lead(short, KEYRING)
    assert key == KEYRING.lead_key(long) == salesforce.typed_lead(f"\t{long} ", KEYRING)
    wrong = long[:15] + ("AAA" if long[15:] != "AAA" else "BBB")
    with pytest.raises(BadInput, match="A letter is wrong") as problem:
        salesforce.typed_lead(wrong, KEYRING)
    assert wrong not in str(problem.value)


def refusal(typed: Callable[[str, Keyring], LeadKey], text: str) -> str:
    """Why a text is no id; empty where it became a key."""
    try:
        return "" if len(typed(text, KEYRING).digest) == 16 else "a short key"
    except BadInput as problem:
        return str(problem)


@given(st.text(max_size=25))
def test_what_is_typed_is_a_key_or_refused_and_never_repeated(text):
    for typed in (salesforce.typed_lead, hubspot.typed_lead):
        assert len(text.strip()) < 6 or text.strip() not in refusal(typed, text)
