"""Raw records become a batch: excluded, dated, transformed, counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.policy.apply import Raw, apply_policy, table_schema
from connectors.policy.band import Band
from connectors.policy.drop import Drop
from connectors.policy.keep import Keep
from connectors.policy.model import Policy, Rule
from connectors.policy.risk import readable_columns, risk
from connectors.pseudonym import Keyring

KEYRING = Keyring(crm="hubspot", organisation="42", master=bytes(32))
POLICY = Policy(
    name="p",
    crm="hubspot",
    object="contacts",
    created="createdate",
    exclude_when=("optout", "erase"),
    rules=(
        Rule(field="age", operator=Band(bands=(25,)), column="age"),
        Rule(field="lastname", operator=Drop(), column="lastname"),
        Rule(field="source", operator=Keep(), column="src"),
    ),
)


def raw(*records: tuple[str | None, ...]) -> Raw:
    """Records of (age, source, createdate, optout, erase)."""
    columns = list(zip(*records, strict=True)) if records else [()] * 5
    names = ("age", "source", "createdate", "optout", "erase")
    keys = [KEYRING.lead_key(str(number)) for number in range(len(records))]
    return Raw(keys=keys, columns=dict(zip(names, columns, strict=True)))


def test_every_record_ends_in_one_account():
    batch = apply_policy(
        POLICY,
        raw(
            ("20", "web", "2026-01-01T23:59:59.999Z", "false", None),
            ("x", "web", "2026-01-02", "", "0"),
            ("30", "web", "2026-01-02", "TRUE", "true"),
            ("30", "web", "2026-01-02", None, "1"),
            ("30", "web", None, None, None),
            ("30", "web", "yesterday", None, None),
        ),
        KEYRING,
    )
    assert batch.table.to_pydict() == {
        "lead_key": [KEYRING.lead_key("0").hex, KEYRING.lead_key("1").hex],
        "cohort_day": [date(2026, 1, 1), date(2026, 1, 2)],
        "age": ["<25", None],
        "src": ["web", "web"],
    }
    assert batch.read == 6
    assert batch.excluded == {"optout": 1, "erase": 1}
    assert batch.rejected == {"created_missing": 1, "created_not_a_date": 1}
    assert batch.unmapped == {"age": 1}
    assert batch.withdrawn == (KEYRING.lead_key("2"), KEYRING.lead_key("3"))


def test_an_opted_out_lead_without_a_date_is_excluded_not_rejected():
    batch = apply_policy(POLICY, raw(("30", "web", None, "yes", None)), KEYRING)
    assert (batch.excluded, batch.rejected) == ({"optout": 1}, {})


@pytest.mark.parametrize(
    "value",
    *[["true", "1", "yes", "Yes ", "y", "on", "1.0", "2", "-1", "x", "ja", "Opted out", "do not process"]],
)
def test_an_opt_out_in_any_words_excludes_and_is_counted(value):
    batch = apply_policy(POLICY, raw(("30", "web", "2026-01-02", value, None)), KEYRING)
    assert (batch.table.num_rows, batch.excluded) == (0, {"optout": 1})


@pytest.mark.parametrize(
    "value", [None, "", "  ", "false", "FALSE ", "f", "no", "n", "off", "0", "0.0", "00", "0.", "null"]
)
def test_only_an_empty_opt_out_or_a_plain_no_keeps_the_lead(value):
    batch = apply_policy(POLICY, raw(("30", "web", "2026-01-02", value, None)), KEYRING)
    assert (batch.table.num_rows, batch.excluded) == (1, {})


def test_no_record_gives_the_columns_without_rows():
    batch = apply_policy(POLICY, raw(), KEYRING)
    assert batch.table.schema == table_schema(POLICY)
    assert (batch.read, batch.table.num_rows) == (0, 0)


def test_records_the_source_could_not_read_count_as_read():
    unread = replace(raw(("30", "web", "2026-01-02", None, None)), rejected={"malformed": 2})
    batch = apply_policy(POLICY, unread, KEYRING)
    assert (batch.read, batch.table.num_rows, batch.rejected) == (3, 1, {"malformed": 2})


def test_a_source_may_date_its_leads_itself():
    dated = replace(
        raw(("30", "web", None, None, None), ("30", "web", None, None, None)),
        cohort_days=[date(2026, 5, 1), None],
    )
    batch = apply_policy(POLICY, dated, KEYRING)
    assert batch.table["cohort_day"].to_pylist() == [date(2026, 5, 1)]
    assert batch.rejected == {"created_missing": 1}


def test_half_a_surrogate_pair_does_not_stop_a_pull():
    batch = apply_policy(POLICY, raw(("30", "web\ud83d", "2026-01-02", None, None)), KEYRING)
    assert batch.table["src"].to_pylist() == ["web\ufffd"]


def test_a_field_that_was_not_delivered_is_a_fault():
    incomplete = replace(raw(), columns={"age": ()})
    with pytest.raises(KeyError):
        apply_policy(POLICY, incomplete, KEYRING)


def test_a_raw_record_shows_no_value():
    assert "Canary" not in repr(raw(("Canary", "Canary", None, None, None)))


text = st.none() | st.sampled_from(["", "true", "false", "2026-01-01", "30", "x"])


@given(st.lists(st.tuples(text, text, text, text, text), max_size=12))
def test_records_in_are_kept_rejected_or_excluded(records):
    batch = apply_policy(POLICY, raw(*records), KEYRING)
    assert batch.read == len(records)
    assert batch.read == batch.table.num_rows + sum(batch.rejected.values()) + sum(batch.excluded.values())
    assert len(batch.withdrawn) == sum(batch.excluded.values())


def test_the_risk_is_the_smallest_crowd():
    table = pa.table({"age": ["<25", "<25", "25+", None, None], "src": ["a", "a", "a", "b", "b"]})
    measured = risk(table, ("age", "src"))
    assert (measured.groups, measured.smallest, measured.alone) == (3, 1, 1)
    assert risk(table, ("src",)).smallest == 2
    assert risk(table.slice(0, 0), ("src",)).smallest == 0
    assert risk(table, ()).smallest == 5


def test_dropped_fields_and_pseudonyms_are_not_readable():
    assert readable_columns(POLICY) == ("age", "src")


@pytest.mark.parametrize(
    ("value", "kept"),
    [("true", True), ("1", True), (None, True), (" ", True), ("false", False), ("0.0", False)],
)
def test_a_field_that_permits_excludes_where_it_says_no(value, kept):
    entry = "not Individual.CanStorePiiElsewhere"
    policy = Policy(
        name="p",
        crm="salesforce",
        object="Lead",
        created="Created",
        rules=(Rule(field="Region", operator=Keep(), column="region"),),
        exclude_when=(entry,),
    )
    assert policy.fields == ("Region", "Created", "Individual.CanStorePiiElsewhere")
    columns = {"Region": ["x"], "Created": ["2026-01-01"], "Individual.CanStorePiiElsewhere": [value]}
    keyring = Keyring(crm="salesforce", organisation="o", master=bytes(32))
    batch = apply_policy(policy, Raw(keys=[keyring.lead_key("a")], columns=columns), keyring)
    assert (batch.table.num_rows, batch.excluded) == ((1, {}) if kept else (0, {entry: 1}))
