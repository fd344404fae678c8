from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.errors import Busy, Refused
from connectors.pseudonym import LeadKey
from connectors.salesforce.batches import Batches
from connectors.salesforce.gateway import Gateway, Reply, Request
from connectors.salesforce.source import SalesforceSource
from connectors.salesforce.update import Update
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.faults import Fault
from connectors.source import Flag, Receipt
from tests.connectors.subject_salesforce import app_of, connect, keyring_of

FLAG = Flag(
    status="review",
    reason="The score is not reliable for leads like this one.",
    audit_id="A-17",
    checked_at=datetime(2026, 11, 23, 9, 0, 1, 500, tzinfo=UTC),
)


def flags_for(org: SalesforceStandIn, count: int = 500, flag: Flag = FLAG) -> Mapping[LeadKey, Flag]:
    keyring = keyring_of(org)
    return {keyring.lead_key(record_id): flag for record_id in org.record_ids()[:count]}


def counts(receipt: Receipt) -> Receipt:
    """What became of the leads alone."""
    return replace(receipt, findings=None, notes=())


def writes(org: SalesforceStandIn) -> int:
    """How often the org was asked to change leads."""
    return sum("/composite/sobjects" in address for address in org.state.asked)


def adds_up(receipt: Receipt) -> bool:
    left = receipt.unchanged + receipt.unknown + receipt.converted + sum(receipt.failed.values())
    return receipt.listed == receipt.written + receipt.cleared + left


def test_flags_reach_their_leads_and_only_them(org: SalesforceStandIn, source: SalesforceSource):
    receipt = source.publish(flags_for(org, 450))
    assert counts(receipt) == Receipt(listed=500, written=450, cleared=0, unchanged=0, unknown=50, failed={})
    rows = list(org.org.leads.values())
    assert {row["Fairness_Status__c"] for row in rows[:450]} == {"review"}
    assert rows[0]["Fairness_Checked_At__c"] == "2026-11-23T09:00:01.000+0000"
    assert rows[0]["Fairness_Audit_Id__c"] == "A-17"
    assert not any(row.get("Fairness_Status__c") for row in rows[450:])
    assert rows[0]["LastModifiedById"] == org.org.admin.id


def test_a_second_time_writes_nothing(org: SalesforceStandIn, source: SalesforceSource):
    source.publish(flags_for(org))
    before = writes(org)
    receipt = source.publish(flags_for(org))
    assert (receipt.written, receipt.unchanged) == (0, 500)
    assert writes(org) == before
    newer = replace(FLAG, audit_id="A-18")
    assert source.publish(flags_for(org, 10, newer)).written == 10


def test_a_lead_that_left_the_audit_loses_its_flag_once(org: SalesforceStandIn, source: SalesforceSource):
    source.publish(flags_for(org))
    receipt = counts(source.publish(flags_for(org, 450)))
    assert receipt == Receipt(listed=500, written=0, cleared=50, unchanged=450, unknown=0, failed={})
    for row in list(org.org.leads.values())[450:]:
        assert not [name for name in row if name.startswith("Fairness_") and row[name] is not None]
    before = writes(org)
    again = counts(source.publish(flags_for(org, 450)))
    assert again == Receipt(listed=500, written=0, cleared=0, unchanged=450, unknown=50, failed={})
    assert writes(org) == before


def test_one_stale_field_is_enough_to_clear_a_lead(org: SalesforceStandIn, source: SalesforceSource):
    first = org.record_ids()[0]
    org.org.leads[first] = {**org.org.leads[first], "Fairness_Reason__c": "An old word."}
    assert (source.publish({}).cleared, source.publish({}).cleared) == (1, 0)


def test_a_lead_that_the_org_does_not_let_us_clear_is_counted(
    org: SalesforceStandIn, source: SalesforceSource
):
    source.publish(flags_for(org, 3))
    ids = org.record_ids()
    org.org.leads[ids[0]] = {**org.org.leads[ids[0]], "IsConverted": True}
    org.org.switches.locked.update({ids[1]: 2})
    receipt = source.publish({})
    assert (receipt.cleared, receipt.converted, receipt.failed) == (2, 1, {})
    assert adds_up(receipt)


def test_our_writes_do_not_reassign_leads(org: SalesforceStandIn, source: SalesforceSource):
    org.org.switches.assignment_owner = org.org.admin.id
    source.publish(flags_for(org, 1))
    assert org.org.leads[org.record_ids()[0]]["OwnerId"] == org.org.rep.id


def test_what_the_org_refuses_is_counted_by_its_code(org: SalesforceStandIn, source: SalesforceSource):
    ids = org.record_ids()
    org.org.leads[ids[1]] = {**org.org.leads[ids[1]], "IsConverted": True}
    org.org.switches.validation = lambda row: "No!" if row["LastName"] in {"Canary2", "Canary3"} else None
    receipt = source.publish(flags_for(org))
    assert (receipt.converted, receipt.failed) == (1, {"FIELD_CUSTOM_VALIDATION_EXCEPTION": 2})
    assert receipt.written == 497
    assert adds_up(receipt)


def test_locked_leads_are_tried_again_and_then_counted(org: SalesforceStandIn, source: SalesforceSource):
    ids = org.record_ids()
    org.org.switches.locked.update({ids[4]: 2, ids[5]: 99})
    receipt = source.publish(flags_for(org))
    assert receipt.failed == {"UNABLE_TO_LOCK_ROW": 1}
    assert org.org.leads[ids[4]]["Fairness_Status__c"] == "review"
    assert org.org.switches.locked[ids[5]] == 99 - 5
    assert adds_up(receipt)


def test_a_long_reason_is_shortened_and_stays_unchanged(org: SalesforceStandIn, source: SalesforceSource):
    flag = replace(FLAG, reason="x" * 400)
    assert source.publish(flags_for(org, 2, flag)).written == 2
    assert len(str(org.org.leads[org.record_ids()[0]]["Fairness_Reason__c"])) == 255
    assert source.publish(flags_for(org, 2, flag)).unchanged == 2


def test_an_org_without_the_package_is_refused(org: SalesforceStandIn, source: SalesforceSource):
    org.org.hide_field("Fairness_Reason__c")
    with pytest.raises(Refused, match="missing or not visible") as caught:
        source.publish(flags_for(org))
    assert caught.value.code == "INVALID_FIELD"


@pytest.mark.parametrize(
    "kind",
    [
        *("expire", "unauthorized", "invalid_jwt", "unauthorized_html", "concurrent_limit"),
        *("reset", "unavailable", "server_error", "truncated", "cut", "lock"),
    ],
)
def test_a_fault_between_writes_loses_nothing(org: SalesforceStandIn, source: SalesforceSource, kind: str):
    org.faults.plan(Fault(kind=kind, at=2, path="composite"))
    receipt = source.publish(flags_for(org))
    assert org.faults.planned[0].times == 0
    assert (receipt.written, receipt.failed) == (500, {})
    assert {row["Fairness_Status__c"] for row in org.org.leads.values()} == {"review"}


@pytest.mark.parametrize("kind", ["unauthorized", "not_for_rest", "invalid_jwt", "unauthorized_html"])
def test_a_refusal_for_good_does_not_loop(org: SalesforceStandIn, source: SalesforceSource, kind: str):
    org.faults.plan(Fault(kind=kind, times=None, path="composite"))
    before = org.faults.planned[0].at
    with pytest.raises(Refused):
        source.publish(flags_for(org))
    assert before - org.faults.planned[0].at <= 2


def test_a_reason_of_several_lines_becomes_one_and_stays_unchanged(
    org: SalesforceStandIn, source: SalesforceSource
):
    flag = replace(FLAG, reason=" One.\r\nTwo.\t ")
    assert source.publish(flags_for(org, 2, flag)).written == 2
    assert org.org.leads[org.record_ids()[0]]["Fairness_Reason__c"] == "One. Two."
    assert source.publish(flags_for(org, 2, flag)).unchanged == 2


def test_duplicate_rules_are_passed_only_where_the_admin_says_so(
    org: SalesforceStandIn, source: SalesforceSource, monkeypatch: pytest.MonkeyPatch
):
    sent: list[Mapping[str, str]] = []

    def noted(gateway: Gateway, request: Request, doing: str) -> Reply:
        sent.append(request.headers)
        return real(gateway, request, doing)

    real = Gateway.send
    monkeypatch.setattr(Gateway, "send", noted)
    source.publish(flags_for(org, 1))
    assert {"Sforce-Auto-Assign": "false"} in sent
    assert not [one for one in sent if "Sforce-Duplicate-Rule-Header" in one]
    passing = SalesforceSource(
        replace(app_of(org), allow_duplicates=True), connect(org), keyring_of(org), pause=lambda _: None
    )
    passing.publish(flags_for(org, 2))
    assert {"Sforce-Auto-Assign": "false", "Sforce-Duplicate-Rule-Header": "allowSave=true"} in sent


def test_a_lasting_fault_can_be_resumed(org: SalesforceStandIn, source: SalesforceSource):
    org.faults.plan(Fault(kind="total_limit", at=2, times=None, path="composite"))
    with pytest.raises(Busy):
        source.publish(flags_for(org))
    org.faults.clear()
    receipt = source.publish(flags_for(org))
    assert (receipt.written, receipt.unchanged) == (300, 200)


def test_the_stand_in_tells_what_was_written_back_and_can_break_down(
    org: SalesforceStandIn, source: SalesforceSource
):
    source.publish(flags_for(org, 2))
    assert set(org.written_back()) == {"review", FLAG.reason, "A-17", "2026-11-23T09:00:01.000+0000"}
    org.break_down()
    with pytest.raises(Refused):
        source.count()
    org.recover()
    assert source.count() == 500


def test_a_call_of_a_killed_run_that_lands_behind_the_listing_is_written_over(
    org: SalesforceStandIn, source: SalesforceSource, monkeypatch: pytest.MonkeyPatch
):
    late, before = org.record_ids()[0], {"Fairness_Status__c": "ok", "Fairness_Audit_Id__c": "A-16"}
    sent = Batches._sent

    def landing(self: Batches, group: Sequence[Update]) -> Sequence[Mapping[str, object]]:
        found = sent(self, group)
        if late in {update.record_id for update in group}:
            monkeypatch.setattr(Batches, "_sent", sent)
            org.org.leads[late] = {**org.org.leads[late], **before}
        return found

    monkeypatch.setattr(Batches, "_sent", landing)
    receipt = counts(source.publish(flags_for(org)))
    assert org.org.leads[late]["Fairness_Audit_Id__c"] == "A-17"
    assert receipt == Receipt(listed=500, written=500, cleared=0, unchanged=0, unknown=0, failed={})
