"""Consent, tokens and scopes of the stand-in portal, with every refusal that HubSpot is known to give."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.hubspot.faults import Fault
from connectors.sandbox.hubspot.scopes import REQUIRED_SCOPES
from tests.connectors.sandbox.hubspot_web import CONTACTS, web_of
from tests.connectors.subject_hubspot import contents, some

CALLBACK = "http://127.0.0.1:1/callback"
REQUIRED = " ".join(REQUIRED_SCOPES)


@pytest.fixture
def portal():
    with HubSpotStandIn(contents(some(5)), seed=3) as open_portal:
        open_portal.redirect_uris.add(CALLBACK)
        yield open_portal


@pytest.fixture
def web(portal):
    with web_of(portal) as open_web:
        yield open_web


def address(portal, path="/oauth/authorize", **changes):
    query = {
        "client_id": portal.client_id,
        "redirect_uri": CALLBACK,
        "scope": REQUIRED,
        "state": "s",
        **changes,
    }
    return f"{portal.api_url}{path}?{urlencode(query)}"


def asked(portal, web, path="/oauth/2026-09/token", **form):
    about = {"client_id": portal.client_id, "client_secret": portal.client_secret}
    return web.post(path, data={**about, **form})


def consented(portal, web, path="/oauth/2026-09/token", **changes):
    code = parse_qs(urlsplit(portal.consent(address(portal, **changes))).query)["code"][0]
    return asked(portal, web, path, grant_type="authorization_code", code=code, redirect_uri=CALLBACK).json()


@pytest.mark.parametrize("path", ["/oauth/2026-09/token", "/oauth/v1/token"])
def test_a_code_works_once(portal, web, path):
    code = parse_qs(urlsplit(portal.consent(address(portal))).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    told = asked(portal, web, path, **form).json()
    names = "token_type token_use access_token refresh_token expires_in hub_id user_id scopes"
    assert set(told) == set(names.split())
    assert (told["expires_in"], told["hub_id"]) == (1800, int(portal.organisation))
    again = asked(portal, web, path, **form)
    assert (again.status_code, again.json()["status"]) == (400, "BAD_AUTH_CODE")


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "x"},
        {"redirect_uri": "https://elsewhere.example/"},
        {"scope": "oauth"},
        {"scope": f"{REQUIRED} crm.objects.quotes.read"},
        {"optional_scope": "crm.objects.quotes.read"},
        {"code_challenge": "x", "code_challenge_method": "plain"},
        {"path": "/oauth/1/authorize"},
    ],
)
def test_a_wrong_install_address_is_a_page_and_no_redirect(portal, web, changes):
    answer = web.session.get(address(portal, **changes), allow_redirects=False)
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (400, "text/html")


def test_a_cancelled_consent_says_so(portal, web):
    page = web.session.get(address(portal)).text
    ticket = page.partition('name="ticket" value="')[2].partition('"')[0]
    answer = web.session.post(
        f"{portal.api_url}/oauth/authorize",
        data={"ticket": ticket, "decision": "cancel"},
        allow_redirects=False,
    )
    assert parse_qs(urlsplit(answer.headers["Location"]).query) == {
        "error": ["access_denied"],
        "state": ["s"],
    }


def test_a_conditional_scope_may_be_asked_for(portal, web):
    scopes = consented(portal, web, scope=f"{REQUIRED} crm.objects.deals.read")["scopes"]
    assert "crm.objects.deals.read" in scopes


@pytest.mark.parametrize(("tier", "had"), [("starter", False), ("pro", True)])
def test_an_optional_scope_that_the_portal_cannot_have_is_dropped(portal, web, tier, had):
    portal.control.tier = tier
    scopes = consented(portal, web, optional_scope="crm.objects.leads.read crm.export")["scopes"]
    assert "crm.export" in scopes
    assert ("crm.objects.leads.read" in scopes) is had


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"client_id": "x"}, "BAD_CLIENT_ID"),
        ({"client_secret": "x"}, "BAD_CLIENT_SECRET"),
        ({"refresh_token": "x"}, "BAD_REFRESH_TOKEN"),
        ({"grant_type": "password"}, "BAD_GRANT_TYPE"),
        ({"grant_type": "authorization_code", "code": "x"}, "BAD_AUTH_CODE"),
        ({"grant_type": "client_credentials", "scope": "nothing"}, "BAD_SCOPES"),
    ],
)
def test_each_bad_token_request_has_its_name(portal, web, form, status):
    token = consented(portal, web)["refresh_token"]
    answer = asked(portal, web, **{"grant_type": "refresh_token", "refresh_token": token, **form})
    assert (answer.status_code, answer.json()["status"]) == (400, status)
    assert {"message", "error", "error_description", "correlationId"} < set(answer.json())


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"redirect_uri": "https://other.example/"}, "BAD_REDIRECT_URI"),
        ({"code_verifier": "x"}, "BAD_CODE_VERIFIER"),
    ],
)
def test_a_code_is_bound_to_its_address_and_its_verifier(portal, web, change, status):
    code = parse_qs(urlsplit(portal.consent(address(portal, code_challenge="abc"))).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **change}
    assert asked(portal, web, **form).json()["status"] == status


def test_a_wrong_secret_may_be_a_401(portal, web):
    portal.control.bad_client_status = 401
    assert asked(portal, web, grant_type="refresh_token", client_secret="x").status_code == 401


def test_rotation_ends_the_old_refresh_token(portal, web):
    first = consented(portal, web)["refresh_token"]
    assert (
        asked(portal, web, grant_type="refresh_token", refresh_token=first).json()["refresh_token"] == first
    )
    portal.control.rotate_refresh_tokens = True
    second = asked(portal, web, grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    assert second != first
    again = asked(portal, web, grant_type="refresh_token", refresh_token=first)
    assert (again.json()["error"], again.json()["status"]) == ("invalid_grant", "BAD_REFRESH_TOKEN")
    assert asked(portal, web, grant_type="refresh_token", refresh_token=second).status_code == 200


def test_revoking_ends_the_refresh_token_and_not_the_access_token(portal, web):
    grant = consented(portal, web)
    web.use(grant["access_token"])
    revoked = asked(portal, web, "/oauth/2026-09/token/revoke", token=grant["refresh_token"])
    assert (revoked.status_code, web.get(CONTACTS).status_code) == (200, 200)
    found = asked(portal, web, "/oauth/2026-09/token/introspect", token=grant["refresh_token"])
    assert found.json() == {"active": False}
    again = asked(portal, web, grant_type="refresh_token", refresh_token=grant["refresh_token"])
    assert again.json()["error"] == "invalid_grant"


def test_uninstalling_ends_everything(portal, web):
    grant = consented(portal, web)
    web.use(grant["access_token"])
    assert web.delete("/appinstalls/2026-09/external-install").status_code == 204
    assert web.get(CONTACTS).json()["category"] == "INVALID_AUTHENTICATION"
    again = asked(portal, web, grant_type="refresh_token", refresh_token=grant["refresh_token"])
    assert again.json()["status"] == "BAD_REFRESH_TOKEN"


def test_a_portal_that_is_gone(portal, web):
    token = consented(portal, web)["refresh_token"]
    web.control("/do/lose-portal")
    told = asked(portal, web, grant_type="refresh_token", refresh_token=token).json()
    assert (told["error"], told["status"]) == ("access_denied", "BAD_HUB")


def test_the_token_endpoint_has_a_budget_too(portal, web):
    portal.control.plan(Fault(kind="limit", policy="token", path="/token"))
    answer = asked(portal, web, grant_type="refresh_token", refresh_token="x")
    assert (answer.status_code, answer.json()["message"]) == (429, "You have reached your rate limit.")


def test_the_account_tells_of_itself(portal, web):
    told = web.get("/account-info/2026-09/details").json()
    assert told == web.get("/account-info/v3/details").json()
    assert (told["portalId"], told["timeZone"]) == (int(portal.organisation), "Europe/Berlin")


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("crm.objects.contacts.read", "get", CONTACTS),
        ("crm.objects.contacts.read", "post", f"{CONTACTS}/search"),
        ("crm.objects.contacts.write", "post", f"{CONTACTS}/batch/update"),
        ("crm.objects.contacts.write", "post", f"{CONTACTS}/gdpr-delete"),
        ("crm.objects.deals.read", "get", "/crm/objects/2026-09/deals"),
        ("crm.objects.deals.read", "post", "/crm/associations/2026-09/contacts/deals/batch/read"),
        ("crm.objects.leads.read", "get", "/crm/objects/2026-09/leads"),
        ("crm.schemas.contacts.read", "get", "/crm/properties/2026-09/contacts"),
        ("crm.schemas.contacts.write", "post", "/crm/properties/2026-09/contacts/groups"),
        ("crm.export", "post", "/crm/exports/2026-09/export/async"),
        ("mh-lead-scoring-view", "get", "/marketing/lead-scoring/2026-09-beta/scores"),
    ],
)
def test_each_endpoint_wants_its_scope(portal, web, scope, method, path):
    web.use(portal.token(*(one for one in (*REQUIRED_SCOPES, "crm.objects.companies.read") if one != scope)))
    answer = getattr(web, method)(path)
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == [scope]
    portal.control.terse_scope_errors = True
    told = getattr(web, method)(path).json()
    assert "category" not in told
    assert "does not have proper permissions!" in told["message"]


def test_sensitive_values_want_a_scope_of_their_own(portal, web):
    definitions = web.get("/crm/properties/2026-09/contacts?dataSensitivity=sensitive").json()["results"]
    assert [one["name"] for one in definitions] == ["health_condition"]
    answer = web.get(f"{CONTACTS}?properties=health_condition")
    assert answer.status_code == 403
    needed = answer.json()["errors"][0]["context"]["requiredGranularScopes"]
    web.use(portal.token("crm.objects.contacts.read", *needed))
    assert web.get(f"{CONTACTS}?properties=health_condition").status_code == 200
