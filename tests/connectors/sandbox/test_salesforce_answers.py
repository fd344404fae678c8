"""What clients other than ours met on the stand-in: the answers that they rely on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.sandbox.certificate import Certificate
from connectors.sandbox.salesforce import SalesforceStandIn
from tests.connectors.subject_salesforce import connect, contents

DATA = "/services/data/v68.0"


@pytest.fixture(scope="module")
def org(certificate: Certificate) -> Iterator[SalesforceStandIn]:
    leads = tuple({"region": "a", "last_name": f"Lead {n}"} for n in range(3))
    with SalesforceStandIn(contents(leads), certificate, seed=3) as running:
        yield running


@pytest.fixture(scope="module")
def web(org: SalesforceStandIn) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {connect(org).grant.access_token}"
        yield session


def called(
    org: SalesforceStandIn, web: requests.Session, method: str, path: str, **more: Any
) -> requests.Response:
    return web.request(method, f"{org.page_url}{path}", timeout=10, **more)


def test_the_map_of_resources_leads_to_the_user(org: SalesforceStandIn, web: requests.Session):
    address = called(org, web, "GET", DATA).json()["identity"].replace(org.login_url, org.page_url)
    assert web.get(address, timeout=10).json()["organization_id"] == org.organisation
    token = web.headers["Authorization"].removeprefix("Bearer ")
    bare = requests.get(address, params={"oauth_token": token}, timeout=10)
    assert bare.json()["username"] == org.org.admin.username


@pytest.mark.parametrize(
    ("request_line", "status", "code"),
    [
        (f"GET {DATA}/nothing", 404, "NOT_FOUND"),
        ("GET /services/data/v99.0/limits", 404, "NOT_FOUND"),
        (f"DELETE {DATA}/limits", 405, "METHOD_NOT_ALLOWED"),
        (f"GET {DATA}/query", 400, "MALFORMED_QUERY"),
        (f"GET {DATA}/query/0r8x-2000", 400, "INVALID_QUERY_LOCATOR"),
    ],
)
def test_every_error_of_the_data_api_is_its_array_with_the_usage(org, web, request_line, status, code):
    answer = called(org, web, *request_line.split())
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)
    assert answer.headers["Sforce-Limit-Info"].startswith("api-usage=")
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"


@pytest.mark.parametrize("records", [["x"], [None], "x", None])
def test_records_that_are_no_objects_are_told(org, web, records):
    answer = called(org, web, "PATCH", f"{DATA}/composite/sobjects", json={"records": records})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")


def test_attributes_that_are_no_object_fail_their_record(org, web):
    body = {"records": [{"attributes": "Lead", "id": org.record_ids()[0]}]}
    (result,) = called(org, web, "PATCH", f"{DATA}/composite/sobjects", json=body).json()
    assert result["errors"][0]["statusCode"] == "INVALID_TYPE"


def test_a_collection_is_read_by_ids_in_the_body_with_null_for_what_is_not_shown(org, web):
    ids, address = org.record_ids(), f"{DATA}/composite/sobjects/Lead"
    org.org.admin.hidden_records.add(ids[1])
    body = {
        "ids": [ids[0][:15], ids[1], "00QFl0000099999MAA", "nonsense", ids[2]],
        "fields": ["id", "LastName"],
    }
    rows = called(org, web, "POST", address, json=body).json()
    org.org.admin.hidden_records.clear()
    assert [row and (row["Id"], row["LastName"]) for row in rows] == [
        (ids[0], "Lead 0"),
        *(None, None, None),
        (ids[2], "Lead 2"),
    ]
    for wrong, code in (
        ({**body, "fields": ["Nothing__c"]}, "INVALID_FIELD"),
        ({**body, "ids": [ids[0]] * 2001}, "EXCEEDED_ID_LIMIT"),
        ({"fields": ["Id"]}, "JSON_PARSER_ERROR"),
    ):
        answer = called(org, web, "POST", address, json=wrong)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_a_parent_has_its_address_and_is_null_where_there_is_none(org, web):
    first, second = org.record_ids()[:2]
    org.org.leads[second] = {**org.org.leads[second], "OwnerId": None}
    query = {"q": "SELECT Id, Owner.Name FROM Lead"}
    rows = {
        row["Id"]: row["Owner"]
        for row in called(org, web, "GET", f"{DATA}/query", params=query).json()["records"]
    }
    assert rows[first]["attributes"]["url"] == f"{DATA}/sobjects/User/{org.org.rep.id}"
    assert rows[second] is None


def test_a_token_is_introspected_until_it_ends(org: SalesforceStandIn):
    grant = connect(org).grant
    form = {"client_id": org.client_id, "client_secret": org.client_secret}

    def about(token: str | None) -> Any:
        url = f"{org.page_url}/services/oauth2/introspect"
        return requests.post(url, data={**form, "token": token}, timeout=10).json()

    assert about(grant.access_token)["username"] == org.org.admin.username
    assert about(grant.refresh_token)["token_type"] == "refresh_token"
    org.state.grants.revoke(str(grant.refresh_token))
    assert about(grant.access_token) == about(grant.refresh_token) == about("x") == {"active": False}
