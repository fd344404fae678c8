"""The panel as both CRMs ask for it, with signatures made by the stand-ins."""

import base64
import hashlib
import hmac
import json
import logging
import re
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests

from connectors.account import Pulled
from connectors.inbound import Visit
from connectors.pseudonym import LeadKey
from connectors.sandbox.salesforce.canvas import payload, sign
from connectors.sandbox.salesforce.canvas_variants import APPROVAL, VARIANTS, signed_variant
from connectors.source import Flag
from tests.webapp.markup import faults
from webapp.panel_bearer import AUDIENCE
from webapp.store.repository import short_id
from webapp.store.rows import NewAudit

PROXY = "/__card/fetch"
CHECKED = datetime(2026, 11, 20, 9, tzinfo=UTC)
REASON = "reason-canary"


@pytest.fixture
def salesforce(crms):
    return flagged(crms, "salesforce")


@pytest.fixture(scope="module")
def shared(support, certificate, tmp_path_factory):
    """Both CRMs, connected and with a flag, for tests that change nothing."""
    with support.running(certificate, tmp_path_factory.mktemp("shared")) as world:
        flagged(world, "salesforce")
        flagged(world, "hubspot")
        yield world


def flagged(crms, crm: str):
    """A connection whose first lead has a flag; the second has none."""
    row = crms.connect(crm)
    lead = crms.services.keyring(row).lead_key(getattr(crms, crm).record_ids()[0])
    audit_id = short_id()
    pulled = Pulled(read=2, kept=2, rejected={}, excluded={}, unmapped={})
    new = NewAudit(
        id=audit_id, report="{}", policy_version=1, stream_version=1, severities={}, worst=None, pulled=pulled
    )
    flag = Flag(status="review", reason=REASON, audit_id=audit_id, checked_at=CHECKED)
    crms.services.repository.add_audit(row.id, new, {lead: flag})
    return row


def canvas(crms, record_id: str, **changes):
    """Post a signed request as Salesforce does."""
    claim = {
        **payload(crms.salesforce.state, record_id, changes.pop("user", None)),
        **changes.pop("claim", {}),
    }
    signed = sign(claim, changes.pop("secret", crms.salesforce.client_secret))
    return crms.app.test_client().post("/salesforce/canvas", data={"signed_request": signed})


def card(crms, record_id: str, **changes):
    """Ask through HubSpot's own proxy, over HTTP."""
    with requests.Session() as session:
        session.trust_env = False
        asked = {
            "url": crms.hubspot.card_url,
            "method": "POST",
            "body": {"objectTypeId": "0-1", "objectId": record_id},
        }
        return session.post(f"{crms.hubspot.api_url}{PROXY}", json={**asked, **changes}, timeout=30)


def signed_card(crms, body: bytes, query: str | None = None, **changes):
    """Sign a card's request ourselves, so that any part of it can be wrong."""
    if query is None:
        query = f"portalId={crms.hubspot.organisation}&userId=1&appId={crms.hubspot.app_id}"
    stamp = str(int(time.time() * 1000) + changes.get("late", 0))
    uri = f"{crms.services.settings.public_url}/hubspot/card?{query}"
    source = b"POST" + uri.encode() + body + stamp.encode()
    secret = changes.get("secret", crms.hubspot.client_secret).encode()
    signature = base64.b64encode(hmac.digest(secret, source, hashlib.sha256)).decode()
    headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": stamp}
    return crms.app.test_client().post(
        f"/hubspot/card?{query}", data=body, headers=headers, content_type="application/json"
    )


def body_of(record_id: str) -> bytes:
    return json.dumps({"objectTypeId": "0-1", "objectId": record_id}).encode()


def test_a_signed_request_shows_the_panel_of_its_lead(shared):
    flagged_lead, other, *_ = shared.salesforce.record_ids()
    response = canvas(shared, flagged_lead)
    assert response.status_code == 200
    assert 'data-state="flagged"' in response.text
    assert 'data-state="not_audited"' in canvas(shared, other).text


def test_the_canvas_panel_may_be_framed_by_the_org_only_and_sets_no_cookie(shared):
    response = canvas(shared, shared.salesforce.record_ids()[0])
    policy = response.headers["Content-Security-Policy"]
    (framers,) = [part for part in policy.split("; ") if part.startswith("frame-ancestors")]
    assert set(framers.split()[1:]) == {shared.salesforce.page_url, shared.salesforce.login_url}
    assert "'unsafe" not in policy
    assert "X-Frame-Options" not in response.headers
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"


# What each variant of a signed request leads to: the panel's state, or no panel (a forgery), and the status.
OUTCOMES = {
    "good": (200, "flagged"),
    "wrong_secret": (401, None),
    "tampered": (401, None),
    "extra_dots": (401, None),
    "half": (401, None),
    "issued_at_odd": (200, "flagged"),
    "empty_parameters": (200, "not_audited"),
    "no_parameters": (200, "not_audited"),
    "parameter_no_id": (200, "not_audited"),
    "parameter_other_object": (200, "not_audited"),
    "foreign_org": (200, "not_connected"),
    "foreign_instance": (401, None),
    "foreign_user": (401, None),
    "foreign_lead": (403, "no_permission"),
    "dead_token": (401, "not_audited"),
    "no_token": (401, None),
    "lower_algorithm": (200, "flagged"),
    "other_algorithm": (401, None),
    "too_large": (401, None),
}


def test_every_variant_of_a_signed_request_has_its_outcome(shared):
    lead, other, *_ = shared.salesforce.record_ids()
    client, found = shared.app.test_client(), {}
    assert set(VARIANTS) == {*OUTCOMES, "urlsafe"}
    for name in OUTCOMES:
        # The stand-in tampers by putting in its first lead.
        signed = signed_variant(shared.salesforce.state, other if name == "tampered" else lead, name)
        response = client.post("/salesforce/canvas", data={"signed_request": signed})
        state = re.search(r'class="panel panel-([a-z_]+)" data-state="([a-z_]+)"', response.text)
        forged = "could not be verified" in response.text
        found[name] = (response.status_code, None if forged else state[2])
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "no-store"
        assert lead[:15] not in response.text
        assert ("data-bearer" in response.text) == (found[name][1] == "flagged")
    assert found == OUTCOMES
    spelt = signed_variant(shared.salesforce.state, lead, "urlsafe")
    same = spelt == signed_variant(shared.salesforce.state, lead)
    answer = client.post("/salesforce/canvas", data={"signed_request": spelt})
    assert answer.status_code == (200 if same or not set(spelt.partition(".")[0]) & set("-_") else 401)


def test_who_is_not_approved_yet_is_told_what_the_admin_sets(shared):
    """Salesforce opens the address with a GET then; what its query says is not repeated."""
    query = f"?{APPROVAL}&loginUrl=https%3A%2F%2Fevil.example%2F%3Cscript%3E"
    answer = shared.app.test_client().get(f"/salesforce/canvas{query}")
    assert answer.status_code == 200
    assert "Admin approved users are pre-authorized" in answer.text
    assert "evil.example" not in answer.text
    assert "data-bearer" not in answer.text
    assert "X-Frame-Options" not in answer.headers


def bearer_of(response) -> str:
    return re.search(r'data-bearer="([^"]+)"', response.text)[1]


def again(crms, bearer: str, **headers: str):
    client = crms.app.test_client()
    return client.get("/salesforce/panel", headers={"Authorization": f"Bearer {bearer}", **headers})


def test_the_panel_is_asked_for_again_with_its_own_bearer_and_no_cookie(shared):
    flagged_lead, other, *_ = shared.salesforce.record_ids()
    for lead, state in ((flagged_lead, "flagged"), (other, "not_audited")):
        answer = again(shared, bearer_of(canvas(shared, lead)))
        assert (answer.status_code, f'data-state="{state}"' in answer.text) == (200, True)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert "data-bearer" not in answer.text  # it does not prolong itself


def speaking(crms, lead: str, language: object):
    claim = payload(crms.salesforce.state, lead)
    claim["context"]["user"]["language"] = language
    signed = sign(claim, crms.salesforce.client_secret)
    return crms.app.test_client().post("/salesforce/canvas", data={"signed_request": signed})


@pytest.mark.parametrize("code", ["de", "de_AT"])
def test_the_panel_speaks_the_language_that_salesforce_speaks_to_its_user(shared, code):
    flagged_lead, *_ = shared.salesforce.record_ids()
    page = speaking(shared, flagged_lead, code)
    fresh = again(shared, bearer_of(page), **{"Accept-Language": "en"})
    for answer in (page, fresh):
        assert answer.headers["Content-Language"] == "de"
        assert '<html lang="de"' in answer.text
        assert "Score vielleicht unzuverlässig" in answer.text
        assert "Fairlead prüft Scores und ändert sie nicht." in answer.text
    assert 'data-away="Fairlead hat nicht geantwortet.' in page.text
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize("language", ["en_US", "fr", "de\nX", 7, None, ["de"], "../de"])
def test_a_language_that_there_is_not_leaves_the_panel_as_the_browser_asks(shared, language):
    flagged_lead, *_ = shared.salesforce.record_ids()
    page = speaking(shared, flagged_lead, language)
    assert page.headers["Content-Language"] == "en"
    assert "Score may be unreliable" in page.text
    assert '<html lang="en"' in page.text


def test_who_is_not_approved_reads_why_in_the_language_of_the_browser(shared):
    page = shared.app.test_client().get("/salesforce/canvas", headers={"Accept-Language": "de"})
    assert page.headers["Content-Language"] == "de"
    assert "Fairlead ist für Sie noch nicht freigegeben" in page.text
    assert faults(page.text) == []


def test_a_bearer_tells_nothing_and_opens_nothing_else(shared):
    lead = shared.salesforce.record_ids()[0]
    bearer = bearer_of(canvas(shared, lead))
    key = shared.services.keyring(shared.services.repository.connections()[0]).lead_key(lead)
    plain = base64.urlsafe_b64decode(bearer + "==")
    for secret in (lead, key.hex, shared.salesforce.organisation, "panel", "lead"):
        assert secret.encode() not in plain
    client = shared.app.test_client()
    for page in ("/connections", "/"):
        asked = client.get(page, headers={"Authorization": f"Bearer {bearer}"})
        assert asked.headers["Location"].startswith("/login")


@pytest.mark.parametrize(
    "spoil", [lambda _: "", lambda b: b[:-2], lambda b: "A" + b, lambda b: b + "é", lambda b: b * 40]
)
def test_an_altered_bearer_is_refused(shared, spoil):
    bearer = spoil(bearer_of(canvas(shared, shared.salesforce.record_ids()[0])))
    answer = again(shared, bearer.encode("latin-1", "replace").decode("latin-1"))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert shared.app.test_client().get("/salesforce/panel").status_code == 401
    assert shared.app.test_client().get(f"/salesforce/panel?bearer={bearer}").status_code == 401


def test_a_bearer_lasts_a_quarter_of_an_hour(shared, support):
    clock = support.Clock()
    visit = Visit(crm="salesforce", organisation="00D", lead=LeadKey(bytes(16)), user="u")
    bearers = replace(shared.services, clock=clock).panel_bearers
    bearer = bearers.issue(visit)
    clock.forward(minutes=15, seconds=-1)
    assert bearers.read(bearer) == visit
    clock.forward(seconds=1)
    assert bearers.read(bearer) is None


def test_what_is_sealed_for_another_purpose_is_no_bearer(shared):
    row = shared.services.repository.connections()[0]
    visit = Visit(crm="salesforce", organisation=row.organisation, lead=LeadKey(bytes(16)))
    bearers = shared.services.panel_bearers
    for box, owner in ((shared.services.box("grant"), AUDIENCE), (shared.services.box("panel"), row.id)):
        forged = base64.urlsafe_b64encode(box.seal(b"{}", owner)).decode().rstrip("=")
        assert bearers.read(forged) is None
    assert bearers.read(bearers.issue(visit)) == visit


def test_after_a_disconnect_a_bearer_shows_nothing_of_a_lead(crms):
    row = flagged(crms, "salesforce")
    bearer = bearer_of(canvas(crms, crms.salesforce.record_ids()[0]))
    crms.services.repository.set_state(row.id, "disconnected")
    assert 'data-state="not_connected"' in again(crms, bearer).text


def test_a_request_from_another_address_of_salesforce_is_not_answered(crms):
    grants = crms.services.grants(flagged(crms, "salesforce").id)
    grants.save(replace(grants.load(), instance_url="https://moved.my.salesforce.com"))
    assert 'data-state="not_connected"' in canvas(crms, crms.salesforce.record_ids()[0]).text


def test_neither_record_id_nor_reason_is_on_the_panel(shared):
    lead = shared.salesforce.record_ids()[0]
    response = canvas(shared, lead)
    for secret in (lead, lead[:15], REASON, shared.salesforce.organisation):
        assert secret not in response.text


@pytest.mark.parametrize("secret", ["", "another secret"])
def test_a_forged_signature_is_refused_without_detail(shared, secret):
    response = canvas(shared, shared.salesforce.record_ids()[0], secret=secret)
    assert response.status_code == 401
    assert "could not be verified" in response.text
    assert "flagged" not in response.text


@pytest.mark.parametrize(
    "form", [{}, {"signed_request": ""}, {"signed_request": "a.b"}, {"signed_request": "é.é"}]
)
def test_what_is_no_signed_request_is_refused(shared, form):
    assert shared.app.test_client().post("/salesforce/canvas", data=form).status_code == 401


@pytest.mark.usefixtures("salesforce")
def test_a_lead_that_the_rep_may_not_see_has_no_panel(crms):
    lead = crms.salesforce.record_ids()[0]
    crms.salesforce.org.rep.hidden_records.add(lead)
    response = canvas(crms, lead)
    assert response.status_code == 403
    assert 'data-state="no_permission"' in response.text


def test_a_dead_session_token_is_refused(shared):
    claim = payload(shared.salesforce.state, shared.salesforce.record_ids()[0])
    claim["client"]["oauthToken"] = "00Dxx!dead"
    assert canvas(shared, shared.salesforce.record_ids()[0], claim=claim).status_code == 401


def test_an_org_that_is_not_connected_hears_so(crms):
    response = canvas(crms, crms.salesforce.record_ids()[0])
    assert (response.status_code, 'data-state="not_connected"' in response.text) == (200, True)


def test_a_disconnected_org_hears_so(crms, salesforce):
    crms.services.repository.set_state(salesforce.id, "disconnected")
    assert 'data-state="not_connected"' in canvas(crms, crms.salesforce.record_ids()[0]).text


def test_the_approval_question_gets_an_explanation(shared):
    response = shared.app.test_client().get("/salesforce/canvas?_sfdc_canvas_auth=user_approval_required")
    assert response.status_code == 200
    assert "not approved for you yet" in response.text
    assert "frame-ancestors https://*.salesforce.com" in response.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in response.headers


@pytest.mark.usefixtures("salesforce")
def test_the_panel_says_when_salesforce_cannot_be_asked(crms):
    lead = crms.salesforce.record_ids()[0]
    claim = payload(crms.salesforce.state, lead)
    signed = sign(claim, crms.salesforce.client_secret)
    crms.salesforce.close()
    response = crms.app.test_client().post("/salesforce/canvas", data={"signed_request": signed})
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) >= 1


def test_a_card_gets_the_panel_of_its_contact_through_the_proxy(shared):
    flagged_lead, other, *_ = shared.hubspot.record_ids()
    answer = card(shared, flagged_lead).json()
    assert answer["status"] == 200
    assert (answer["body"]["schema"], answer["body"]["state"]) == ("fairlead.panel/1", "flagged")
    assert card(shared, other).json()["body"]["state"] == "not_audited"


def test_a_cards_answer_is_plain_json_without_cookie_or_id(shared):
    lead = shared.hubspot.record_ids()[0]
    response = signed_card(shared, body_of(lead))
    assert response.mimetype == "application/json"
    assert "Set-Cookie" not in response.headers
    assert "Access-Control-Allow-Origin" not in response.headers
    assert REASON not in response.text
    assert lead not in response.text


def test_a_portal_that_is_not_connected_hears_so_with_200(crms):
    response = signed_card(crms, body_of(crms.hubspot.record_ids()[0]))
    assert (response.status_code, response.json["state"]) == (200, "not_connected")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": "another"}, "signature_invalid"),
        ({"late": -301_000}, "timestamp_stale"),
        ({"late": 301_000}, "timestamp_stale"),
    ],
)
def test_a_request_that_hubspot_did_not_sign_now_is_401_with_a_typed_body(shared, changes, code):
    response = signed_card(shared, body_of(shared.hubspot.record_ids()[0]), **changes)
    assert (response.status_code, response.json["schema"]) == (401, "fairlead.error/1")
    assert response.json["error"] == code


def test_a_request_without_signature_is_401(shared):
    response = shared.app.test_client().post("/hubspot/card", data=body_of("1"))
    assert (response.status_code, response.json["error"]) == (401, "signature_missing")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"objectTypeId":"0-3","objectId":1}', b"\xff\xfe"])
def test_a_signed_body_that_names_no_contact_is_400(shared, body):
    response = signed_card(shared, body)
    assert (response.status_code, response.json["error"]) == (400, "body_invalid")


def test_the_card_of_another_app_is_403(shared):
    query = f"portalId={shared.hubspot.organisation}&userId=1&appId=999"
    assert signed_card(shared, body_of("1"), query).status_code == 403


@pytest.mark.parametrize(
    "query", ["userEmail=sam%2Bwest%40x.example&src=%28a%29%3A%2F", "note=a%20b%26c", "note=%C3%A9"]
)
def test_an_address_full_of_escapes_is_verified_as_hubspot_signs_it(shared, query):
    whole = f"portalId={shared.hubspot.organisation}&userId=1&appId={shared.hubspot.app_id}&{query}"
    assert signed_card(shared, body_of(shared.hubspot.record_ids()[0]), whole).status_code == 200


def test_get_on_the_card_is_not_allowed(shared):
    assert shared.app.test_client().get("/hubspot/card").status_code == 405


def test_nothing_of_a_request_is_logged(shared, caplog):
    lead = shared.hubspot.record_ids()[0]
    with caplog.at_level(logging.DEBUG):
        signed_card(shared, body_of(lead))
        signed_card(shared, body_of(lead), secret="another")
        canvas(shared, shared.salesforce.record_ids()[0])
    for secret in (lead, shared.hubspot.organisation, shared.salesforce.record_ids()[0]):
        assert secret not in caplog.text


def test_a_hubspot_lead_does_not_get_the_panel_of_the_contact_with_its_number(shared):
    number = shared.hubspot.record_ids()[0]
    body = json.dumps({"objectTypeId": "0-136", "objectId": number}).encode()
    response = signed_card(shared, body)
    assert (response.status_code, response.json["state"]) == (200, "not_audited")


def test_a_token_check_leaves_no_record_id_in_any_log_at_any_level(shared, caplog):
    lead = shared.salesforce.record_ids()[0]
    for name in ("urllib3", "urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry", "requests"):
        caplog.set_level(logging.DEBUG, logger=name)
    with caplog.at_level(logging.DEBUG):
        assert canvas(shared, lead).status_code == 200
    assert lead[:15] not in caplog.text
