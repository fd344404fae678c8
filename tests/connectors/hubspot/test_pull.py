"""Reading a portal: complete, counted, under the policy, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.errors import Busy, Refused
from connectors.policy.keep import Keep
from connectors.policy.model import Rule
from connectors.sandbox.hubspot.faults import Fault
from tests.connectors.subject_hubspot import POLICY, some


def rows(batches):
    return [row for batch in batches for row in batch.table.to_pylist()]


def test_every_contact_comes_once_in_the_order_of_ids(small):
    found = rows(small.source.pull(POLICY))
    expected = [small.keyring.lead_key(name).hex for name in small.portal.record_ids()]
    assert [row["lead_key"] for row in found] == expected
    assert [row["score"] for row in found] == [str(number % 100) for number in range(250)]
    assert found[0]["cohort_day"].isoformat() == "2026-03-01"


@pytest.mark.parametrize("version", ["2026-09", "v3"])
def test_the_dated_and_the_undated_paths_give_the_same(connecting, version):
    portal = connecting(some(120), version)
    assert len(rows(portal.source.pull(POLICY))) == 120
    marks = {name for name in portal.calls if name.endswith("/batch/read")}
    assert len(marks) == 1
    assert f"/{version}/" in marks.pop()


def test_only_the_policy_s_fields_are_requested(small):
    list(small.source.pull(POLICY))
    small.source.count()
    small.source.sample(POLICY, 5)
    assert small.portal.control.requested == {*POLICY.fields, "hs_object_id"}


def test_field_names_travel_in_bodies(small):
    wide = replace(
        POLICY,
        rules=tuple(Rule(field=POLICY.rules[0].field, operator=Keep(), column=f"c{n}") for n in range(40)),
    )
    assert len(rows(small.source.pull(wide))[0]) == 42


def test_what_is_read_adds_up(connecting):
    records = some(30)
    records[3]["opted_out_of_profiling"] = True
    records[4]["region"] = ""
    portal = connecting(records)
    (batch,) = portal.source.pull(POLICY)
    assert batch.read == 30
    assert batch.excluded == {"opted_out_of_profiling": 1}
    assert batch.table.num_rows == 29
    assert portal.keyring.lead_key(portal.portal.record_ids()[3]) in batch.withdrawn
    assert batch.table.column("region").null_count == 1


def test_a_contact_that_goes_between_list_and_read_is_counted(small):
    portal = small.portal
    gone = portal.record_ids()[1]
    portal.control.plan(Fault(kind="deed", deed="archive", record=gone, path="/batch/read"))
    batches = list(small.source.pull(POLICY))
    assert sum(batch.read for batch in batches) == 250
    assert batches[0].rejected == {"OBJECT_NOT_FOUND": 1}
    assert sum(batch.table.num_rows for batch in batches) == 249


def test_archived_contacts_are_not_read(small):
    small.portal.archive(small.portal.record_ids()[0])
    assert len(rows(small.source.pull(POLICY))) == 249


def test_a_page_that_repeats_a_contact_does_not_double_it(small):
    small.portal.control.repeat_pages = True
    assert len(rows(small.source.pull(POLICY))) == 250


def test_a_property_that_the_portal_lacks_is_named_before_anything_is_read(small):
    policy = replace(POLICY, rules=(*POLICY.rules, Rule(field="shoe_size", operator=Keep(), column="shoe")))
    with pytest.raises(Refused, match="shoe_size") as caught:
        list(small.source.pull(policy))
    assert caught.value.code == "PROPERTY_DOESNT_EXIST"
    assert "region" not in small.portal.control.requested


def test_a_property_that_is_archived_during_the_pull_stops_it(connecting):
    found = connecting(some(1_200, opted_out_of_profiling=True))
    batches = found.source.pull(POLICY)
    assert next(batches).excluded == {"opted_out_of_profiling": 100}
    found.portal.desk.drop_property("contacts", "opted_out_of_profiling")
    with pytest.raises(Refused, match="opted_out_of_profiling"):
        list(batches)


def test_a_property_that_nobody_has_a_value_of_is_no_fault(small):
    assert all(batch.excluded == {} for batch in small.source.pull(POLICY))


def test_sensitive_properties_are_not_described(small):
    fields = {field.name: field for field in small.source.describe()}
    assert "health_condition" not in fields
    assert not fields["hubspotscore"].writable
    assert fields["region"].writable
    assert fields["createdate"].type == "datetime"


def test_count_is_the_portal_s_total(small):
    assert small.source.count() == 250


def test_a_sample_is_a_few_leads(small):
    assert small.source.sample(POLICY, 3).table.num_rows == 3


def test_an_empty_portal_gives_no_batch(connecting):
    portal = connecting([])
    assert list(portal.source.pull(POLICY)) == []
    assert portal.source.count() == 0
    with pytest.raises(StopIteration):
        next(portal.source.pull(POLICY))
    assert portal.source.sample(POLICY, 3).read == 0


def test_changes_since_a_moment(small):
    portal = small.portal
    since = datetime.fromtimestamp(portal.clock.now(), UTC)
    assert rows(small.source.pull(POLICY, since=since)) == []
    portal.clock.advance(3600)
    portal.desk.change("contacts", portal.record_ids()[7], {"region": "moved"})
    portal.clock.advance(60)
    (row,) = rows(small.source.pull(POLICY, since=since + timedelta(minutes=30)))
    assert (row["lead_key"], row["region"]) == (small.keyring.lead_key(portal.record_ids()[7]).hex, "moved")


def test_more_ties_than_a_search_can_return_all_survive(connecting):
    moment = "2026-05-05T05:05:05.555Z"
    portal = connecting(some(10_350, lastmodifieddate=moment))
    portal.portal.control.burst_maximum = 100_000
    portal.portal.control.search_maximum = 100_000
    found = rows(portal.source.pull(POLICY, since=datetime(2026, 5, 5, tzinfo=UTC)))
    assert len({row["lead_key"] for row in found}) == len(found) == 10_350


def test_a_pull_that_breaks_midway_raises(small):
    small.portal.control.break_after(3)
    with pytest.raises(Busy):
        list(small.source.pull(POLICY))


@pytest.mark.parametrize("kind", ["reset", "truncated", "drip"])
def test_damaged_answers_are_read_again(small, kind):
    small.portal.control.plan(Fault(kind=kind, path="/batch/read", skip=1))
    assert len(rows(small.source.pull(POLICY))) == 250


@pytest.mark.parametrize("status", [423, 500, 502, 503, 504, 521, 523, 524])
def test_transient_answers_are_waited_out(small, status):
    small.portal.control.plan(Fault(status=status, path="/objects/", skip=2, times=2))
    assert len(rows(small.source.pull(POLICY))) == 250
