"""Whatever is sent, the stand-in portal answers in HubSpot's terms and does not break."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sandbox.hubspot import HubSpotStandIn
from tests.connectors.sandbox.hubspot_web import CONTACTS, web_of
from tests.connectors.subject_hubspot import contents, some

LINKS = "/crm/associations/2026-09/contacts/deals"
PATHS = (
    CONTACTS,
    *(f"{CONTACTS}/{name}" for name in ("search", "merge", "gdpr-delete")),
    *(f"{CONTACTS}/batch/{name}" for name in ("read", "create", "update", "upsert", "archive")),
    "/crm/objects/2026-09/leads",
    *(f"{LINKS}/batch/{name}" for name in ("read", "create", "archive", "associate/default")),
    "/crm/properties/2026-09/contacts",
    "/crm/properties/2026-09/contacts/groups",
    "/crm/properties/2026-09/contacts/batch/create",
    "/crm/exports/2026-09/export/async",
    "/__card/fetch",
    "/__control/faults",
    "/__control/webhooks",
    "/__control/do/create",
    "/__control/do/remember",
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ("", "1", "٣", "²", "x", "contacts", "region", "EQ", "GT", "IN", "nan", "2026-09-01", "CSV")
    ),
)
WORDS = """
inputs id properties associations types associationTypeId to from after idProperty filterGroups filters
propertyName operator value values highValue sorts direction limit query name label type fieldType groupName
options objectId email region primaryObjectId objectIdToMerge exportName objectType objectProperties url body
kind subscriptions deed versions field
"""
KEYS = st.sampled_from(WORDS.split())
BODIES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=14,
)


@pytest.fixture(scope="module")
def web():
    with HubSpotStandIn(contents(some(5)), seed=3) as portal, web_of(portal) as open_web:
        portal.control.burst_maximum = portal.control.search_maximum = 10**9
        yield open_web


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(path=st.sampled_from(PATHS), body=BODIES)
def test_any_body_is_understood_or_refused(web, path, body):
    answer = web.post(path, body)
    web.portal.recover()
    assert answer.status_code in {200, 201, 202, 204, 207, 400, 403, 404, 409, 502}
    if answer.status_code >= 400:
        assert answer.json()["message"]


ODD = (
    {"associations": [5]},
    {"associations": [{"types": [{}]}]},
    {"associations": [{"to": 5, "types": [{"associationTypeId": "x"}]}]},
    {"sorts": 5},
    {"sorts": [{"propertyName": {}}]},
    {"idProperty": {}, "inputs": [{"id": "1"}]},
    {"inputs": [{"from": {"id": "1"}, "to": 5}]},
    {"filterGroups": [{"filters": [{"propertyName": "createdate", "operator": "GT", "value": {}}]}]},
)


@pytest.mark.parametrize("body", ODD, ids=json.dumps)
@pytest.mark.parametrize("path", PATHS)
def test_bodies_that_once_broke_it(web, path, body):
    answer = web.post(path, body)
    web.portal.recover()
    assert answer.status_code in {200, 204, 207, 400, 403, 404, 409}
    assert (
        web.session.put(f"{web.portal.api_url}{CONTACTS}/1/associations/deals/1", json=5).status_code == 400
    )
