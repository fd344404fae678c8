"""Reps' answers come without names, each once, and nothing but our own words is taken."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.errors import Busy, Refused
from connectors.feedback import Answers
from connectors.salesforce.answers import FEEDBACK
from connectors.salesforce.source import SalesforceSource
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.faults import Fault
from connectors.sandbox.salesforce.new_org import add
from tests.connectors.salesforce.test_flag_fields import prefixed
from tests.connectors.subject_salesforce import keyring_of

CANARY = "Canary7 canary7@canary.example"


def answer(org: SalesforceStandIn, lead: int = 0, **values: object) -> str:
    """A rep answers to the check of one lead."""
    given = {
        "Lead__c": org.record_ids()[lead],
        "Verdict__c": "agree",
        "Status_Seen__c": "review",
        "Audit_Id__c": "k7m2p9x4q8",
        "CreatedById": org.org.rep.id,
        **values,
    }
    return add(org.org, FEEDBACK, given)  # type: ignore[arg-type]


def test_an_answer_comes_with_its_context_and_without_a_name(
    org: SalesforceStandIn, source: SalesforceSource
):
    made = answer(org, 3, Verdict__c="disagree", Reason__c="data_wrong", CreatedDate="2026-11-26T08:00:00Z")
    found = source.answers()
    keyring = keyring_of(org)
    (one,) = found.given
    assert (found.read, found.left_out, found.note, found.asked) == (1, {}, "", True)
    assert one.lead == keyring.lead_key(org.record_ids()[3])
    assert (one.verdict, one.reason, one.seen, one.audit_id) == (
        "disagree",
        "data_wrong",
        "review",
        "k7m2p9x4q8",
    )
    assert one.given_at == datetime(2026, 11, 26, 8, tzinfo=UTC)
    held = repr(one) + one.who + one.key
    assert not [raw for raw in (made, org.org.rep.id, org.record_ids()[3]) if raw[:15] in held]


def test_one_person_is_one_pseudonym_and_two_are_two(org: SalesforceStandIn, source: SalesforceSource):
    for lead in range(3):
        answer(org, lead)
    answer(org, 3, CreatedById=org.org.admin.id)
    people = Counter(one.who for one in source.answers().given)
    assert sorted(people.values()) == [1, 3]
    assert len({one.key for one in source.answers().given}) == 4
    assert source.answers() == source.answers()


def test_an_answer_keeps_its_key_through_a_rotation_and_its_people_move_on(org: SalesforceStandIn):
    keyring = keyring_of(org)
    later = replace(keyring, later=(bytes(32),))
    assert keyring.lasting("feedback", "a0Y") == later.lasting("feedback", "a0Y")
    assert keyring.pseudonym("feedback-person", "005") != later.pseudonym("feedback-person", "005")


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"Verdict__c": CANARY}, "unknown answer"),
        ({"Verdict__c": None}, "unknown answer"),
        ({"Lead__c": None}, "lead gone"),
        ({"Lead__c": "no id at all"}, "malformed"),
        ({"CreatedById": None}, "malformed"),
        ({"CreatedDate": None}, "malformed"),
    ],
)
def test_what_is_no_answer_is_counted_and_left_out(
    org: SalesforceStandIn, source: SalesforceSource, values: dict[str, object], why: str
):
    answer(org, 0)
    bad = answer(org, 1)
    org.org.records[FEEDBACK][bad] = {**org.org.records[FEEDBACK][bad], **values}
    found = source.answers()
    assert (found.read, len(found.given), found.left_out) == (2, 1, {why: 1})


def test_no_text_that_somebody_typed_gets_through(org: SalesforceStandIn, source: SalesforceSource):
    made = answer(org, 0, Verdict__c="disagree")
    typed = {"Reason__c": CANARY, "Status_Seen__c": "Canary7", "Audit_Id__c": CANARY, "Name": CANARY}
    org.org.records[FEEDBACK][made] = {**org.org.records[FEEDBACK][made], **typed}
    (one,) = source.answers().given
    assert (one.reason, one.seen, one.audit_id) == (None, None, "")
    assert "anary" not in repr(one)


def test_a_reason_belongs_to_a_disagreement_alone(org: SalesforceStandIn, source: SalesforceSource):
    answer(org, 0, Verdict__c="agree", Reason__c="other")
    assert source.answers().given[0].reason is None


def test_no_field_is_asked_for_but_these(org: SalesforceStandIn, source: SalesforceSource):
    answer(org)
    org.org.requested.clear()
    source.answers()
    ours = {"Lead__c", "Verdict__c", "Reason__c", "Status_Seen__c", "Audit_Id__c"}
    assert org.org.requested == {"Id", "CreatedById", "CreatedDate", *ours}


def test_only_what_is_new_is_read_again_with_an_overlap(org: SalesforceStandIn, source: SalesforceSource):
    answer(org, 0)
    first = source.answers().given[0].given_at
    org.org.clock.advance(3_600)
    answer(org, 1)
    assert source.answers(first).read == 2
    newest = max(one.given_at for one in source.answers().given)
    assert source.answers(newest).read == 1


def test_an_org_without_the_object_has_no_answers_and_no_complaint(
    org: SalesforceStandIn, source: SalesforceSource
):
    org.org.integration.hidden_objects.add(FEEDBACK.lower())
    org.org.admin.hidden_objects.add(FEEDBACK.lower())
    assert source.answers() == Answers(asked=False)


def test_fields_that_are_hidden_are_named(org: SalesforceStandIn, source: SalesforceSource):
    for user in org.org.users:
        user.hidden_fields |= {f"{FEEDBACK.lower()}.reason__c", f"{FEEDBACK.lower()}.lead__c"}
    found = source.answers()
    assert "of Fairness_Feedback__c, Lead__c, Reason__c is missing or not visible" in found.note
    assert (found.asked, found.given) == (False, ())


@pytest.mark.parametrize(
    ("kind", "raised"), [("truncated", Busy), ("lost_rows", Busy), ("query_timeout", (Busy, Refused))]
)
def test_half_an_answer_is_none(
    org: SalesforceStandIn, source: SalesforceSource, kind: str, raised: type[Exception]
):
    for lead in range(5):
        answer(org, lead)
    org.faults.plan(Fault(kind=kind, times=None, path="/query"))  # type: ignore[arg-type]
    with pytest.raises(raised):
        source.answers()


def test_thousands_come_in_pages_each_once(org: SalesforceStandIn, source: SalesforceSource):
    for number in range(4_500):
        answer(org, number % 500)
    org.faults.plan(Fault(kind="duplicate_rows", times=1, path="/query/"))
    found = source.answers()
    assert found.read == len({one.key for one in found.given}) == 4_500


def test_the_object_of_a_managed_package_is_found_by_its_prefix(
    org: SalesforceStandIn, source: SalesforceSource
):
    org.org.objects["Lead"] = prefixed(org.org.objects["Lead"])
    definition = org.org.objects.pop(FEEDBACK)
    fields = {
        f"fair__{name}" if name.endswith("__c") else name: (
            replace(one, name=f"fair__{one.name}") if name.endswith("__c") else one
        )
        for name, one in definition.fields.items()
    }
    org.org.objects[f"fair__{FEEDBACK}"] = replace(definition, name=f"fair__{FEEDBACK}", fields=fields)
    org.org.records[f"fair__{FEEDBACK}"] = {}
    add(
        org.org,
        f"fair__{FEEDBACK}",
        {"fair__Lead__c": org.record_ids()[0], "fair__Verdict__c": "review", "CreatedById": org.org.rep.id},
    )
    (one,) = source.answers().given
    assert one.verdict == "review"
