"""Consent, tokens and their end."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.wrappers import Request, Response

from connectors.errors import Busy, Refused
from connectors.hubspot import oauth
from connectors.hubspot.leaving import leave
from connectors.hubspot.scopes import DEALS, LEADS, SCORING, degraded
from connectors.hubspot.scopes import REQUIRED as GRANTED
from connectors.hubspot.token_trouble import token_trouble
from connectors.hubspot.vetting import Told, told, vetted
from connectors.sandbox.hubspot.faults import Fault
from connectors.sandbox.server import LocalServer
from tests.connectors.scripted import scripted
from tests.connectors.subject_hubspot import app_of, connect, consented, timing_of


def test_the_whole_flow_gives_a_grant_of_the_portal(small):
    grant = small.grants.grant
    assert grant.organisation == small.portal.organisation
    assert grant.expires_at - grant.issued_at == timedelta(minutes=30)
    assert set(grant.scopes) == {*small.app.scopes, *small.app.optional_scopes}


def test_the_authorize_url_carries_pkce_state_and_scopes(small):
    request = oauth.authorization(small.app)
    query = parse_qs(urlsplit(request.url).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["state"] == [request.state]
    assert query["scope"] == [" ".join(small.app.scopes)]
    assert query["optional_scope"] == [" ".join(small.app.optional_scopes)]
    assert not set(small.app.optional_scopes) & set(small.app.scopes)
    assert "+" not in request.url
    assert request.verifier not in request.url
    assert request.verifier not in repr(request)
    assert oauth.authorization(small.app).state != request.state


def test_a_code_works_once_and_only_with_its_verifier(small):
    request = oauth.authorization(small.app)
    code = parse_qs(urlsplit(small.portal.consent(request.url)).query)["code"][0]
    with pytest.raises(Refused) as caught:
        oauth.exchange(small.app, code, "another-verifier-that-is-long-enough-for-pkce-0123456789")
    assert caught.value.code == "BAD_CODE_VERIFIER"
    with pytest.raises(Refused) as caught:
        oauth.exchange(small.app, code, request.verifier)
    assert caught.value.code == "BAD_AUTH_CODE"
    assert code not in str(caught.value)


def test_a_refresh_gives_a_new_access_token(small):
    former = small.grants.grant
    grant = oauth.refresh(small.app, former)
    assert grant.access_token != former.access_token
    assert grant.refresh_token == former.refresh_token
    assert (grant.organisation, grant.scopes) == (former.organisation, former.scopes)


def test_a_revoked_consent_a_wrong_setting_and_a_bad_moment_differ(small):
    grant = small.grants.grant
    with pytest.raises(Refused) as caught:
        oauth.refresh(replace(small.app, client_secret="mistyped"), grant)
    assert caught.value.code == "BAD_CLIENT_SECRET"
    small.portal.control.plan(Fault(status=503, path="/token"))
    with pytest.raises(Busy):
        oauth.refresh(small.app, grant)
    oauth.revoke(small.app, grant)
    with pytest.raises(Refused) as caught:
        oauth.refresh(small.app, grant)
    assert caught.value.code == "invalid_grant"


def test_revoking_leaves_the_access_token_alive_and_removal_does_not(small):
    oauth.revoke(small.app, small.grants.grant)
    assert small.source.describe()
    portal = connect(small.portal)
    leave(portal.app, portal.grants.grant)
    with pytest.raises(Refused):
        portal.source.describe()


def test_the_undated_token_endpoint_works_as_well(small):
    app = app_of(small.portal, "v3")
    assert consented(small.portal, app, timing_of(small.portal)).organisation == small.portal.organisation
    assert small.calls["POST /oauth/v1/token"] == 1


def test_an_unknown_redirect_address_or_scope_gets_a_page_and_no_redirect(small):
    for wrong in (
        {"redirect_uri": "https://evil.example/cb"},
        {"scopes": ("oauth", "crm.everything")},
        {"scopes": (*small.app.scopes, "crm.everything")},
        {"scopes": small.app.scopes[:-1]},
    ):
        url = oauth.authorization(replace(small.app, **wrong)).url
        with pytest.raises(ValueError, match="consent page says"):
            small.portal.consent(url)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"status": "BAD_REFRESH_TOKEN", "error": "invalid_grant"}, "invalid_grant"),
        (400, {"error": "invalid_grant"}, "invalid_grant"),
        (403, {"status": "BAD_HUB", "error": "access_denied"}, "portal_gone"),
        (403, {"error": "access_denied"}, "invalid_grant"),
        (400, {"status": "BAD_CLIENT_ID", "error": "invalid_grant"}, "BAD_CLIENT_ID"),
        (401, {"error": "invalid_client"}, "BAD_CLIENT"),
        (400, {"status": "BAD_SOMETHING_NEW"}, "BAD_SOMETHING_NEW"),
        (404, {}, "BAD_TOKEN_REQUEST"),
        (302, {}, "BAD_TOKEN_REQUEST"),
        (400, {"error": "the token abc is not good"}, "BAD_TOKEN_REQUEST"),
    ],
)
def test_refusals_of_the_token_endpoint_are_classified(status, body, code):
    error = token_trouble(status, {}, json.dumps(body).encode())
    assert isinstance(error, Refused)
    assert error.code == code


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, b"{}"),
        (423, b""),
        (477, b""),
        (500, b"<html>"),
        (504, b""),
        (200, b"<html>a login page of the network</html>"),
        (200, b'{"access_token":"one\\r\\ntwo","expires_in":5}'),
        (200, b'{"access_token":"one"}'),
    ],
)
def test_what_may_pass_is_busy(status, body):
    assert isinstance(token_trouble(status, {}, body), Busy)


def test_a_redirect_of_the_token_request_is_not_followed(small):
    seen: list[str] = []

    @Request.application
    def elsewhere(request):
        seen.append(request.path)
        return Response(status=307, headers={"Location": "/elsewhere"})

    with LocalServer(app=elsewhere) as server, pytest.raises(Refused) as caught:
        oauth.refresh(replace(small.app, api_url=server.url), small.grants.grant)
    assert seen == ["/oauth/2026-09/token"]
    assert caught.value.code == "BAD_TOKEN_REQUEST"
    assert "HTTP_307" in str(caught.value)


def test_secrets_travel_in_the_form_body_only(small):
    seen: list[Request] = []

    @Request.application
    def record(request):
        request.form.to_dict()
        seen.append(request)
        return Response(status=503)

    with LocalServer(app=record) as server, pytest.raises(Busy):
        oauth.refresh(replace(small.app, api_url=server.url), small.grants.grant)
    (request,) = seen
    assert set(request.form) == {"grant_type", "refresh_token", "client_id", "client_secret"}
    assert not request.query_string
    assert "Authorization" not in request.headers


def test_nothing_secret_is_in_the_chain_of_an_error(small):
    app = replace(small.app, api_url="http://127.0.0.1:9", client_secret="very-secret-client-secret")
    with pytest.raises(Busy) as caught:
        oauth.refresh(app, small.grants.grant)
    error: BaseException | None = caught.value
    while error is not None:
        assert "very-secret" not in f"{error!r}{error}"
        assert (small.grants.grant.refresh_token or "") not in f"{error!r}{error}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(
    "odd",
    [
        {"expires_at": []},
        {"expires_at": "SECRETBODY"},
        {"scopes": 5},
        {"scopes": [5, {"a": 1}]},
        {"scopes": "crm"},
        {"refresh_token": None},
        {"refresh_token": ""},
        {"token_type": 7},
    ],
)
def test_what_else_is_in_a_token_answer_does_not_matter(small, odd):
    former = small.grants.grant
    token = {"access_token": "a", "expires_in": 1800, "hub_id": int(former.organisation), **odd}
    with scripted(lambda _: token) as url:
        grant = oauth.refresh(replace(small.app, api_url=url), former)
    assert (grant.access_token, grant.refresh_token, grant.scopes) == (
        "a",
        former.refresh_token,
        former.scopes,
    )


@pytest.mark.parametrize("portal", [[1], {"a": 1}, True, "x", 1.5])
def test_a_first_token_that_names_no_portal_is_refused(small, portal):
    token = {"access_token": "a", "expires_in": 1800, "hub_id": portal}
    with scripted(lambda _: token) as url, pytest.raises(Refused) as caught:
        oauth.exchange(replace(small.app, api_url=url), "code", "verifier")
    assert caught.value.code == "portal_mismatch"


@pytest.mark.parametrize(
    "body",
    [
        b'{"access_token":"a","expires_in":1e400}',
        b'{"access_token":"a","expires_in":1800,"error":"x"}',
        b'{"access_token":"a","expires_in":true}',
        b'{"access_token":"a","expires_in":1e-9}',
        b'{"access_token":"a","expires_in":1800,"refresh_token":{"a":1}}',
        b'{"access_token":"a","expires_in":1800,"refresh_token":"\\ud800"}',
        b'{"access_token":"a","expires_in":1800,"x":' + b"9" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
def test_an_answer_that_no_token_can_be_read_from_is_busy(body):
    assert isinstance(token_trouble(200, {}, body), Busy)


def asks(found, path):
    return sum(count for name, count in found.calls.items() if name.endswith(path))


def test_a_grant_is_looked_into_when_it_is_made(small):
    assert asks(small, "/oauth/2026-09/token/introspect") == 1


def test_the_app_id_of_the_settings_must_be_the_app_s_own(small):
    request = oauth.authorization(small.app)
    code = parse_qs(urlsplit(small.portal.consent(request.url)).query)["code"][0]
    with pytest.raises(Refused, match="FAIRLEAD_HUBSPOT_APP_ID") as caught:
        oauth.exchange(replace(small.app, app_id="17"), code, request.verifier)
    assert caught.value.code == "app_mismatch"


def test_a_consent_stands_though_it_cannot_be_looked_into_just_now(small):
    small.portal.control.plan(Fault(status=503, path="/token/introspect"))
    grant = consented(small.portal, small.app, timing_of(small.portal))
    assert set(small.app.scopes) <= set(grant.scopes)


TOLD = Told(active=True, app_id="", portal="", scopes=GRANTED)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"scopes": (*GRANTED, "crm.objects.deals.read")}, None),
        ({"scopes": (*GRANTED, "crm.objects.contacts.sensitive.read")}, "sensitive_scope"),
        ({"scopes": (*GRANTED, "crm.objects.contacts.highly_sensitive.read.v2")}, "sensitive_scope"),
        ({"scopes": GRANTED[:-1]}, "MISSING_SCOPES"),
        ({"active": False}, "invalid_grant"),
        ({"app_id": "17"}, "app_mismatch"),
        ({"portal": "17"}, "portal_mismatch"),
    ],
)
def test_what_introspection_says_of_a_grant_decides(small, change, code):
    grant = small.grants.grant
    if code is None:
        assert vetted(small.app, grant, replace(TOLD, **change)).scopes == change.get("scopes", GRANTED)
        return
    with pytest.raises(Refused) as caught:
        vetted(small.app, grant, replace(TOLD, **change))
    assert caught.value.code == code


@pytest.mark.parametrize(
    "document", [{}, {"active": 1}, {"active": True, "scopes": 7, "app_id": [1], "hub_id": True}]
)
def test_any_introspection_can_be_read(document):
    found = told(document)
    assert (found.app_id, found.portal, found.scopes) == ("", "", ())
    assert found.active is (document.get("active") is True)


def test_a_renewal_that_brings_a_sensitive_scope_stops(small):
    former = small.grants.grant
    scopes = ["oauth", "crm.objects.contacts.sensitive.read"]
    token = {"access_token": "a", "expires_in": 1800, "hub_id": int(former.organisation), "scopes": scopes}
    with scripted(lambda _: token) as url, pytest.raises(Refused, match="card") as caught:
        oauth.refresh(replace(small.app, api_url=url), former)
    assert caught.value.code == "sensitive_scope"


def test_each_optional_scope_has_its_sentence():
    asked = (DEALS, LEADS, SCORING, "crm.lists.read")
    sentences = degraded(asked, (DEALS,))
    assert len(sentences) == 3
    assert all(scope in sentence for scope, sentence in zip(asked[1:], sentences, strict=True))
    assert degraded(asked, asked) == ()


@pytest.mark.parametrize("expired", [False, True])
def test_leaving_removes_the_app_and_then_revokes_with_a_good_token(small, expired):
    if expired:
        small.portal.expire_tokens()
    leave(small.app, small.grants.grant)
    assert asks(small, "/external-install") == 1 + expired
    assert asks(small, "/token/revoke") == 1
    with pytest.raises(Refused):
        oauth.refresh(small.app, small.grants.grant)


def test_leaving_with_a_token_that_is_known_to_be_old_renews_it_first(small):
    small.portal.clock.advance(3_600)
    leave(small.app, small.grants.grant, timing_of(small.portal))
    assert asks(small, "/external-install") == 1


def test_an_app_that_was_removed_before_is_told_as_that(small):
    small.portal.uninstall()
    with pytest.raises(Refused) as caught:
        leave(small.app, small.grants.grant)
    assert caught.value.code == "invalid_grant"


def test_where_the_app_cannot_be_removed_the_consent_is_revoked_all_the_same(small):
    small.portal.control.plan(Fault(status=503, path="/external-install"))
    with pytest.raises(Busy):
        leave(small.app, small.grants.grant)
    with pytest.raises(Refused) as caught:
        oauth.refresh(small.app, small.grants.grant)
    assert caught.value.code == "invalid_grant"


def test_a_failed_revocation_after_the_removal_is_no_trouble(small):
    small.portal.control.plan(Fault(status=503, path="/token/revoke"))
    leave(small.app, small.grants.grant)
