"""Answers of reps come in with a sync, each once, and go with their leads."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from connectors.feedback import PERSON
from connectors.salesforce.answers import FEEDBACK
from connectors.sandbox.salesforce import org_deeds
from connectors.sandbox.salesforce.faults import Fault
from connectors.sandbox.salesforce.new_org import add
from tests.webapp.given_answers import KEYRING, feedback
from tests.webapp.markup import faults
from webapp import jobs
from webapp.rights import erasing
from webapp.rights.dossier import dossier
from webapp.store.answers import LeadAnswers
from webapp.store.pseudonymised import move_on
from webapp.store.repository import Repository
from webapp.store.triage import Looking, Mark
from webapp.viewmodels.synced import sentences


@pytest.fixture
def stored(database):
    row = Repository(database=database).add_connection("salesforce", "00D000000000001EAA", "https://x")
    return LeadAnswers(database=database), row.id


def test_an_answer_is_kept_once_and_comes_back_as_it_was(stored):
    answers, row = stored
    given = [feedback(number) for number in range(3)]
    assert answers.newest(row) is None
    assert answers.keep(row, given) == 3
    assert answers.keep(row, given) == 0
    assert answers.all(row) == tuple(given)
    assert answers.newest(row) == given[2].given_at
    bare = feedback(3, verdict="agree", reason=None, seen=None, audit_id="")
    assert answers.keep(row, [bare]) == 1
    assert answers.all(row)[3] == bare


def test_what_is_told_anew_of_an_answer_replaces_it(stored):
    answers, row = stored
    answers.keep(row, [feedback(0), feedback(1)])
    merged = replace(feedback(0), lead=KEYRING.lead_key("the master of a merge"))
    assert answers.keep(row, [merged]) == 0
    assert answers.all(row) == (merged, feedback(1))
    assert answers.keep(row, [feedback(1)], only=True) == 0
    assert answers.all(row) == (feedback(1),)


def test_thousands_of_answers_are_kept_and_forgotten(stored):
    answers, row = stored
    given = [feedback(number) for number in range(1_203)]
    assert answers.keep(row, given) == 1_203
    answers.forget(row, {one.lead.hex for one in given[1:]})
    assert answers.all(row) == (given[0],)


def test_a_rotation_moves_the_lead_and_the_person_on(stored, database):
    answers, row = stored
    answers.keep(row, [feedback(0)])
    later = replace(KEYRING, later=(bytes(reversed(range(32))),))
    with database.writing() as session:
        move_on(session, row, later.rekeying())
    (moved,) = answers.all(row)
    assert moved.lead == later.lead_key("lead 0") != feedback(0).lead
    assert moved.who == later.pseudonym(PERSON, "rep") != feedback(0).who
    assert moved.key == later.lasting("feedback", "0")


def answer(crms, lead: int, **values: object) -> None:
    given = {
        "Lead__c": crms.salesforce.record_ids()[lead],
        "Verdict__c": "disagree",
        "Reason__c": "score_right",
        "CreatedById": crms.salesforce.org.rep.id,
    }
    add(crms.salesforce.org, FEEDBACK, {**given, **values})


def synced(crms, row, wanted=""):
    jobs.sync(crms.services, row, wanted=wanted)
    return crms.services.syncs.latest(row.id).synced


def test_a_sync_takes_the_answers_in_counts_them_and_again_takes_none(crms):
    row, org = crms.ready("salesforce"), crms.salesforce.org
    answer(crms, 3)
    answer(crms, 4, Verdict__c="agree", Reason__c=None)
    first = synced(crms, row)
    assert first.answers == 2
    assert "2\N{NO-BREAK SPACE}answers of reps to the score check came in." in sentences(first)
    org.clock.advance(3_600)
    assert synced(crms, row).answers == 0
    org.clock.advance(3_600)
    answer(crms, 5, Verdict__c="review", Reason__c=None)
    assert synced(crms, row).answers == 1
    assert [one.verdict for one in crms.services.answers.all(row.id)] == ["disagree", "agree", "review"]
    assert not [note for note in synced(crms, row).notes if "answer" in note]


def test_an_answer_about_a_lead_that_is_not_held_is_not_kept(crms):
    row, org = crms.ready("salesforce"), crms.salesforce.org
    ids = crms.salesforce.record_ids()
    for lead in (3, 4, 5):
        answer(crms, lead)
    org_deeds.change(org, ids[3], {"Opted_Out__c": True})
    assert synced(crms, row).answers == 2
    org.clock.advance(3_600)
    org_deeds.change(org, ids[4], {"Opted_Out__c": True})
    synced(crms, row)
    (left,) = crms.services.answers.all(row.id)
    assert left.lead == crms.services.keyring(row).lead_key(ids[5])
    org.clock.advance(3_600)
    org_deeds.delete(org, "Lead", ids[5])
    synced(crms, row)
    assert crms.services.answers.all(row.id) == ()


def test_an_answer_that_was_deleted_in_the_crm_goes_with_the_next_comparison(crms):
    row, org = crms.ready("salesforce"), crms.salesforce.org
    answer(crms, 3)
    answer(crms, 4)
    synced(crms, row)
    org_deeds.delete(org, FEEDBACK, next(iter(org.records[FEEDBACK])))
    org.clock.advance(3_600)
    synced(crms, row)
    assert len(crms.services.answers.all(row.id)) == 2
    synced(crms, row, "reconcile")
    assert len(crms.services.answers.all(row.id)) == 1


def test_answers_that_are_no_longer_shown_stay(crms):
    row, org = crms.ready("salesforce"), crms.salesforce.org
    answer(crms, 3)
    synced(crms, row)
    for user in org.users:
        user.hidden_records |= set(org.records[FEEDBACK])
    synced(crms, row, "full")
    for user in org.users:
        user.hidden_objects |= {FEEDBACK.lower()}
    synced(crms, row, "full")
    assert len(crms.services.answers.all(row.id)) == 1


def test_answers_that_cannot_be_read_stop_no_sync_and_are_told(crms):
    row = crms.ready("salesforce")
    answer(crms, 3)
    crms.salesforce.faults.plan(Fault(kind="query_timeout", times=None, path=FEEDBACK))
    done = synced(crms, row)
    assert [note for note in done.notes if "What reps answer to the score check was not read" in note]
    assert crms.services.repository.latest_audit(row.id) is not None
    assert crms.services.answers.all(row.id) == ()


def test_who_asks_what_is_held_of_a_lead_reads_the_answers_too(crms):
    row = crms.ready("salesforce")
    answer(crms, 3, CreatedDate="2026-11-25T10:00:00Z")
    synced(crms, row)
    ids, keyring = crms.salesforce.record_ids(), crms.services.keyring(row)
    told = dossier(crms.services, row, keyring.lead_key(ids[3]), "Ada").standing[-1]
    assert told == (
        "On 25 November 2026 somebody in the CRM disagreed with the check of the score: the score is right "
        "for this lead."
    )
    key = crms.services.answers.all(row.id)[0].key
    crms.services.triage.mark(row.id, Mark(key=key, state="acted"), "Ada")
    then = dossier(crms.services, row, keyring.lead_key(ids[3]), "Ada").standing[-1]
    assert re.fullmatch(re.escape(told) + r" Something was changed for that on \d\d \w+ \d{4}\.", then)
    others = dossier(crms.services, row, keyring.lead_key(ids[4]), "Ada").standing
    assert not [sentence for sentence in others if "somebody in the CRM" in sentence]


def test_an_erasure_takes_the_answers_about_the_lead(crms):
    row = crms.ready("salesforce")
    answer(crms, 3)
    answer(crms, 4)
    synced(crms, row)
    ids, keyring = crms.salesforce.record_ids(), crms.services.keyring(row)
    crms.services.told_events.drop_flags(row.id, [keyring.lead_key(ids[3])])
    assert [one.lead for one in crms.services.answers.all(row.id)] == [keyring.lead_key(ids[4])]


def test_a_disconnect_takes_the_answers_too(crms):
    row = crms.ready("salesforce")
    answer(crms, 3)
    synced(crms, row)
    browser = crms.signed_in()
    browser.submit("/connections", {}, to=f"/connections/{row.id}/disconnect")
    assert crms.services.answers.all(row.id) == ()


def test_an_audit_tells_what_the_answers_say_and_an_erasure_takes_what_became_of_them(crms):
    row = crms.ready("salesforce")
    for lead in range(60):
        answer(crms, lead, Reason__c="score_too_low")
    synced(crms, row)
    audit = crms.services.repository.latest_audit(row.id)
    told = crms.services.triage.told(audit.id)
    held = len(crms.services.answers.all(row.id))
    assert (told.given, told.people, told.leads + told.elsewhere) == (held, 1, held)
    assert told.leads > 30
    (disagreed,) = [one.estimate for one in told.overall if one.share == "disagreed"]
    assert (disagreed.value, disagreed.undefined) == (None, "fewer than 3 people answered")
    assert {one.verdict for one in told.gaps if one.share == "disagreed"} == {"insufficient"}
    browser = crms.signed_in()
    page = f"/connections/{row.id}/answers"
    shown = browser.get(page).text
    assert faults(shown) == []
    waiting = crms.services.triage.page(row.id, Looking(), 1)[0]
    done = browser.submit(
        page,
        {"key": waiting[0].answer.key, "shown": waiting[0].shown, "became": "acted", "state": "open"},
        to=page,
    )
    assert done.status_code == 303
    lead = waiting[0].answer.lead
    erasing.erase(crms.services, row, lead, "Ada")
    left = crms.services.triage.page(row.id, Looking(), 1)
    assert left[1] == len(crms.services.answers.all(row.id)) == held - 1
    assert {one.state for one in left[0]} == {"open"}
    assert lead.hex not in browser.get("/trail.csv").text
