"""What an org must have to hold a flag: each fault is named, with its mend, before anything is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.errors import Refused
from connectors.salesforce.source import SalesforceSource
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.schema import ObjectDef, make_fields
from connectors.source import FlagDetail, NoticeReceipt
from tests.connectors.salesforce.test_publish import FLAG, flags_for, writes
from tests.connectors.salesforce.test_publish_findings import NOTICES

SCORE = "Fairness_Calibrated_Score__c"
CHANGES = [
    ("fairness_reason__c", {"type": "double"}, "Fairness_Reason__c has the type double"),
    ("fairness_reason__c", {"size": 40}, "Fairness_Reason__c takes 40 characters, 80 are needed"),
    (
        "fairness_status__c",
        {"options": ("ok", "review"), "labels": ("a", "b")},
        "Fairness_Status__c lacks the value insufficient_data",
    ),
    ("fairness_checked_at__c", {"type": "date"}, "Fairness_Checked_At__c has the type date"),
    (
        "fairness_audit_id__c",
        {"updateable": False},
        "Fairness_Audit_Id__c may not be edited by the connected user",
    ),
]


def change(org: SalesforceStandIn, name: str, made: dict[str, object]) -> None:
    """Another admin's idea of a field."""
    lead = org.org.objects["Lead"]
    fields = {**lead.fields, name: replace(lead.fields[name], **made)}
    org.org.objects["Lead"] = replace(lead, fields=fields)


def calibrated(score: float | None):
    return replace(FLAG, detail=FlagDetail(explanation="e", advice="a", shift=3.0, calibrated=score))


@pytest.mark.parametrize(("name", "made", "told"), CHANGES)
def test_a_field_that_cannot_hold_a_flag_is_named(
    org: SalesforceStandIn, source: SalesforceSource, name: str, made: dict[str, object], told: str
):
    change(org, name, made)
    with pytest.raises(Refused) as caught:
        source.publish(flags_for(org))
    assert told in str(caught.value)
    assert "then publish again" in str(caught.value)
    assert caught.value.code == "INVALID_FIELD"
    assert writes(org) == 0


def test_every_fault_is_named_at_once(org: SalesforceStandIn, source: SalesforceSource):
    org.org.hide_field("Fairness_Reason__c")
    change(org, "fairness_checked_at__c", {"type": "date"})
    with pytest.raises(Refused, match=r"Reason__c is missing or not visible .*; Fairness_Checked_At__c has"):
        source.publish(flags_for(org))


def test_the_calibrated_score_is_written_compared_and_taken_away(
    org: SalesforceStandIn, source: SalesforceSource
):
    flag = calibrated(72.456)
    assert source.publish(flags_for(org, 3, flag)).written == 3
    assert [row.get(SCORE) for row in list(org.org.leads.values())[:4]] == [72.46] * 3 + [None]
    assert source.publish(flags_for(org, 3, flag)).unchanged == 3
    assert source.publish(flags_for(org, 3, calibrated(None))).written == 3
    assert {row.get(SCORE) for row in org.org.leads.values()} == {None}
    assert source.publish(flags_for(org, 3, calibrated(-0.001))).written == 3
    assert source.publish(flags_for(org, 3, calibrated(-0.001))).unchanged == 3
    assert source.publish({}).cleared == 3


def test_without_its_field_the_calibrated_score_stays_out_and_the_admin_is_told(
    org: SalesforceStandIn, source: SalesforceSource
):
    org.org.hide_field(SCORE)
    receipt = source.publish(flags_for(org, 3, calibrated(72.456)))
    assert receipt.written == 3
    (note,) = receipt.notes
    assert note.endswith(f"not written: {SCORE} is missing or not visible to the connected user.")
    assert source.publish(flags_for(org, 3, calibrated(1.0))).unchanged == 3


def test_fields_that_a_managed_package_brought_are_found_by_its_prefix(org: SalesforceStandIn, source):
    lead, finding = org.org.objects["Lead"], org.org.objects.pop("Fairness_Finding__c")
    org.org.objects["Lead"] = prefixed(lead)
    org.org.objects["fair__Fairness_Finding__c"] = replace(
        prefixed(finding), name="fair__Fairness_Finding__c"
    )
    org.org.records["fair__Fairness_Finding__c"] = {}
    told = NOTICES[:2]
    receipt = source.publish(flags_for(org, 3, calibrated(61.0)), told)
    assert (receipt.written, receipt.notes) == (3, ())
    assert receipt.findings == NoticeReceipt(listed=2, written=2, closed=0, unchanged=0, failed={})
    first = org.org.leads[org.record_ids()[0]]
    assert (first["fair__Fairness_Status__c"], first["fair__Fairness_Calibrated_Score__c"]) == (
        "review",
        61.0,
    )
    again = source.publish(flags_for(org, 3, calibrated(61.0)), told)
    assert (again.unchanged, again.findings.unchanged) == (3, 2)
    assert source.publish({}, ()).cleared == 3


def prefixed(definition: ObjectDef) -> ObjectDef:
    """The object with the fields of the package under a namespace."""
    ours = {"audit_key__c", "severity__c", "status__c", "sentence__c", "audit_id__c", "checked_at__c"}
    fields = [
        replace(one, name=f"fair__{one.name}") if name.startswith("fairness_") or name in ours else one
        for name, one in definition.fields.items()
    ]
    return replace(definition, fields=make_fields(fields))


TOLD = replace(
    FLAG,
    detail=FlagDetail(
        explanation="e",
        advice="Check PostalCode.",
        direction="may be too low",
        shift=15.349,
        low=11.2,
        high=19.41,
        calibrated=57.3,
        fields=("PostalCode", "LeadSource"),
    ),
)
BEYOND = {
    "Fairness_Calibrated_Score__c": 57.3,
    "Fairness_Shift__c": 15.35,
    "Fairness_Shift_Low__c": 11.2,
    "Fairness_Shift_High__c": 19.41,
    "Fairness_Fields__c": "PostalCode; LeadSource",
    "Fairness_Next_Step__c": "Check PostalCode.",
}


def test_what_the_panel_says_beyond_the_status_is_written_compared_and_taken_away(
    org: SalesforceStandIn, source: SalesforceSource
):
    assert source.publish(flags_for(org, 3, TOLD)).written == 3
    first = org.org.leads[org.record_ids()[0]]
    assert {name: first[name] for name in BEYOND} == BEYOND
    assert source.publish(flags_for(org, 3, TOLD)).unchanged == 3
    assert source.publish({}).cleared == 3
    first = org.org.leads[org.record_ids()[0]]
    assert {first[name] for name in BEYOND} == {None}


def test_where_only_a_special_category_is_behind_a_flag_there_is_nothing_but_an_advice(
    org: SalesforceStandIn, source: SalesforceSource
):
    detail = FlagDetail(explanation="e", advice="Look at the lead and its last activity.")
    source.publish(flags_for(org, 3, replace(FLAG, detail=detail)))
    first = org.org.leads[org.record_ids()[0]]
    said = {name: first.get(name) for name in BEYOND if first.get(name) is not None}
    assert said == {"Fairness_Next_Step__c": detail.advice}


def test_a_shift_is_told_with_its_interval_or_not_at_all(org: SalesforceStandIn, source: SalesforceSource):
    half = replace(TOLD, detail=replace(TOLD.detail, high=None))
    source.publish(flags_for(org, 3, half))
    first = org.org.leads[org.record_ids()[0]]
    assert {first.get(name) for name in BEYOND if "Shift" in name} == {None}


def test_every_field_that_is_left_out_is_named_in_one_note(org: SalesforceStandIn, source: SalesforceSource):
    org.org.hide_field("Fairness_Shift_Low__c")
    change(org, "fairness_fields__c", {"size": 40})
    receipt = source.publish(flags_for(org, 3, TOLD))
    assert receipt.written == 3
    (note,) = receipt.notes
    assert "Fairness_Shift_Low__c is missing or not visible" in note
    assert "Fairness_Fields__c takes 40 characters, 80 are needed" in note
    first = org.org.leads[org.record_ids()[0]]
    assert (first["Fairness_Next_Step__c"], first.get("Fairness_Fields__c")) == ("Check PostalCode.", None)
