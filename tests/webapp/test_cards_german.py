"""HubSpot's cards in the language that HubSpot speaks to their user."""

from __future__ import annotations

import json

import pytest

from audit.finding import outward
from connectors.hubspot.inbound import language_of
from connectors.hubspot.signature import InboundRequest
from tests.webapp.signed_cards import audited, posted, proxied
from webapp import overview
from webapp.views.cards import ANSWER_PATH, CARD_PATH, OVERVIEW_PATH, SETTINGS_PATH

GERMAN = {"language": "de"}


@pytest.fixture
def row(crms):
    return crms.ready("hubspot")


def record(crms):
    return {"objectTypeId": "0-1", "objectId": int(crms.hubspot.record_ids()[0])}


def test_the_card_and_what_becomes_of_an_answer_are_german(crms, row):
    audit_id = audited(crms, row)
    told = proxied(crms, CARD_PATH, {**record(crms), **GERMAN})["body"]
    assert told["title"] == "Score vielleicht unzuverlässig"
    assert told["estimate"] == "Vielleicht um etwa 15 Punkte zu niedrig (11 bis 19)."
    assert told["explanation"].startswith("Leads mit")
    said = {**record(crms), "auditId": audit_id, "verdict": "agree", **GERMAN}
    assert posted(crms, ANSWER_PATH, said).json["message"].startswith("Danke.")
    late = posted(crms, ANSWER_PATH, {**said, "auditId": "a1b2c3d4"}).json
    assert late["message"].startswith("Ihre Antwort wurde nicht gespeichert: Der Score wurde inzwischen")


def test_the_managers_card_and_the_settings_are_german(crms, row):
    told = posted(crms, OVERVIEW_PATH, GERMAN).json
    assert told["sentence"].startswith("Noch kein Audit")
    audited(crms, row)
    told = posted(crms, OVERVIEW_PATH, GERMAN).json
    assert told["sentence"] == "1 Lead wurde geprüft; bei 1 davon ist der Score vielleicht unzuverlässig."
    assert all(
        one.endswith("Was dahintersteht, können Prüfer in Fairlead lesen.") for one in told["findings"]
    )
    assert not {word for one in told["findings"] for word in one.split()} & {"leads", "audit", "score"}
    assert posted(crms, SETTINGS_PATH, GERMAN).json["title"] == "Verbunden"


def test_a_portal_that_is_not_connected_hears_so_in_german(crms):
    for path, key in ((CARD_PATH, "title"), (SETTINGS_PATH, "title"), (ANSWER_PATH, "message")):
        body = {"objectTypeId": "0-1", "objectId": 1, **GERMAN}
        assert "nicht verbunden" in posted(crms, path, body).json[key]


def test_any_other_language_is_answered_in_english(crms, row):
    assert row.state == "connected"
    for said in ("en", "xx", "", None, 7, ["de"], "de; drop", "d" * 5000):
        assert posted(crms, SETTINGS_PATH, {"language": said}).json["title"] == "Connected, nothing read yet"


@pytest.mark.parametrize(
    ("body", "language"),
    [
        (b'{"language": "de-at"}', "de-at"),
        (b'{"language": "de_CH"}', "de_CH"),
        (b'{"language": "de\\n"}', ""),
        (b"[" * 5000, ""),
        (b"\xff", ""),
        (json.dumps({"language": "de " * 99}).encode(), ""),
    ],
)
def test_a_language_is_a_short_code_or_none(body, language):
    request = InboundRequest(method="POST", uri="", body=body, signature=None, timestamp=None)
    assert language_of(request) == language


def test_every_sentence_of_a_finding_for_everybody_can_be_said():
    said = [outward.SCORE, outward.SELECTION, outward.WORK, outward.SURE, outward.LIKELY, outward.WHERE]
    assert list(overview.SENTENCES) == said
