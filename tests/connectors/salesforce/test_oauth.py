from __future__ import annotations

import traceback
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.errors import Busy, Refused
from connectors.salesforce.app import SalesforceApp, frame_origin, trusted_origin
from connectors.salesforce.oauth import authorization, exchange, refresh, revoke
from connectors.sandbox.salesforce import SalesforceStandIn
from tests.connectors.subject_salesforce import MemoryGrants, app_of, connect


def whole(error: BaseException) -> str:
    """Everything that a log of the exception could show."""
    return "".join(traceback.format_exception(error)) + repr(error.__context__) + repr(error.__cause__)


def code_of(location: str) -> str:
    return parse_qs(urlsplit(location).query)["code"][0]


def test_consent_leads_to_a_grant_of_the_org(org: SalesforceStandIn):
    grants = connect(org)
    grant = grants.grant
    assert grant.organisation == org.organisation
    assert grant.instance_url == org.login_url
    assert set(grant.scopes) == {"api", "refresh_token", "openid"}
    assert grant.refresh_token
    assert grant.access_token not in repr(grant)
    assert grant.refresh_token not in repr(grant)


def test_the_authorize_address_carries_pkce_and_no_secret(org: SalesforceStandIn):
    request = authorization(app_of(org))
    asked = parse_qs(urlsplit(request.url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["api refresh_token openid"]
    assert request.verifier not in request.url
    assert org.client_secret not in request.url
    assert authorization(app_of(org)).state != request.state


def test_a_denied_consent_comes_back_as_access_denied(org: SalesforceStandIn):
    back = org.consent(authorization(app_of(org)).url, decision="deny")
    assert parse_qs(urlsplit(back).query)["error"] == ["access_denied"]


def test_a_callback_that_is_not_registered_gets_no_consent_page(org: SalesforceStandIn):
    app = replace(app_of(org), redirect_uri="http://127.0.0.1:1/elsewhere")
    with pytest.raises(RuntimeError, match="400"):
        org.consent(authorization(app).url)


def test_a_code_works_once_and_only_with_its_verifier(org: SalesforceStandIn):
    app = app_of(org)
    request = authorization(app)
    code = code_of(org.consent(request.url))
    with pytest.raises(Refused) as wrong:
        exchange(app, code, "x" * 64)
    assert wrong.value.code == "invalid_grant"
    with pytest.raises(Refused) as spent:
        exchange(app, code, request.verifier)
    assert spent.value.code == "invalid_grant"
    assert code not in whole(spent.value)


def test_a_code_expires_after_fifteen_minutes(org: SalesforceStandIn):
    app = app_of(org)
    request = authorization(app)
    code = code_of(org.consent(request.url))
    org.org.clock.advance(15 * 60 + 1)
    with pytest.raises(Refused) as caught:
        exchange(app, code, request.verifier)
    assert caught.value.code == "invalid_grant"


def test_a_wrong_secret_is_refused_and_not_repeated(org: SalesforceStandIn):
    app = replace(app_of(org), client_secret="wrong-secret-0815")
    request = authorization(app)
    with pytest.raises(Refused) as caught:
        exchange(app, code_of(org.consent(request.url)), request.verifier)
    assert caught.value.code == "invalid_client"
    assert "wrong-secret-0815" not in whole(caught.value)
    assert request.verifier not in whole(caught.value)


def test_an_answer_signed_with_another_secret_is_refused(org: SalesforceStandIn, monkeypatch):
    monkeypatch.setattr("connectors.sandbox.salesforce.oauth_routes._signature", lambda *_: "AAAA")
    with pytest.raises(Refused) as caught:
        connect(org)
    assert caught.value.code == "bad_signature"


def test_a_refresh_keeps_the_rotated_token(org: SalesforceStandIn):
    app, first = app_of(org), connect(org).grant
    second = refresh(app, first)
    assert second.access_token != first.access_token
    assert second.refresh_token != first.refresh_token
    assert refresh(app, second).organisation == org.organisation


def test_without_rotation_the_refresh_token_stays(org: SalesforceStandIn):
    org.state.grants.client.rotation = False
    app, first = app_of(org), connect(org).grant
    assert refresh(app, first).refresh_token == first.refresh_token


def test_the_reuse_of_a_rotated_token_ends_the_whole_consent(org: SalesforceStandIn):
    app, first = app_of(org), connect(org).grant
    second = refresh(app, first)
    with pytest.raises(Refused) as reused:
        refresh(app, first)
    assert reused.value.code == "invalid_grant"
    with pytest.raises(Refused):
        refresh(app, second)
    assert org.state.grants.holder(second.access_token) is None
    assert str(first.refresh_token) not in whole(reused.value)


def test_revoking_ends_the_tokens_and_may_be_done_twice(org: SalesforceStandIn):
    app, grant = app_of(org), connect(org).grant
    revoke(app, grant)
    revoke(app, grant)
    with pytest.raises(Refused) as caught:
        refresh(app, grant)
    assert caught.value.code == "invalid_grant"


def test_no_refresh_token_means_connect_again(org: SalesforceStandIn):
    grant = replace(connect(org).grant, refresh_token=None)
    with pytest.raises(Refused) as caught:
        refresh(app_of(org), grant)
    assert caught.value.code == "no_refresh_token"


def test_a_closed_port_is_busy_and_shows_no_token(org: SalesforceStandIn, grants: MemoryGrants):
    app = replace(app_of(org), login_url="https://127.0.0.1:1")
    with pytest.raises(Busy) as caught:
        refresh(app, grants.grant)
    assert str(grants.grant.refresh_token) not in whole(caught.value)
    assert org.client_secret not in whole(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example",
        "https://acme.my.salesforce.com.evil.example",
        "https://evilmy.salesforce.com",
        "https://acme.my.salesforce.com@evil.example",
        "https://user@acme.my.salesforce.com",
        "https://acme.my.salesforce.com:8443",
        "http://acme.my.salesforce.com",
        "https://127.0.0.1",
        "https://acme.my.salesforce.com/path",
        "https://acme.my.salesforce.com\\@evil.example",
        "https://[::1",
        "",
    ],
)
def test_secrets_go_to_no_other_host(url):
    app = SalesforceApp(client_id="c", client_secret="s", redirect_uri="r", login_url=url)
    with pytest.raises(Refused) as caught:
        authorization(app)
    assert caught.value.code == "host_not_allowed"
    with pytest.raises(Refused):
        exchange(app, "code", "v" * 48)


@pytest.mark.parametrize(
    "url",
    [
        "https://login.salesforce.com",
        "https://test.salesforce.com/",
        "https://acme.my.salesforce.com",
        "https://acme--dev.sandbox.my.salesforce.com",
        "https://Acme.my.salesforce.com:443",
        "https://agency.my.salesforce.mil",
    ],
)
def test_salesforces_own_hosts_are_trusted(url):
    app = SalesforceApp(client_id="c", client_secret="s", redirect_uri="r", login_url=url)
    assert trusted_origin(app, url).startswith("https://")


def test_only_pages_of_the_org_may_frame_the_panel():
    app = SalesforceApp(client_id="c", client_secret="s", redirect_uri="r", login_url="")
    assert frame_origin(app, "https://acme.lightning.force.com") == "https://acme.lightning.force.com"
    assert frame_origin(app, "https://acme--c.vf.force.com/") == "https://acme--c.vf.force.com"
    for bad in ("https://evil.example", "http://acme.lightning.force.com", "https://a.force.com; *", "*", ""):
        assert frame_origin(app, bad) is None
