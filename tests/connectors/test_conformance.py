"""The conformance suite: what every source must do, whichever CRM or file it is."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, closing
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from connectors.errors import Busy, Refused
from connectors.lake import Lake
from connectors.policy.band import Band
from connectors.policy.keep import Keep
from connectors.policy.look import SHOWN
from connectors.policy.map import Map
from connectors.policy.mask import SHAPES
from connectors.policy.model import Policy, Rule
from connectors.sandbox.fields import Value
from connectors.source import Batch, Flag
from tests.connectors.conformance import Subject, SubjectFactory
from tests.seals import SEALS

SUBJECTS = ("file", "salesforce", "hubspot")
CANARY_NAME, CANARY_MAIL = "Zyxcanaryname", "zyxcanary@example.org"
REGIONS = ("city", "suburb", "small town")
NOBODY_MAPPED = "Atlantis"
CHECKED = datetime(2026, 3, 1, 12, tzinfo=UTC)


def lead(number: int, **changes: Value) -> Mapping[str, Value]:
    usual: dict[str, Value] = {
        "region": REGIONS[number % 3],
        "age": 20 + number % 50,
        "score": number % 101,
        "status": "open",
        "opted_out": False,
        "created": f"2026-01-{1 + number % 28:02d}T10:30:00Z",
        "last_name": f"{CANARY_NAME}{number}",
        "email": f"{number}.{CANARY_MAIL}",
    }
    return {**usual, **changes}


def policy_for(subject: Subject) -> Policy:
    """Region by a vocabulary, age in bands, the score kept; opted-out leads left out."""
    name = subject.field
    vocabulary = (("city", "C"), ("suburb", "S"), ("Small Town", "T"))
    return Policy(
        name="conformance",
        crm=subject.keyring.crm,
        object="Lead",
        created=name("created"),
        exclude_when=(name("opted_out"),),
        rules=(
            Rule(field=name("region"), operator=Map(vocabulary=vocabulary), column="region"),
            Rule(field=name("age"), operator=Band(bands=(25, 35, 50)), column="age"),
            Rule(field=name("score"), operator=Keep(), column="score"),
        ),
    )


@pytest.fixture(params=SUBJECTS)
def make(request: pytest.FixtureRequest) -> SubjectFactory:
    """The factory of each subject; a subject that is not there is a failure, not a skip."""
    module = importlib.import_module(f"tests.connectors.subject_{request.param}")
    factory: SubjectFactory = getattr(module, f"{request.param}_subject")
    return factory


def opened(make: SubjectFactory, *leads: Mapping[str, Value]) -> AbstractContextManager[Subject]:
    return make(tuple(leads))


def pulled(subject: Subject) -> list[Batch]:
    return list(subject.source.pull(policy_for(subject)))


def rows(batches: list[Batch]) -> list[dict[str, object]]:
    return [row for batch in batches for row in batch.table.to_pylist()]


def by_lead(subject: Subject, batches: list[Batch]) -> dict[int, dict[str, object]]:
    """The rows by the position of their lead; a row of no lead fails."""
    place = {subject.keyring.lead_key(record).hex: i for i, record in enumerate(subject.record_ids)}
    return {place[str(row["lead_key"])]: row for row in rows(batches)}


def flag(status: str = "ok", audit_id: str = "a1") -> Flag:
    return Flag(status=status, reason="Checked.", audit_id=audit_id, checked_at=CHECKED)  # type: ignore[arg-type]


def test_every_lead_arrives_once_under_its_pseudonym_and_the_policy(make):
    with opened(make, *(lead(i) for i in range(250))) as subject:
        batches = pulled(subject)
        found = by_lead(subject, batches)
        assert len(rows(batches)) == len(found) == 250
        assert found[7]["region"] == "S"
        assert found[7]["age"] == "25-34"
        assert float(str(found[7]["score"])) == 7
        assert subject.source.count() == 250


def test_records_in_are_kept_rejected_or_excluded(make):
    leads = [lead(i, opted_out=i % 5 == 0) for i in range(60)]
    with opened(make, *leads) as subject:
        batches = pulled(subject)
        for batch in batches:
            left = sum(batch.rejected.values()) + sum(batch.excluded.values())
            assert batch.read == batch.table.num_rows + left
        assert sum(batch.read for batch in batches) == 60


def test_leads_that_opted_out_are_left_out_counted_and_named_for_erasure(make):
    leads = [lead(i, opted_out=i in {3, 11}) for i in range(20)]
    with opened(make, *leads) as subject:
        batches = pulled(subject)
        excluded = sum(count for batch in batches for count in batch.excluded.values())
        withdrawn = {key for batch in batches for key in batch.withdrawn}
        assert excluded == 2
        assert {3, 11}.isdisjoint(by_lead(subject, batches))
        assert withdrawn == {subject.keyring.lead_key(subject.record_ids[i]) for i in (3, 11)}


def test_only_the_policys_fields_are_requested(make):
    with opened(make, *(lead(i) for i in range(30))) as subject:
        pulled(subject)
        asked = {name.lower() for name in subject.requested()}
        assert {subject.field(name).lower() for name in ("region", "age", "score")} <= asked
        never = {subject.field(name).lower() for name in ("last_name", "email", "status")}
        assert asked.isdisjoint(never)


def test_nothing_personal_and_no_record_id_is_in_a_batch(make):
    with opened(make, *(lead(i) for i in range(40))) as subject:
        batches = pulled(subject)
        text = repr(rows(batches)) + repr(batches) + repr(subject.source)
        assert len(rows(batches)) == 40
        assert CANARY_NAME not in text
        assert CANARY_MAIL not in text
        assert not [record for record in subject.record_ids if re.search(rf"\b{re.escape(record)}\b", text)]


def test_batches_have_text_columns_a_key_and_a_day(make):
    with opened(make, *(lead(i) for i in range(5))) as subject:
        for batch in pulled(subject):
            assert batch.table.column_names == ["lead_key", "cohort_day", "region", "age", "score"]
            kinds = {name: batch.table.schema.field(name).type for name in batch.table.column_names}
            assert kinds.pop("cohort_day") == pa.date32()
            assert set(kinds.values()) == {pa.string()}
            assert all(re.fullmatch("[0-9a-f]{32}", key) for key in batch.table["lead_key"].to_pylist())


def test_empty_fields_are_missing_and_not_counted_as_unmapped(make):
    with opened(make, lead(0, region=None, age=None), lead(1)) as subject:
        batches = pulled(subject)
        found = by_lead(subject, batches)
        assert found[0]["region"] is None
        assert found[0]["age"] is None
        assert not [batch.unmapped for batch in batches if batch.unmapped]


def test_values_that_nobody_mapped_are_missing_and_counted(make):
    with opened(make, *(lead(i, region=NOBODY_MAPPED if i < 4 else "city") for i in range(9))) as subject:
        batches = pulled(subject)
        assert sum(batch.unmapped.get("region", 0) for batch in batches) == 4
        assert [row["region"] for _, row in sorted(by_lead(subject, batches).items())] == [None] * 4 + [
            "C"
        ] * 5


def test_the_cohort_is_the_utc_day_of_creation(make):
    leads = [lead(0, created="2026-02-28T23:59:59Z"), lead(1, created="2026-03-01T00:00:00Z")]
    with opened(make, *leads) as subject:
        found = by_lead(subject, pulled(subject))
        assert found[0]["cohort_day"] == date(2026, 2, 28)
        assert found[1]["cohort_day"] == date(2026, 3, 1)


def test_the_same_data_gives_the_same_rows(make):
    with opened(make, *(lead(i) for i in range(120))) as subject:
        assert rows(pulled(subject)) == rows(pulled(subject))


@pytest.mark.parametrize("leads", [1, 3])
def test_a_sample_is_a_few_leads_under_a_draft(make, leads):
    with opened(make, *(lead(i) for i in range(12))) as subject:
        batch = subject.source.sample(policy_for(subject), leads)
        assert batch.table.num_rows == leads
        assert batch.table.column_names == ["lead_key", "cohort_day", "region", "age", "score"]
        assert set(by_lead(subject, [batch])) <= set(range(12))


@pytest.mark.parametrize("leads", [3, 260])
def test_a_look_shows_kinds_before_and_the_same_leads_after(make, leads):
    with opened(make, *(lead(i) for i in range(240))) as subject:
        policy = policy_for(subject)
        looked = subject.source.look(policy, leads)
        assert looked.batch.table.num_rows == min(leads, 240)
        assert looked.before.num_rows == min(leads, SHOWN)
        assert set(looked.before.column_names) == set(policy.fields)
        assert {kind for column in looked.before.columns for kind in column.to_pylist()} <= {*SHAPES, None}
        ages = looked.before[subject.field("age")].to_pylist()
        kept = looked.batch.table["age"].to_pylist()
        assert [age is None for age in ages] == [age is None for age in kept[:SHOWN]]


def test_an_organisation_without_leads_gives_no_lead(make):
    with opened(make) as subject:
        if subject.keyring.crm == "file":  # a file without rows is a bad export, not an empty org
            with pytest.raises(Refused, match="no rows"):
                pulled(subject)
        else:
            assert rows(pulled(subject)) == []
            assert subject.source.count() == 0


def test_describe_lists_the_fields(make):
    with opened(make, lead(0)) as subject:
        names = {info.name.lower() for info in subject.source.describe()}
        assert {subject.field(name).lower() for name in ("region", "age", "score", "status")} <= names
        assert all(info.label and info.type for info in subject.source.describe())


def test_a_pull_that_breaks_midway_says_so(make):
    with opened(make, *(lead(i) for i in range(2600))) as subject:
        subject.break_after(1)
        with pytest.raises((Refused, Busy)) as told:
            pulled(subject)
        text = str(told.value) + repr(told.value)
        assert CANARY_NAME not in text
        assert not [record for record in subject.record_ids if re.search(rf"\b{re.escape(record)}\b", text)]


def test_a_broken_pull_leaves_the_lake_as_it_was(make, tmp_path):
    lake = Lake(tmp_path, SEALS)
    with opened(make, *(lead(i) for i in range(2600))) as subject:
        place = (subject.keyring.crm, subject.source.organisation)
        account = lake.write(*place, subject.source.pull(policy_for(subject)))
        before = lake.read(*place)
        assert (account.read, account.kept, before.num_rows) == (2600, 2600, 2600)
        subject.break_after(1)
        with pytest.raises((Refused, Busy)), closing_pull(subject) as batches:
            lake.write(*place, batches)
        assert lake.read(*place).equals(before)


def closing_pull(subject: Subject) -> closing:
    return closing(subject.source.pull(policy_for(subject)))


def test_flags_are_written_where_they_belong(make):
    with opened(make, *(lead(i) for i in range(6))) as subject:
        flags = {subject.keyring.lead_key(record): flag() for record in subject.record_ids[:3]}
        flags[subject.keyring.lead_key(subject.record_ids[0])] = flag("review")
        receipt = subject.source.publish(flags)
        assert (receipt.listed, receipt.written, receipt.unchanged, receipt.unknown) == (6, 3, 0, 3)
        expected = dict(zip(subject.record_ids[:3], ("review", "ok", "ok"), strict=True))
        assert {record: status for record, status in subject.flags().items() if status} == expected


def test_the_account_of_a_write_back_adds_up(make):
    with opened(make, *(lead(i) for i in range(230))) as subject:
        stranger = subject.keyring.lead_key("nobody")
        flags = {subject.keyring.lead_key(record): flag() for record in subject.record_ids[::2]}
        receipt = subject.source.publish({**flags, stranger: flag()})
        done = (
            receipt.written
            + receipt.cleared
            + receipt.unchanged
            + receipt.unknown
            + sum(receipt.failed.values())
        )
        assert receipt.listed == done == 230
        assert receipt.written == 115
        assert not receipt.failed


def test_a_second_write_back_of_the_same_flags_writes_nothing(make):
    with opened(make, *(lead(i) for i in range(8))) as subject:
        flags = {subject.keyring.lead_key(record): flag() for record in subject.record_ids}
        assert subject.source.publish(flags).written == 8
        again = subject.source.publish(flags)
        assert (again.written, again.unchanged) == (0, 8)


def test_a_write_back_writes_exactly_what_differs(make):
    with opened(make, *(lead(i) for i in range(8))) as subject:
        keys = [subject.keyring.lead_key(record) for record in subject.record_ids]
        subject.source.publish({key: flag() for key in keys})
        changed = {**{key: flag() for key in keys}, keys[5]: flag("review")}
        receipt = subject.source.publish(changed)
        assert (receipt.written, receipt.unchanged) == (1, 7)
        assert subject.flags()[subject.record_ids[5]] == "review"


def test_a_lead_that_left_the_audit_loses_its_flag_and_only_once(make):
    with opened(make, *(lead(i) for i in range(8))) as subject:
        keys = [subject.keyring.lead_key(record) for record in subject.record_ids]
        subject.source.publish({key: flag("review") for key in keys})
        left = {key: flag("review") for key in keys[:5]}
        first, second = subject.source.publish(left), subject.source.publish(left)
        assert (first.cleared, first.written, first.unchanged, first.unknown) == (3, 0, 5, 0)
        assert (second.cleared, second.written, second.unchanged, second.unknown) == (0, 0, 5, 3)
        flagged = [record for record, status in subject.flags().items() if status]
        assert sorted(flagged) == sorted(subject.record_ids[:5])


def test_a_write_back_reads_no_personal_field(make):
    with opened(make, *(lead(i) for i in range(5))) as subject:
        subject.source.publish({subject.keyring.lead_key(subject.record_ids[0]): flag()})
        asked = {name.lower() for name in subject.requested()}
        personal = ("last_name", "email", "region", "age", "status")
        assert asked.isdisjoint({subject.field(name).lower() for name in personal})
