"""Behaviour of the platform that a client must live with: tokens, scopes, limits, search, faults."""

from __future__ import annotations

import pytest
import requests

from connectors.sandbox.hubspot import HubSpotStandIn
from tests.connectors.subject_hubspot import app_of, consented, contents, some, timing_of

CONTACTS = "/crm/objects/2026-09/contacts"


@pytest.fixture
def portal():
    with HubSpotStandIn(contents(some(30)), seed=3) as open_portal:
        yield open_portal


@pytest.fixture
def web(portal):
    with requests.Session() as session:
        session.trust_env = False
        grant = consented(portal, app_of(portal), timing_of(portal))
        session.headers["Authorization"] = f"Bearer {grant.access_token}"
        yield session


def searched(web, portal, **body):
    return web.post(f"{portal.api_url}{CONTACTS}/search", json=body)


def where(name, operator, **value):
    return [{"filters": [{"propertyName": name, "operator": operator, **value}]}]


def test_no_token_a_wrong_one_and_an_expired_one(portal, web):
    url = f"{portal.api_url}{CONTACTS}"
    answer = requests.Session().get(url)
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")
    portal.clock.advance(1800)
    answer = web.get(url)
    assert (answer.status_code, answer.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert answer.json()["context"]["expire time"]
    assert answer.headers["X-HubSpot-Correlation-Id"]


def test_a_missing_scope_is_named_in_the_answer(portal, web):
    portal.accounts.narrow(("oauth",))
    answer = web.get(f"{portal.api_url}{CONTACTS}")
    assert answer.status_code == 403
    assert answer.json()["category"] == "MISSING_SCOPES"
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.contacts.read"]


def test_the_burst_window_rolls(portal, web):
    portal.control.burst_maximum = 3
    url = f"{portal.api_url}{CONTACTS}"
    answers = [web.get(url) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers.get("X-HubSpot-RateLimit-Remaining") for answer in answers[:3]] == ["2", "1", "0"]
    assert answers[3].json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert "Retry-After" not in answers[3].headers
    portal.clock.advance(10)
    assert web.get(url).status_code == 200


def test_search_has_five_a_second_and_no_interval_headers(portal, web):
    answers = [searched(web, portal) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "X-HubSpot-RateLimit-Max" not in answers[0].headers
    assert answers[5].json()["category"] == "RATE_LIMITS"


@pytest.mark.parametrize(
    ("groups", "total"),
    [
        ([], 30),
        (where("region", "EQ", value="A"), 10),
        (where("region", "NEQ", value="a"), 20),
        (where("lead_score", "LT", value="10"), 10),
        (where("lead_score", "GTE", value="9.5"), 20),
        (where("lead_score", "BETWEEN", value="5", highValue="7"), 3),
        (where("region", "IN", values=["a", "b"]), 20),
        (where("region", "NOT_IN", values=["a", "b"]), 10),
        (where("company", "HAS_PROPERTY"), 0),
        (where("company", "NOT_HAS_PROPERTY"), 30),
        (where("email", "CONTAINS_TOKEN", value="canary"), 30),
        (where("lastname", "CONTAINS_TOKEN", value="lastname1*"), 11),
        (where("createdate", "LT", value="1772323500000"), 5),
        (where("region", "EQ", value="a") + where("region", "EQ", value="b"), 20),
    ],
)
def test_search_operators(portal, web, groups, total):
    assert searched(web, portal, filterGroups=groups, limit=1).json()["total"] == total


def test_search_pages_by_offset_and_sorts_by_one_property(portal, web):
    body = {"limit": 20, "sorts": [{"propertyName": "lead_score", "direction": "DESCENDING"}]}
    first = searched(web, portal, **body).json()
    assert first["paging"]["next"]["after"] == "20"
    second = searched(web, portal, **body, after="20").json()
    ids = [record["id"] for record in first["results"] + second["results"]]
    assert ids == list(reversed(portal.record_ids()))
    assert "paging" not in second


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"after": "9999", "limit": 10},
        {"filterGroups": where("region", "LIKE", value="a")},
        {"filterGroups": where("nothing", "EQ", value="a")},
        {"filterGroups": where("region", "EQ", value="a") * 6},
        {"sorts": [{"propertyName": "region"}, {"propertyName": "email"}]},
        {"query": "x" * 3001},
    ],
)
def test_what_search_does_not_take(portal, web, body):
    answer = searched(web, portal, **body)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_a_long_request_line_gets_the_web_server_s_page(portal, web):
    answer = web.get(f"{portal.api_url}{CONTACTS}?properties={'a' * 17_000}")
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (414, "text/html")


@pytest.mark.parametrize("query", ["limit=101", "limit=0", "limit=x", "after=x"])
def test_bad_pages_are_refused(portal, web, query):
    assert web.get(f"{portal.api_url}{CONTACTS}?{query}").status_code == 400


def test_properties_as_a_comma_list_or_repeated(portal, web):
    url = f"{portal.api_url}{CONTACTS}?limit=1"
    listed = web.get(f"{url}&properties=region,email").json()
    assert listed == web.get(f"{url}&properties=region&properties=email").json()


def test_introspection_and_account(portal, web):
    token = web.headers["Authorization"].removeprefix("Bearer ")
    form = {"client_id": portal.client_id, "client_secret": portal.client_secret, "token": token}
    url = f"{portal.api_url}/oauth/2026-09/token/introspect"
    found = web.post(url, data=form).json()
    assert found["hub_id"] == int(portal.organisation)
    assert {"active", "user_id", "user", "hub_domain", "app_id", "scopes", "expires_in"} < set(found)
    portal.uninstall()
    assert web.post(url, data=form).json() == {"active": False}
    assert web.post(url, json=form).status_code == 415


def test_knobs_and_faults_over_http(portal, web):
    control = f"{portal.api_url}/__control"
    assert web.post(f"{control}/knobs", json={"burst_maximum": 7}).json()["burst_maximum"] == 7
    assert web.post(f"{control}/knobs", json={"nonsense": 1}).status_code == 400
    web.post(f"{control}/faults", json={"status": 477, "retry_after": 30, "path": "/contacts"})
    answer = web.get(f"{portal.api_url}{CONTACTS}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (477, "30")
    assert web.get(f"{portal.api_url}{CONTACTS}").status_code == 200
    web.post(f"{control}/clock", json={"seconds": 1800})
    assert web.get(f"{portal.api_url}{CONTACTS}").status_code == 401
    web.post(f"{control}/do/archive", json={"id": portal.record_ids()[0]})
    assert f"GET {CONTACTS}" in web.get(control).json()["calls"]


def test_the_same_seed_gives_the_same_portal():
    one, two = (HubSpotStandIn(contents(some(20)), seed=5) for _ in range(2))
    assert (one.organisation, one.record_ids()) == (two.organisation, two.record_ids())
    assert one.client_secret != two.client_secret
    for portal in (one, two):
        portal._server._server.server_close()


def test_a_field_that_the_portal_lacks_is_named():
    with pytest.raises(ValueError, match="shoe_size"):
        HubSpotStandIn(contents([{"shoe_size": 44}]), seed=1)


def test_null_clears_a_property_and_a_checkbox_is_a_text(portal, web):
    name, url = portal.record_ids()[0], f"{portal.api_url}{CONTACTS}/batch/update"
    changed = {"region": None, "opted_out_of_profiling": True}
    answer = web.post(url, json={"inputs": [{"id": name, "properties": changed}]})
    assert answer.status_code == 200
    assert "region" not in portal.values(name)
    assert portal.values(name)["opted_out_of_profiling"] == "true"


def test_properties_that_are_no_object_are_refused(portal, web):
    url = f"{portal.api_url}{CONTACTS}/batch/update"
    answer = web.post(url, json={"inputs": [{"id": portal.record_ids()[0], "properties": ["x"]}]})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_history_halves_the_page(portal, web):
    url = f"{portal.api_url}{CONTACTS}?propertiesWithHistory=region&limit="
    assert web.get(f"{url}51").status_code == 400
    assert "propertiesWithHistory" in web.get(f"{url}50").json()["results"][0]


def test_a_batch_is_read_by_address(portal, web):
    body = {"idProperty": "email", "inputs": [{"id": "person1@canary.example"}], "properties": ["region"]}
    answer = web.post(f"{portal.api_url}{CONTACTS}/batch/read", json=body)
    assert [one["id"] for one in answer.json()["results"]] == [portal.record_ids()[1]]


@pytest.mark.parametrize("sort", ["-lead_score", '{"propertyName":"lead_score","direction":"DESCENDING"}'])
def test_a_sort_may_be_text(portal, web, sort):
    found = searched(web, portal, sorts=[sort], properties=["lead_score"], limit=2).json()["results"]
    assert [one["properties"]["lead_score"] for one in found] == ["29", "28"]


def test_a_method_that_an_address_lacks_is_no_missing_address(portal, web):
    answer = web.put(f"{portal.api_url}{CONTACTS}")
    assert (answer.status_code, answer.json()["category"]) == (405, "METHOD_NOT_ALLOWED")
