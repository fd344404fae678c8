"""The pages of the stand-in, its identity endpoints and its control endpoints, over plain HTTP."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from connectors.sandbox.certificate import make_certificate
from connectors.sandbox.fields import FieldSpec, OrgContents
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.objects import STATUSES
from webapp.panels import BY_STATUS

NAME = "<b>Mallory</b>"
CONTENTS = OrgContents(
    fields=(FieldSpec(name="Score__c", label="Lead score", type="number"),),
    records=tuple({"LastName": NAME, "Score__c": n} for n in range(120)),
    policy="",
    stream="",
)


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SalesforceStandIn]:
    folder: Path = tmp_path_factory.mktemp("tls")
    with SalesforceStandIn(CONTENTS, make_certificate(folder), 5) as running:
        yield running


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_every_page_says_that_it_is_a_stand_in(org: SalesforceStandIn, browser: requests.Session):
    for path in ("/", f"/lightning/r/Lead/{org.record_ids()[0]}/view", "/lightning/r/Lead/00Q/view"):
        assert "not a Salesforce page" in browser.get(org.page_url + path).text


def test_names_are_escaped(org: SalesforceStandIn, browser: requests.Session):
    for url in (org.page_url, org.lead_page(org.record_ids()[0])):
        text = browser.get(url).text
        assert NAME not in text
        assert html.escape(NAME) in text


def test_the_list_pages_and_filters(org: SalesforceStandIn, browser: requests.Session):
    first = org.record_ids()[0]
    org.org.leads[first] = {**org.org.leads[first], "Fairness_Status__c": "review"}
    listed = f"{org.page_url}/lightning/o/Lead/list"
    assert browser.get(listed).text.count("/lightning/r/Lead/") == 50
    assert browser.get(f"{listed}?page=3").text.count("/lightning/r/Lead/") == 20
    assert browser.get(f"{listed}?page=x").status_code == 200
    flagged = browser.get(f"{listed}?status=review").text
    assert flagged.count("/lightning/r/Lead/") == 1
    assert first in flagged


def test_a_rep_reads_the_words_of_the_panel_and_never_why_scores_are_checked(
    org: SalesforceStandIn, browser: requests.Session
):
    first = org.record_ids()[0]
    org.org.leads[first] = {**org.org.leads[first], "Fairness_Status__c": "review"}
    for url in (org.lead_page(first), f"{org.page_url}/lightning/o/Lead/list?status=review"):
        text = browser.get(url).text
        assert "Score check" in text
        assert BY_STATUS["review"].title in text
        assert "fairness" not in text.lower()
        assert ">review<" not in text
    assert {status: panel.title for status, panel in BY_STATUS.items()} == STATUSES


def test_the_lead_page_posts_a_signed_request_to_the_canvas_app(
    org: SalesforceStandIn, browser: requests.Session
):
    page = org.lead_page(org.record_ids()[1])
    assert "signed_request" not in browser.get(page).text
    org.panel_url = "http://127.0.0.1:1/canvas"
    text = browser.get(page).text
    org.panel_url = None
    assert 'action="http://127.0.0.1:1/canvas"' in text
    assert re.search(r'name="signed_request" value="[A-Za-z0-9+/=]{44}\.[A-Za-z0-9+/=]+"', text)
    assert "<dt>Lead score</dt><dd>1</dd>" in text


def test_a_lead_that_is_not_shared_has_no_page(org: SalesforceStandIn, browser: requests.Session):
    hidden = org.record_ids()[2]
    browser.delete(f"{org.page_url}/__control/records/{hidden}")
    assert browser.get(org.lead_page(hidden)).status_code == 404
    assert hidden not in browser.get(f"{org.page_url}/lightning/o/Lead/list?page=3").text


def test_userinfo_and_identity_know_their_token(org: SalesforceStandIn, browser: requests.Session):
    token = org.state.grants.open(org.org.rep, ("api", "openid"))[1]
    for scheme in ("Bearer", "OAuth"):
        headers = {"Authorization": f"{scheme} {token}"}
        found = browser.get(f"{org.page_url}/services/oauth2/userinfo", headers=headers).json()
        assert (found["user_id"], found["organization_id"]) == (org.org.rep.id, org.organisation)
    own = f"{org.page_url}/id/{org.organisation}/{org.org.rep.id}"
    assert browser.get(own, headers=headers).json()["username"] == "rep@stand-in.example"
    other = f"{org.page_url}/id/{org.organisation}/{org.org.admin.id}"
    assert browser.get(other, headers=headers).status_code == 403


def test_a_bad_token_is_told_in_plain_text(org: SalesforceStandIn, browser: requests.Session):
    answer = browser.get(f"{org.page_url}/services/oauth2/userinfo", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.text) == (403, "Bad_OAuth_Token")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_grant"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "wrong"}, "invalid_client_id"),
    ],
)
def test_the_token_endpoint_refuses_with_an_object(
    org: SalesforceStandIn, browser: requests.Session, form: dict[str, str], error: str
):
    data = {"client_id": org.client_id, "client_secret": org.client_secret} | form
    answer = browser.post(f"{org.page_url}/services/oauth2/token", data=data)
    assert answer.status_code == 400
    assert answer.json()["error"] == error


def test_authorize_needs_pkce_and_known_scopes(org: SalesforceStandIn, browser: requests.Session):
    org.redirect_uris.add("http://127.0.0.1:1/back")
    asked = {
        "response_type": "code",
        "client_id": org.client_id,
        "redirect_uri": "http://127.0.0.1:1/back",
        "state": "s&1",
        "code_challenge": "x" * 43,
    }
    url = f"{org.page_url}/services/oauth2/authorize"
    assert browser.get(url, params=asked).status_code == 200
    for change, error in (
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "full"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ):
        back = browser.get(url, params=asked | change, allow_redirects=False).headers["Location"]
        assert f"error={error}" in back
        assert back.endswith("state=s%261")
    for change in ({"client_id": "x"}, {"redirect_uri": "http://127.0.0.1:1/back/"}):
        assert browser.get(url, params=asked | change, allow_redirects=False).status_code == 400


def test_faults_are_planned_over_http(org: SalesforceStandIn, browser: requests.Session):
    token = org.state.grants.open(org.org.admin, ("api",))[1]
    headers = {"Authorization": f"Bearer {token}"}
    control, limits = f"{org.page_url}/__control", f"{org.page_url}/services/data/v68.0/limits"
    browser.post(f"{control}/faults", json={"kind": "unavailable", "at": 2, "retry_after": 4})
    assert browser.get(limits, headers=headers).status_code == 200
    struck = browser.get(limits, headers=headers)
    assert (struck.status_code, struck.headers["Retry-After"]) == (503, "4")
    assert browser.get(limits, headers=headers).status_code == 200
    assert browser.post(f"{control}/faults", json={"kind": "earthquake"}).status_code == 400
    browser.post(f"{control}/clock", json={"seconds": 7300})
    assert browser.get(limits, headers=headers).status_code == 401


def test_a_token_without_the_api_scope_reads_nothing(org: SalesforceStandIn, browser: requests.Session):
    headers = {"Authorization": f"Bearer {org.state.grants.open(org.org.rep, ('openid',))[1]}"}
    answer = browser.get(f"{org.page_url}/services/data/v68.0/limits", headers=headers)
    assert answer.status_code == 403
