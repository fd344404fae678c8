"""Which sync is chosen, and that after it the lake is what the portal is, in its contacts and its account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.errors import Busy, Refused
from connectors.hubspot import progress
from connectors.policy.keep import Keep
from connectors.policy.model import Rule
from connectors.sandbox.hubspot.faults import Fault
from connectors.source import Flag
from tests.connectors.hubspot.syncing import POLICY, Desk, desk_of
from tests.connectors.subject_hubspot import some


@pytest.fixture
def desk(connecting, tmp_path: Path) -> Desk:
    records = some(500)
    for number in range(0, 500, 100):
        records[number]["opted_out_of_profiling"] = True
    return desk_of(connecting(records), tmp_path)


def test_the_first_sync_reads_everything_and_the_second_what_changed(desk: Desk):
    first = desk.sync()
    assert (first.kind, first.run.read, first.run.kept) == ("full", 500, 495)
    assert "first sync" in first.why
    assert desk.seen[-1] == (500, 500)
    desk.later()
    desk.change(3, region="coast")
    desk.later(1)
    second = desk.sync()
    assert (second.kind, second.run.read, second.changed, second.added) == ("incremental", 1, 1, 0)
    assert (second.whole.read, second.whole.kept) == (500, 495)
    lead = desk.lead(3)
    assert lead is not None
    assert lead["region"] == "coast"


def test_what_the_index_did_not_know_yet_is_not_lost(desk: Desk):
    desk.portal.control.index_seconds = 10.0
    desk.sync()
    desk.later()
    desk.change(5, region="late")
    assert desk.sync().changed == 0
    desk.portal.clock.advance(11)
    assert desk.sync().changed == 1
    desk.later()
    assert (desk.sync().unchanged, desk.sync().run.read) == (1, 0)


def test_a_hundred_thousand_could_change_in_one_millisecond(connecting, tmp_path):
    desk = desk_of(connecting(some(300)), tmp_path)
    desk.sync()
    desk.later()
    for number in range(300):
        desk.change(number, region="same")
    desk.later(5)
    desk.portal.desk.stamp_all("contacts")
    done = desk.sync()
    assert (done.kind, done.run.read, done.changed) == ("incremental", 300, 300)


def test_what_fairlead_wrote_itself_is_filtered_and_counted(desk: Desk):
    desk.sync()
    desk.later()
    before = set(desk.lake.folder.rglob("*.parquet"))
    keyring, ids = desk.connected.keyring, desk.portal.record_ids()
    now = datetime(2026, 11, 23, tzinfo=UTC)
    flag = Flag(status="review", reason="r", audit_id="A", checked_at=now)
    desk.source.publish({keyring.lead_key(one): flag for one in ids[1:41]})
    desk.later()
    desk.change(50, region="moved")
    desk.later(1)
    done = desk.sync()
    assert (done.kind, done.run.read, done.changed, done.added) == ("incremental", 41, 1, 0)
    assert (done.unchanged, done.own) == (40, 40)
    assert len(set(desk.lake.folder.rglob("*.parquet")) - before) <= 2
    desk.later()
    assert (desk.sync().changed, desk.sync().run.read) == (0, 0)


def test_a_person_after_our_write_back_is_not_filtered_with_it(desk: Desk):
    desk.sync()
    desk.later()
    now = datetime(2026, 11, 23, tzinfo=UTC)
    flag = Flag(status="review", reason="r", audit_id="A", checked_at=now)
    desk.source.publish({desk.connected.keyring.lead_key(desk.portal.record_ids()[1]): flag})
    desk.later(1)
    desk.change(1, region="moved")
    desk.later(1)
    done = desk.sync()
    assert (done.changed, done.own) == (1, 0)


def test_archived_contacts_go_and_come_back(desk: Desk):
    desk.sync()
    desk.later()
    desk.portal.archive(desk.portal.record_ids()[1])
    done = desk.sync()
    assert (done.kind, done.removed, done.whole.read) == ("incremental", 1, 499)
    assert desk.lead(1) is None
    desk.portal.desk.restore("contacts", desk.portal.record_ids()[1])
    desk.later()
    done = desk.sync(wanted="reconcile")
    assert (done.kind, done.added, done.whole.read) == ("reconcile", 1, 500)
    assert desk.lead(1) is not None


def test_a_contact_that_opts_out_is_excluded_and_comes_back(desk: Desk):
    desk.sync()
    desk.later()
    desk.change(7, opted_out_of_profiling="true")
    desk.later(1)
    done = desk.sync()
    assert (done.whole.read, done.whole.kept) == (500, 494)
    assert done.whole.excluded == {"opted_out_of_profiling": 6}
    assert desk.lead(7) is None
    desk.later()
    desk.change(7, opted_out_of_profiling="false")
    desk.later(1)
    assert desk.sync().whole.kept == 495


def test_a_week_later_everything_is_compared(desk: Desk):
    desk.sync()
    ids = desk.portal.record_ids()
    desk.portal.desk.erase(ids[10])
    # Nobody dates it when HubSpot computes a score anew.
    desk.portal.desk.remember("contacts", ids[11], "lead_score", [("98.5", "2026-04-01T00:00:00Z")])
    desk.later()
    done = desk.sync()
    assert (done.removed, done.run.read) == (0, 0)
    desk.later(8 * 24 * 60)
    listed = desk.calls("GET")
    done = desk.sync()
    assert (done.kind, done.removed, done.changed, done.run.read) == ("reconcile", 1, 1, 1)
    assert done.whole.read == 499
    assert desk.calls("GET") > listed
    lead = desk.lead(10)
    assert lead is not None
    assert lead["score"] == "98.5"
    desk.later()
    assert desk.sync().kind == "incremental"


def test_another_policy_reads_everything(desk: Desk):
    desk.sync()
    more = replace(POLICY, rules=(*POLICY.rules, Rule(field="age", operator=Keep(), column="age")))
    done = desk.sync(more)
    assert (done.kind, done.run.read) == ("full", 500)
    assert "policy has changed" in done.why


def test_after_a_month_everything_is_read(desk: Desk):
    desk.sync()
    desk.later(31 * 24 * 60)
    done = desk.sync()
    assert done.kind == "full"
    assert "31 days old" in done.why


def test_so_many_changes_are_read_as_a_whole(desk: Desk, monkeypatch):
    desk.sync()
    monkeypatch.setattr(progress, "MANY", 20)
    desk.later()
    for number in range(1, 30):
        desk.change(number, region="moved")
    desk.later(1)
    done = desk.sync()
    assert (done.kind, done.run.read) == ("full", 500)
    assert "so many" in done.why


def test_a_sync_that_breaks_off_goes_on_behind_the_last_page(desk: Desk):
    desk.portal.control.plan(Fault(path="/batch/read", skip=3, times=1_000_000))
    with pytest.raises(Busy):
        desk.sync()
    log = next(desk.lake.folder.rglob("pull/log")).read_text()
    assert not [one for one in desk.portal.record_ids() if one in log]
    desk.portal.control.mend()
    read = desk.calls("/batch/read")
    done = desk.sync()
    assert (done.resumed_at, done.run.read, done.run.kept) == (300, 500, 495)
    assert desk.calls("/batch/read") - read == 2


def test_a_broken_sync_of_changes_goes_on_and_leaves_the_lake_as_it_was(desk: Desk):
    desk.sync()
    desk.later()
    for number in range(1, 451):
        if number % 100:
            desk.change(number, region="moved")
    desk.later(1)
    desk.portal.control.plan(Fault(path="/search", skip=2, times=1_000_000))
    with pytest.raises(Busy):
        desk.sync()
    lead = desk.lead(1)
    assert lead is not None
    assert lead["region"] != "moved"
    desk.portal.control.mend()
    done = desk.sync()
    assert (done.kind, done.resumed_at, done.run.read, done.changed) == ("incremental", 400, 446, 446)


def test_another_policy_does_not_go_on_with_what_was_left(desk: Desk):
    desk.portal.control.plan(Fault(path="/batch/read", skip=3, times=1_000_000))
    with pytest.raises(Busy):
        desk.sync()
    desk.portal.control.mend()
    more = replace(POLICY, rules=(*POLICY.rules, Rule(field="age", operator=Keep(), column="age")))
    assert desk.sync(more).resumed_at == 0


def test_a_property_that_disappears_stops_the_sync_and_nothing_half_read_stays(desk: Desk):
    desk.sync()
    spared = desk.portal._world.contacts.definitions["region"]
    desk.portal.desk.drop_property("contacts", "region")
    with pytest.raises(Refused, match="region") as told:
        desk.sync(wanted="full")
    assert told.value.code == "PROPERTY_DOESNT_EXIST"
    assert desk.rows().num_rows == 495
    desk.portal._world.contacts.definitions["region"] = spared
    assert desk.sync(wanted="full").run.kept == 495


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_of_ours_that_is_wrong_loses_no_change(desk: Desk, monkeypatch, hours: int):
    timing = desk.source._timing
    wrong = replace(timing, now=lambda: timing.now() + timedelta(hours=hours))
    monkeypatch.setattr(desk.source, "_timing", wrong)
    desk.sync()
    for number in range(1, 4):
        desk.later()
        desk.change(number, region="moved")
        desk.later(1)
        assert desk.sync().changed == 1


def test_only_the_policys_properties_and_the_platforms_own_are_requested(desk: Desk):
    desk.sync()
    desk.later()
    desk.change(1, region="x")
    desk.later(1)
    desk.sync()
    desk.sync(wanted="reconcile")
    own = {"hs_object_id", "hs_merged_object_ids", "hs_calculated_merged_vids"}
    assert desk.portal.control.requested <= {*POLICY.fields, *own}
