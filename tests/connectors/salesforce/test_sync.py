"""Which sync is chosen, and that after it the lake is what the org is: lead by lead, and in its account."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import Busy
from connectors.policy.keep import Keep
from connectors.policy.map import Map
from connectors.policy.model import Rule
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.faults import Fault
from connectors.sandbox.salesforce.org import Late
from connectors.source import Flag
from tests.connectors.salesforce.syncing import POLICY, Desk, desk_of


@pytest.fixture
def desk(org: SalesforceStandIn, tmp_path: Path) -> Desk:
    made = desk_of(org, tmp_path)
    made.age()
    return made


def test_the_first_sync_reads_everything_and_the_second_what_changed(desk: Desk):
    first = desk.sync()
    assert (first.kind, first.run.read, first.run.kept) == ("full", 500, 495)
    assert "first sync" in first.why
    desk.change(3, Region__c="coast")
    second = desk.sync()
    assert (second.kind, second.run.read, second.changed, second.added) == ("incremental", 1, 1, 0)
    assert (second.whole.read, second.whole.kept) == (500, 495)
    assert desk.lead(3)["region"] == "coast"


def test_a_row_that_is_committed_late_is_not_lost(desk: Desk):
    desk.sync()
    org = desk.org.org
    lead = desk.org.record_ids()[5]
    stamped = org.clock.now() - timedelta(minutes=4)
    late = {**org.leads[lead], "Region__c": "late", "SystemModstamp": stamped.isoformat()[:19] + ".000+0000"}
    org.late.append(Late(due=org.clock.now() + timedelta(minutes=5), object="Lead", record=late))
    assert desk.sync().changed == 0
    org.clock.advance(330)
    assert desk.sync().changed == 1
    assert desk.lead(5)["region"] == "late"


def test_what_fairlead_wrote_itself_is_filtered_and_counted(desk: Desk):
    desk.sync()
    before = set(desk.lake.folder.rglob("*.parquet"))
    keyring = desk.source._keyring
    flags = {
        keyring.lead_key(one): Flag(
            status="review", reason="r", audit_id="A", checked_at=desk.org.org.clock.now()
        )
        for one in desk.org.record_ids()[:40]
    }
    desk.source.publish(flags)
    done = desk.sync()
    assert (done.kind, done.changed, done.added, done.unchanged, done.own) == ("incremental", 0, 0, 40, 40)
    assert set(desk.lake.folder.rglob("*.parquet")) == before


def test_a_person_after_our_write_back_is_not_filtered_with_it(desk: Desk):
    desk.sync()
    desk.change(0, Region__c="moved")
    keyring = desk.source._keyring
    flag = Flag(status="review", reason="r", audit_id="A", checked_at=desk.org.org.clock.now())
    desk.source.publish({keyring.lead_key(desk.org.record_ids()[0]): flag})
    assert desk.sync().changed == 1
    assert desk.lead(0)["region"] == "moved"


def test_deleted_and_merged_leads_go(desk: Desk):
    desk.sync()
    ids = desk.org.record_ids()
    desk.change(1, IsDeleted=True)
    desk.change(2, IsDeleted=True, MasterRecordId=ids[4])
    desk.change(4, Region__c="winner")
    done = desk.sync()
    assert (done.removed, done.merged, done.changed) == (2, 1, 1)
    assert (desk.lead(1), desk.lead(2)) == (None, None)
    assert done.whole.read == 498
    desk.change(1, IsDeleted=False)
    assert desk.sync().added == 1
    assert desk.lead(1) is not None


def test_a_lead_that_opts_out_is_excluded_and_comes_back(desk: Desk):
    desk.sync()
    desk.change(7, Opted_Out__c=True)
    done = desk.sync()
    assert (done.whole.read, done.whole.kept, done.whole.excluded) == (500, 494, {"Opted_Out__c": 6})
    assert desk.lead(7) is None
    desk.change(7, Opted_Out__c=False)
    done = desk.sync()
    assert (done.whole.read, done.whole.kept, done.whole.excluded) == (500, 495, {"Opted_Out__c": 5})


def test_a_week_later_everything_is_compared(desk: Desk):
    desk.sync()
    ids = desk.org.record_ids()
    del desk.org.org.leads[ids[10]]
    desk.org.org.admin.hidden_records.add(ids[11])
    assert desk.sync().removed == 0
    desk.org.org.clock.advance(8 * 86_400)
    done = desk.sync()
    assert (done.kind, done.removed) == ("reconcile", 2)
    hidden = desk.source._keyring.lead_key(ids[11]).hex
    assert done.whole.read == 498
    assert hidden not in desk.rows()["lead_key"].to_pylist()
    desk.org.org.admin.hidden_records.clear()
    done = desk.sync(wanted="reconcile")
    assert (done.kind, done.added) == ("reconcile", 1)
    assert done.whole.read == 499
    assert hidden in desk.rows()["lead_key"].to_pylist()
    assert desk.sync().kind == "incremental"


def test_after_two_weeks_deletions_are_no_longer_told(desk: Desk):
    desk.sync()
    desk.org.org.clock.advance(14.1 * 86_400)
    done = desk.sync()
    assert done.kind == "full"
    assert "15 days" in done.why


def test_a_log_of_deletions_that_is_purged_leads_to_a_full_pull(desk: Desk):
    desk.sync()
    desk.org.org.switches.replication_ids = 0
    desk.change(1, IsDeleted=True)
    desk.org.org.clock.advance(1200)
    done = desk.sync()
    assert desk.lead(1) is None
    assert done.whole.read == 499
    assert done.kind == "full"
    assert "log of deletions" in done.why


def test_another_policy_reads_everything(desk: Desk):
    desk.sync()
    more = replace(POLICY, rules=(*POLICY.rules, Rule(field="Age__c", operator=Keep(), column="age")))
    done = desk.sync(more)
    assert (done.kind, done.run.read) == ("full", 500)
    assert "policy has changed" in done.why


def test_a_formula_has_no_date_so_everything_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    definition = desk.org.org.objects["Lead"]
    score = definition.fields["score__c"]
    described = type(score).described
    monkeypatch.setattr(
        type(score), "described", lambda field: {**described(field), "calculated": field.name == "Score__c"}
    )
    desk.sync()
    row = desk.org.org.leads[desk.org.record_ids()[0]]
    desk.org.org.leads[str(row["Id"])] = {**row, "Score__c": 99.0}
    done = desk.sync()
    assert done.kind == "full"
    assert "formulas (Score__c)" in done.why
    assert desk.lead(0)["score"] == "99"


def test_a_sync_that_breaks_off_leaves_the_lake_as_it_was(desk: Desk):
    desk.sync()
    desk.change(1, Region__c="new")
    desk.org.faults.plan(Fault(kind="server_error", times=None, path="queryAll"))
    with pytest.raises(Busy):
        desk.sync()
    assert desk.lead(1)["region"] != "new"
    desk.org.faults.clear()
    done = desk.sync()
    assert (done.resumed_at, done.changed) == (1, 1)
    assert desk.lead(1)["region"] == "new"


def test_only_the_policys_fields_and_the_platforms_own_are_requested(desk: Desk):
    desk.sync()
    desk.change(1, IsDeleted=True)
    desk.sync()
    desk.sync(wanted="reconcile")
    asked = desk.org.org.requested
    policy = {"Id", "Region__c", "Score__c", "CreatedDate", "Opted_Out__c"}
    platform = {"SystemModstamp", "LastModifiedById", "IsDeleted", "MasterRecordId"}
    history = {"LeadId", "Field", "OldValue", "NewValue"}
    assert asked == policy | platform | history


def test_values_that_no_rule_knew_do_not_add_up_over_syncs(desk: Desk):
    known = Map(vocabulary=(("urban", "u"),))
    policy = replace(
        POLICY, rules=(Rule(field="Region__c", operator=known, column="region"), *POLICY.rules[1:])
    )
    first = desk.sync(policy).whole.unmapped
    assert first == {"region": 245}
    for _ in range(3):
        for number in range(1, 20, 2):
            desk.change(number)
        done = desk.sync(policy)
        assert (done.kind, done.run.unmapped, done.whole.unmapped) == ("incremental", {"region": 10}, first)
