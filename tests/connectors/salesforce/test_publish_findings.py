"""Findings in the org: one record each, the same again, closed when they are gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.errors import Busy
from connectors.salesforce.source import SalesforceSource
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.faults import Fault
from connectors.source import Notice, NoticeReceipt
from tests.connectors.salesforce.test_publish import FLAG, flags_for
from tests.connectors.subject_salesforce import keyring_of

NOTICES = tuple(
    Notice(
        key=f"{number:012x}",
        severity=severity,
        sentence="The score is unreliable for some leads.",
        audit_id="A-17",
        checked_at=FLAG.checked_at,
    )
    for number, severity in enumerate(("critical", "high", "low"))
)


def records(org: SalesforceStandIn) -> list[dict[str, object]]:
    """The findings that stand in the org."""
    return [dict(row) for row in org.org.records["Fairness_Finding__c"].values()]


def test_each_finding_is_one_record_and_again_changes_nothing(
    org: SalesforceStandIn, source: SalesforceSource
):
    first = source.publish(flags_for(org, 5), NOTICES)
    assert first.findings == NoticeReceipt(listed=3, written=3, closed=0, unchanged=0, failed={})
    assert first.notes == ()
    assert [(row["Severity__c"], row["Status__c"], row["Audit_Id__c"]) for row in records(org)] == [
        ("critical", "open", "A-17"),
        ("high", "open", "A-17"),
        ("low", "open", "A-17"),
    ]
    before = records(org)
    again = source.publish(flags_for(org, 5), NOTICES)
    assert again.findings == NoticeReceipt(listed=3, written=0, closed=0, unchanged=3, failed={})
    assert records(org) == before


def test_a_finding_that_is_gone_is_closed_once_and_opened_again_when_it_comes_back(
    org: SalesforceStandIn, source: SalesforceSource
):
    source.publish({}, NOTICES)
    newer = tuple(replace(one, audit_id="A-18") for one in NOTICES[:2])
    receipt = source.publish({}, newer)
    assert receipt.findings == NoticeReceipt(listed=3, written=2, closed=1, unchanged=0, failed={})
    assert [(row["Status__c"], row["Audit_Id__c"]) for row in records(org)] == [
        ("open", "A-18"),
        ("open", "A-18"),
        ("closed", "A-18"),
    ]
    assert source.publish({}, newer).findings == NoticeReceipt(
        listed=2, written=0, closed=0, unchanged=2, failed={}
    )
    assert source.publish({}, NOTICES).findings.written == 3
    assert {row["Status__c"] for row in records(org)} == {"open"}
    assert source.publish({}, ()).findings.closed == 3
    assert len(records(org)) == 3


def test_the_key_tells_nothing_that_could_be_guessed(org: SalesforceStandIn, source: SalesforceSource):
    source.publish({}, NOTICES)
    keys = [str(row["Audit_Key__c"]) for row in records(org)]
    assert len(set(keys)) == 3
    assert not [key for key in keys for one in NOTICES if one.key in key]
    other = replace(keyring_of(org), master=bytes(32))
    assert not [key for key in keys if other.pseudonym("finding", NOTICES[0].key)[:24] in key]


def test_the_records_of_another_installation_are_left_alone(org: SalesforceStandIn, source: SalesforceSource):
    source.publish({}, NOTICES)
    for row in list(org.org.records["Fairness_Finding__c"].values()):
        foreign = {**row, "Audit_Key__c": f"00000000-{str(row['Audit_Key__c'])[9:]}"}
        org.org.records["Fairness_Finding__c"][str(row["Id"])] = foreign
    receipt = source.publish({}, NOTICES[:1])
    assert (receipt.findings.written, receipt.findings.closed) == (1, 0)
    assert [row["Status__c"] for row in records(org)] == ["open"] * 4


def test_two_records_of_one_key_are_told_and_the_others_written(
    org: SalesforceStandIn, source: SalesforceSource
):
    source.publish({}, NOTICES)
    held = org.org.records["Fairness_Finding__c"]
    first = next(iter(held.values()))
    held["a0XFl00000000ZZ"] = {**first, "Id": "a0XFl00000000ZZ"}
    newer = tuple(replace(one, audit_id="A-18") for one in NOTICES)
    receipt = source.publish({}, newer)
    assert (receipt.findings.written, receipt.findings.failed) == (2, {"HTTP_300": 1})


def test_an_org_without_the_object_gets_its_flags_and_the_admin_is_told(
    org: SalesforceStandIn, source: SalesforceSource
):
    del org.org.objects["Fairness_Finding__c"]
    receipt = source.publish(flags_for(org, 5), NOTICES)
    assert (receipt.written, receipt.findings) == (5, None)
    (note,) = receipt.notes
    assert note.endswith("the object Fairness_Finding__c is missing or not visible to the connected user.")


@pytest.mark.parametrize(
    "kind", ["expire", "reset", "unavailable", "server_error", "cut", "unauthorized_html"]
)
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_fault_between_findings_doubles_none(
    org: SalesforceStandIn, source: SalesforceSource, kind: str, at: int
):
    org.faults.plan(Fault(kind=kind, at=at, path="Audit_Key__c"))
    receipt = source.publish({}, NOTICES)
    assert org.faults.planned[0].times == 0
    assert receipt.findings == NoticeReceipt(listed=3, written=3, closed=0, unchanged=0, failed={})
    assert len(records(org)) == 3


def test_a_lasting_fault_between_findings_can_be_resumed(org: SalesforceStandIn, source: SalesforceSource):
    org.faults.plan(Fault(kind="total_limit", at=3, times=None, path="Audit_Key__c"))
    with pytest.raises(Busy):
        source.publish({}, NOTICES)
    org.faults.clear()
    assert source.publish({}, NOTICES).findings == NoticeReceipt(
        listed=3, written=1, closed=0, unchanged=2, failed={}
    )
