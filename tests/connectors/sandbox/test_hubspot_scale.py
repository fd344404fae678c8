"""A hundred thousand contacts in one portal: quick to start, small in memory, none lost or doubled."""

from __future__ import annotations

import tracemalloc

import pytest

from connectors.sandbox.hubspot import HubSpotStandIn
from tests.connectors.sandbox.hubspot_web import CONTACTS, web_of
from tests.connectors.subject_hubspot import contents, some

MANY, SOME = 100_000, 20_000
MOMENT = "2026-05-05T05:05:05.555Z"


@pytest.fixture(scope="module")
def held():
    with HubSpotStandIn(contents(some(MANY)), seed=3) as portal, web_of(portal) as web:
        portal.control.burst_maximum = portal.control.search_maximum = 10**9
        yield portal, web


def test_it_takes_little_beside_its_contents():
    records = contents(some(SOME))
    HubSpotStandIn(contents(some(1)), seed=3)._server._server.server_close()
    tracemalloc.start()
    portal = HubSpotStandIn(records, seed=3)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    portal._server._server.server_close()
    # Some sixteen megabytes for a hundred thousand.
    assert taken < SOME * 160


def test_every_contact_is_listed_once_in_the_order_of_ids(held):
    portal, web = held
    seen, after = [], "0"
    while after:
        page = web.get(f"{CONTACTS}?limit=100&properties=hs_object_id&after={after}").json()
        seen += [one["id"] for one in page["results"]]
        after = page.get("paging", {}).get("next", {}).get("after")
        if len(seen) == 10_000:
            # A tenth is read page by page; the rest begins near the end.
            after = portal.record_ids()[99_950]
    assert seen == [*portal.record_ids()[:10_000], *portal.record_ids()[99_950:]]


def test_a_hundred_thousand_ties_survive_a_cursor_on_the_id(held):
    portal, web = held
    portal.desk.stamp_all("contacts", MOMENT)
    ids, last, seen = portal.record_ids(), "0", 0
    window = [
        {"propertyName": "lastmodifieddate", "operator": "BETWEEN", "value": MOMENT, "highValue": MOMENT},
    ]
    while True:
        beyond = {"propertyName": "hs_object_id", "operator": "GT", "value": last}
        told = web.search(
            filterGroups=[{"filters": [*window, beyond]}],
            sorts=[{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            properties=["hs_object_id"],
            limit=200,
        )
        assert told["total"] == MANY - seen
        found = [one["id"] for one in told["results"]]
        assert found == list(ids[seen : seen + 200])
        seen += len(found)
        if seen >= MANY or not found:
            break
        # Every tenth page is asked for; the cursor may begin anywhere.
        seen = min(MANY - 200, seen + 1_800)
        last = ids[seen - 1]
    assert seen == MANY


def test_an_address_is_found_among_all(held):
    portal, web = held
    found = web.get(f"{CONTACTS}/person77777@canary.example?idProperty=email").json()
    assert found["id"] == portal.record_ids()[77_777]


def test_changes_reach_every_column_of_the_index(held):
    portal, web = held
    asked = [{"filters": [{"propertyName": "region", "operator": "EQ", "value": "far"}]}]
    assert web.search(filterGroups=asked)["total"] == 0
    name = portal.record_ids()[54_321]
    portal.desk.change("contacts", name, {"region": "far"})
    portal.clock.advance(5)
    assert [one["id"] for one in web.search(filterGroups=asked)["results"]] == [name]
