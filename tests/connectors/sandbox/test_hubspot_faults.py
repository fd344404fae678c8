"""Each fault of the stand-in portal, seen from the other end of the wire."""

from __future__ import annotations

import json
import time

import pytest
import requests

from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.hubspot.faults import Fault
from tests.connectors.sandbox.hubspot_web import CONTACTS, web_of, where
from tests.connectors.subject_hubspot import contents, some


@pytest.fixture
def portal():
    with HubSpotStandIn(contents(some(30)), seed=3) as open_portal:
        yield open_portal


@pytest.fixture
def web(portal):
    with web_of(portal) as open_web:
        yield open_web


def planned(portal, **fault):
    portal.control.plan(Fault(path=CONTACTS, **fault))


@pytest.mark.parametrize("status", [414, 502, 504, 521, 523, 524, 530])
def test_what_stands_in_front_of_the_api_answers_pages(portal, web, status):
    planned(portal, status=status)
    answer = web.get(CONTACTS)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html;charset=utf-8")


@pytest.mark.parametrize(("status", "wait"), [(423, None), (477, "60"), (503, None), (500, None)])
def test_what_the_api_answers_is_json(portal, web, status, wait):
    planned(portal, status=status)
    answer = web.get(CONTACTS)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, wait)
    assert answer.headers["X-HubSpot-Correlation-Id"] == answer.json()["correlationId"]


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("burst", {"policyName": "TEN_SECONDLY_ROLLING", "errorType": "RATE_LIMIT"}),
        ("daily", {"policyName": "DAILY", "errorType": "RATE_LIMIT"}),
        ("secondly", {"policyName": "SECONDLY", "errorType": "RATE_LIMIT"}),
        ("search", {"category": "RATE_LIMITS"}),
    ],
)
def test_each_limit_has_its_own_form(portal, web, policy, told):
    planned(portal, kind="limit", policy=policy)
    answer = web.get(CONTACTS)
    assert answer.status_code == 429
    assert told.items() <= answer.json().items()
    assert "Retry-After" not in answer.headers
    portal.control.send_retry_after = True
    planned(portal, kind="limit", policy=policy)
    assert web.get(CONTACTS).headers["Retry-After"] in {"1", "10"}


@pytest.mark.parametrize("kind", ["reset", "cut", "reset_before", "lost_answer"])
def test_the_connection_breaks(portal, web, kind):
    planned(portal, kind=kind)
    with pytest.raises(requests.RequestException):
        web.get(CONTACTS)
    assert web.get(CONTACTS).status_code == 200


def test_a_lost_answer_is_of_a_call_that_was_done(portal, web):
    planned(portal, kind="lost_answer", method="POST")
    with pytest.raises(requests.RequestException):
        web.post(CONTACTS, {"properties": {"email": "n@canary.example"}})
    assert web.get(f"{CONTACTS}/n@canary.example?idProperty=email").status_code == 200
    planned(portal, kind="reset_before", method="POST")
    with pytest.raises(requests.RequestException):
        web.post(CONTACTS, {"properties": {"email": "m@canary.example"}})
    assert web.get(f"{CONTACTS}/m@canary.example?idProperty=email").status_code == 404


def test_half_an_answer_claims_to_be_whole(portal, web):
    planned(portal, kind="truncated")
    answer = web.get(CONTACTS)
    assert (answer.status_code, len(answer.content)) == (200, int(answer.headers["Content-Length"]))
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.content)


def test_an_answer_drips(portal, web):
    planned(portal, kind="drip", seconds=0.4)
    began = time.monotonic()
    assert len(web.get(CONTACTS).json()["results"]) == 10
    assert time.monotonic() - began > 0.3


def test_a_page_comes_twice(portal, web):
    first = web.get(f"{CONTACTS}?limit=10").json()
    after = first["paging"]["next"]["after"]
    planned(portal, kind="duplicate_page")
    assert web.get(f"{CONTACTS}?limit=10&after={after}").json() == first
    ids = [one["id"] for one in web.get(f"{CONTACTS}?limit=10&after={after}").json()["results"]]
    assert ids == list(portal.record_ids()[10:20])


def test_a_token_dies_just_before_a_call(portal, web):
    planned(portal, kind="expire", skip=1)
    assert [web.get(CONTACTS).status_code for _ in range(3)] == [200, 401, 401]
    assert web.get(CONTACTS).json()["category"] == "EXPIRED_AUTHENTICATION"


@pytest.mark.parametrize(
    ("fault", "left"),
    [
        ({"deed": "archive"}, [1, 2]),
        ({"deed": "erase"}, [1, 2]),
        ({"deed": "touch"}, [0, 1, 2]),
        ({"deed": "change", "values": {"region": "z"}}, [0, 1, 2]),
    ],
)
def test_somebody_does_something_between_two_pages(portal, web, fault, left):
    ids = portal.record_ids()
    planned(portal, kind="deed", record=ids[0], skip=1, **fault)
    assert web.get(f"{CONTACTS}?limit=3").json()["results"][0]["id"] == ids[0]
    found = web.get(f"{CONTACTS}?limit=3&properties=region").json()["results"]
    assert [one["id"] for one in found][: len(left)] == [ids[place] for place in left]


def test_records_are_merged_and_made_between_two_pages(portal, web):
    ids = portal.record_ids()
    planned(portal, kind="deed", deed="merge", record=ids[1], other=ids[0])
    planned(portal, kind="deed", deed="create", values={"email": "late@canary.example"})
    assert web.get(f"{CONTACTS}?limit=1").json()["results"][0]["id"] == ids[1]
    assert (
        web.get(f"{CONTACTS}?limit=100").json()["results"][-1]["properties"]["email"] == "late@canary.example"
    )


def test_a_fault_may_stay_and_be_forgotten(web):
    web.control("/faults", status=503, times=None)
    assert {web.get(CONTACTS).status_code for _ in range(5)} == {503}
    assert web.delete("/__control/faults").status_code == 200
    assert web.get(CONTACTS).status_code == 200


@pytest.mark.parametrize("lag", [0.0, 3.0, 10.0])
def test_search_is_behind_by_the_lag(portal, web, lag):
    portal.control.index_seconds = lag
    portal.control.search_maximum = 100
    made = web.post(CONTACTS, {"properties": {"region": "new"}}).json()["id"]
    changed, asked = portal.record_ids()[0], where("region", "EQ", value="new")
    portal.desk.change("contacts", changed, {"region": "new"})
    assert web.search(filterGroups=asked)["total"] == (0 if lag else 2)
    portal.clock.advance(lag - 0.5)
    assert web.search(filterGroups=asked)["total"] == (0 if lag else 2)
    portal.clock.advance(1.0)
    assert {one["id"] for one in web.search(filterGroups=asked)["results"]} == {made, changed}


def test_the_index_shows_each_state_in_its_turn(portal, web):
    portal.control.search_maximum = 100
    name = portal.record_ids()[0]

    def region():
        group = where("hs_object_id", "EQ", value=name)[0]["filters"]
        both = [
            {"filters": [*group, *where("region", "EQ", value=text)[0]["filters"]]} for text in ("one", "two")
        ]
        return [web.search(filterGroups=[one])["total"] for one in both]

    portal.desk.change("contacts", name, {"region": "one"})
    portal.clock.advance(2)
    portal.desk.change("contacts", name, {"region": "two"})
    assert region() == [0, 0]
    portal.clock.advance(1.5)
    assert region() == [1, 0]
    portal.clock.advance(2)
    assert region() == [0, 1]


def test_archived_contacts_leave_search_and_come_back(portal, web):
    name = portal.record_ids()[0]
    portal.desk.archive("contacts", name)
    before = portal.desk.values("contacts", name)["lastmodifieddate"]
    assert before == "2026-03-01T00:00:00.000Z"
    assert web.search()["total"] == 29
    assert web.get(f"{CONTACTS}/{name}").status_code == 404
    assert web.get(f"{CONTACTS}/{name}?archived=TRUE").json()["archivedAt"]
    portal.desk.restore("contacts", name)
    assert web.search()["total"] == 30


def test_search_ends_at_ten_thousand(web):
    answer = web.post(f"{CONTACTS}/search", {"limit": 200, "after": "9800"})
    assert answer.status_code == 200
    answer = web.post(f"{CONTACTS}/search", {"limit": 200, "after": "9801"})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_a_static_token_has_a_day_s_budget(portal, web):
    portal.control.daily_maximum = 3
    web.use(portal.token("crm.objects.contacts.read", static=True))
    answers = [web.get(CONTACTS) for _ in range(4)]
    left = [one.headers.get("X-HubSpot-RateLimit-Daily-Remaining") for one in answers]
    assert left == ["2", "1", "0", None]
    assert answers[3].json()["policyName"] == "DAILY"
    portal.clock.advance(24 * 3600)
    assert web.get(CONTACTS).status_code == 200
    web.use(portal.token("crm.objects.contacts.read"))
    assert "X-HubSpot-RateLimit-Daily" not in web.get(CONTACTS).headers
