"""What people answer on HubSpot's card, and what the manager's card and the settings page hear."""

from __future__ import annotations

import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from sqlalchemy import event, text

from connectors.feedback import PERSON, Reason
from connectors.hubspot.flag_properties import LABELS
from tests.webapp.signed_cards import audited, posted, proxied
from tests.webapp.support import policy_text
from webapp import card_replies, jobs
from webapp.key_rotation import rotate
from webapp.panels import PanelState
from webapp.rights.forgetting import Cause, forget
from webapp.store.answer_rates import MOST
from webapp.store.card_answers import CardAnswers
from webapp.views.cards import ANSWER_PATH, CARD_PATH, OVERVIEW_PATH, SETTINGS_PATH

AGREE, DISAGREE = {"verdict": "agree"}, {"verdict": "disagree", "reason": "score_too_low"}


def record(crms, number=0):
    return {"objectTypeId": "0-1", "objectId": int(crms.hubspot.record_ids()[number])}


def answered(crms, said, audit_id, number=0, **changes):
    return posted(crms, ANSWER_PATH, {**record(crms, number), **said, "auditId": audit_id}, **changes)


def kept(crms, row):
    return [(one.verdict, one.reason, one.seen) for one in crms.services.answers.all(row.id)]


@pytest.fixture
def row(crms):
    return crms.ready("hubspot")


def test_an_answer_comes_through_hubspots_own_proxy_and_is_kept_by_pseudonyms(crms, row):
    audit_id = audited(crms, row)
    told = proxied(crms, ANSWER_PATH, {**record(crms), **DISAGREE, "auditId": audit_id})["body"]
    assert told == {
        "schema": "fairlead.answer/1",
        "state": "kept",
        "message": card_replies.WORDS["kept"],
        "answer": "disagree",
    }
    (one,) = crms.services.answers.all(row.id)
    keyring, lead = crms.services.keyring(row), crms.hubspot.record_ids()[0]
    assert (one.lead, one.who) == (keyring.lead_key(lead), keyring.pseudonym(PERSON, "2094417"))
    assert (one.verdict, one.reason, one.seen, one.audit_id) == (
        "disagree",
        "score_too_low",
        "review",
        audit_id,
    )
    assert "2094417" not in repr(one)
    assert datetime.now(UTC) - one.given_at < timedelta(minutes=1)


def test_the_card_tells_each_person_their_own_answer_and_no_other(crms, row):
    audit_id = audited(crms, row)
    assert posted(crms, CARD_PATH, record(crms)).json["answer"] is None
    answered(crms, AGREE, audit_id, user="7")
    told = posted(crms, CARD_PATH, record(crms), user="7").json
    assert (told["answer"], told["answer_reason"]) == ("agree", None)
    answered(crms, DISAGREE, audit_id, user="9")
    told = posted(crms, CARD_PATH, record(crms), user="9").json
    assert (told["answer"], told["answer_reason"]) == ("disagree", "score_too_low")
    assert posted(crms, CARD_PATH, record(crms), user="8").json["answer"] is None
    audited(crms, row)  # another check: what was said of the one before is no answer to it
    assert posted(crms, CARD_PATH, record(crms), user="7").json["answer"] is None


def test_the_panel_has_the_numbers_of_its_picture_and_says_where_the_score_is(crms, row):
    audited(crms, row)
    panel = posted(crms, CARD_PATH, record(crms)).json
    assert panel["shift"] == [15.0, 11.0, 19.0]
    assert panel["score_property"] == "lead_score_x"
    other = posted(crms, CARD_PATH, record(crms, 1)).json
    assert (other["state"], other["shift"], other["answer"]) == ("not_audited", None, None)


def test_another_policy_is_seen_at_once(crms, row):
    assert posted(crms, CARD_PATH, record(crms)).json["score_property"] == "lead_score_x"
    text = policy_text("hubspot").replace("lead_score_x", "other_score")
    crms.services.repository.save_policy(row.id, text, "Ada")
    assert posted(crms, CARD_PATH, record(crms)).json["score_property"] == "other_score"
    crms.services.repository.save_policy(row.id, text.replace("other_score", "deal.amount"), "Ada")
    assert posted(crms, CARD_PATH, record(crms)).json["score_property"] is None


def test_without_a_policy_no_property_is_named(crms):
    crms.connect("hubspot")
    assert posted(crms, CARD_PATH, record(crms)).json["score_property"] is None


def test_two_clicks_are_one_answer_and_another_answer_replaces_it(crms, row):
    audit_id = audited(crms, row)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: answered(crms, AGREE, audit_id).json["state"], range(4)))
    assert told == ["kept"] * 4
    assert kept(crms, row) == [("agree", None, "review")]
    assert answered(crms, DISAGREE, audit_id).json["state"] == "kept"
    assert kept(crms, row) == [("disagree", "score_too_low", "review")]
    assert answered(crms, {"verdict": "review"}, audit_id, user="2").json["state"] == "kept"
    assert len(kept(crms, row)) == 2


def test_an_answer_after_a_rotation_of_the_key_replaces_the_one_before(crms, row):
    audit_id = audited(crms, row)
    answered(crms, AGREE, audit_id)
    rotate(crms.services, row, "Ada", jobs.quiet)
    row = crms.services.repository.connection(row.id)
    state = answered(crms, DISAGREE, audit_id).json["state"]
    assert state == "kept"
    assert kept(crms, row) == [("disagree", "score_too_low", "review")]


def test_a_delayed_request_takes_no_newer_answers_place(crms, row):
    audit_id, now = audited(crms, row), time.time()
    answered(crms, {"verdict": "review"}, audit_id, now=now)
    told = answered(crms, AGREE, audit_id, now=now - 30).json
    assert (told["state"], told["answer"]) == ("overtaken", None)
    assert kept(crms, row) == [("review", None, "review")]
    (one,) = crms.services.answers.all(row.id)
    assert one.given_at == datetime.fromtimestamp(int(now * 1000) / 1000, UTC)


def test_neither_record_nor_person_is_found_by_the_name_of_an_answer(crms, row):
    audit_id = audited(crms, row)
    answered(crms, AGREE, audit_id)
    (one,) = crms.services.answers.all(row.id)
    told = f"0-1/{record(crms)['objectId']}/1/{audit_id}"
    assert one.key != crms.services.keyring(row).lasting("hubspot-answer", told)
    crms.services.answers.forget(row.id, [one.lead.hex])
    answered(crms, AGREE, audit_id)
    (again,) = crms.services.answers.all(row.id)
    assert (again.lead, again.who) == (one.lead, one.who)
    assert again.key != one.key


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_of_the_list_is_taken(crms, row, reason):
    said = {"verdict": "disagree", "reason": reason}
    assert answered(crms, said, audited(crms, row)).json["state"] == "kept"
    assert kept(crms, row) == [("disagree", reason, "review")]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"verdict": "maybe"},
        {"verdict": ["agree"]},
        {"verdict": "disagree"},
        {"verdict": "disagree", "reason": "Anna Canary said so"},
        {"verdict": "disagree", "reason": {"score_right": 1}},
        {"verdict": "agree", "reason": "other"},
        {"verdict": "agree", "auditId": None},
        {"verdict": "agree", "auditId": "../x"},
    ],
)
def test_a_word_of_no_list_is_refused_and_repeated_nowhere(crms, row, said, caplog):
    audit_id = audited(crms, row)
    with caplog.at_level(logging.DEBUG):
        told = posted(crms, ANSWER_PATH, {**record(crms), "auditId": audit_id, **said})
    assert (told.status_code, told.json["error"]) == (400, "answer_invalid")
    assert kept(crms, row) == []
    for word in ("Canary", "maybe", str(record(crms)["objectId"])):
        assert word not in told.text + caplog.text


def test_only_the_check_that_stands_is_answered(crms, row):
    first = audited(crms, row)
    assert answered(crms, AGREE, first, number=1).json["state"] == "no_check"
    audited(crms, row)
    told = answered(crms, AGREE, first).json
    assert (told["state"], told["answer"]) == ("checked_again", None)
    assert told["message"].startswith("Your answer was not saved:")
    assert kept(crms, row) == []


def test_who_answers_like_a_program_is_slowed_and_nobody_else(crms, row):
    audit_id = audited(crms, row, leads=MOST + 2)
    states = [answered(crms, AGREE, audit_id, number=at).json["state"] for at in range(MOST + 1)]
    assert states == ["kept"] * MOST + ["too_many"]
    assert answered(crms, AGREE, audit_id).json["state"] == "kept"  # as it is held already
    assert answered(crms, DISAGREE, audit_id).json["state"] == "too_many"
    assert answered(crms, AGREE, audit_id, number=MOST, user="2").json["state"] == "kept"
    assert len(kept(crms, row)) == MOST + 1


def test_while_others_keep_the_database_it_says_so(crms, row, monkeypatch):
    monkeypatch.setattr("webapp.store.card_answers.WAIT_SECONDS", 0.05)
    audit_id = audited(crms, row)
    with crms.services.database.writing() as session:
        session.execute(text("SELECT 1"))
        told = answered(crms, AGREE, audit_id)
    assert (told.status_code, told.json["state"]) == (200, "busy")
    assert answered(crms, AGREE, audit_id).json["state"] == "kept"


def test_an_answer_that_a_rotation_overtakes_may_be_given_again(crms, row, monkeypatch):
    audit_id, take = audited(crms, row), CardAnswers.take

    def rotated(answers, connection_id, given):
        rotate(crms.services, row, "Ada", jobs.quiet)
        return take(answers, connection_id, given)

    monkeypatch.setattr(CardAnswers, "take", rotated)
    assert answered(crms, AGREE, audit_id).json["state"] == "busy"
    monkeypatch.undo()
    assert answered(crms, AGREE, audit_id).json["state"] == "kept"


@pytest.mark.parametrize("path", [ANSWER_PATH, OVERVIEW_PATH, SETTINGS_PATH])
def test_each_address_holds_to_the_signature(crms, row, path):
    body = {**record(crms), **AGREE, "auditId": audited(crms, row)}
    assert posted(crms, path, body, secret="another").status_code == 401
    assert posted(crms, path, body, now=datetime.now(UTC).timestamp() - 301).status_code == 401
    assert posted(crms, path, body, app="999").status_code == 403
    assert crms.app.test_client().post(path, json=body).status_code == 401
    assert crms.app.test_client().get(path).status_code == 405
    assert kept(crms, row) == []
    answer = posted(crms, path, body)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", [CARD_PATH, ANSWER_PATH, OVERVIEW_PATH, SETTINGS_PATH])
def test_a_portal_that_is_not_connected_hears_so_with_200(crms, row, path):
    body = {**record(crms), **AGREE, "auditId": audited(crms, row)}
    for told in (posted(crms, path, body, portal="77"), _after_the_end(crms, row, path, body)):
        assert (told.status_code, told.json["state"]) == (200, "not_connected")
    assert kept(crms, row) == []


def _after_the_end(crms, row, path, body):
    crms.services.repository.set_state(row.id, "disconnected")
    return posted(crms, path, body)


def test_a_lead_that_was_erased_is_gone_and_takes_no_answer(crms, row):
    audit_id = audited(crms, row)
    answered(crms, AGREE, audit_id)
    lead = crms.services.keyring(row).lead_key(crms.hubspot.record_ids()[0])
    forget(crms.services, row, [lead], Cause(words="the person asked for it"))
    panel = posted(crms, CARD_PATH, record(crms)).json
    assert (panel["state"], panel["title"]) == ("erased", "This lead is gone")
    assert answered(crms, AGREE, audit_id).json["state"] == "no_check"
    assert kept(crms, row) == []


def test_every_state_has_a_shape_of_its_own_in_salesforces_frame(crms):
    icon, states = crms.app.jinja_env.get_template("_icons.html").module.icon, get_args(PanelState)
    drawn = {icon(state).partition(">")[2] for state in states}
    assert len(drawn) == len(states)
    assert all("<path" in one for one in drawn)


def test_a_sync_forgets_the_answers_about_contacts_that_left(crms, row):
    jobs.sync(crms.services, row)
    audit_id = audited(crms, row, leads=2)
    for number in (0, 1):
        assert answered(crms, AGREE, audit_id, number=number).json["state"] == "kept"
    crms.hubspot.archive(crms.hubspot.record_ids()[0])
    jobs.sync(crms.services, row)
    keyring = crms.services.keyring(row)
    assert crms.services.answers.leads(row.id) == {keyring.lead_key(crms.hubspot.record_ids()[1]).hex}


def test_a_manager_sees_how_many_leads_are_in_doubt_and_no_lead(crms, row):
    assert posted(crms, OVERVIEW_PATH, {}).json["state"] == "not_audited"
    audit_id = audited(crms, row, leads=3)
    told = posted(crms, OVERVIEW_PATH, {}).json
    assert told["schema"] == "fairlead.overview/1"
    assert told["sentence"] == "3 leads were checked; the score of 3 of them may be unreliable."
    assert [(one["state"], one["number"]) for one in told["counts"]] == [
        ("flagged", 3),
        ("not_enough_data", 0),
        ("fine", 0),
    ]
    assert told["audit_id"] == audit_id
    assert [one.partition(".")[0] for one in told["findings"]] == [
        "Some leads are selected less readily than others",
        "The score is unreliable for some leads",
    ]
    for name in ("region", "urban", "small town"):
        assert name not in json.dumps(told)


def test_a_card_speaks_one_language_whatever_asks(crms, row):
    audited(crms, row)
    for path in (CARD_PATH, OVERVIEW_PATH, SETTINGS_PATH):
        plain = posted(crms, path, record(crms))
        german = posted(crms, path, record(crms), headers={"Accept-Language": "de"})
        assert german.json == plain.json


def test_the_settings_page_hears_how_the_connection_stands_and_no_note_of_it(crms, row):
    crms.services.repository.set_state(row.id, "missing_permission", "note-canary about home_region")
    told = posted(crms, SETTINGS_PATH, {})
    assert (told.json["state"], told.json["title"]) == ("trouble", "Missing permission")
    assert "canary" not in told.text
    assert told.json["address"] == f"{crms.services.settings.public_url}/connections"
    assert {one["name"]: one["label"] for one in told.json["properties"]} == dict(LABELS)
    assert told.json["checked_at"] is None
    crms.services.repository.set_state(row.id, "connected")
    audit_id = audited(crms, row)
    told = posted(crms, SETTINGS_PATH, {})
    assert (told.json["state"], told.json["audit_id"]) == ("connected", audit_id)


def test_however_many_managers_look_the_report_is_read_and_the_leads_are_counted_once(crms, row):
    audited(crms, row, leads=3)
    first, statements = posted(crms, OVERVIEW_PATH, {}).json, list[str]()
    event.listen(
        crms.services.database.engine, "before_cursor_execute", lambda *told: statements.append(told[2])
    )
    assert posted(crms, OVERVIEW_PATH, {}).json == first
    assert statements
    assert not [one for one in statements if "report" in one or "lead_flag" in one]
    audited(crms, row, leads=2)
    anew = posted(crms, OVERVIEW_PATH, {}).json
    assert anew["audit_id"] != first["audit_id"]
    assert anew["counts"][0]["number"] == 2
