"""The unmodified client library against the stand-in, over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from simple_salesforce import Salesforce, format_soql
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from connectors.sandbox.certificate import Certificate
from connectors.sandbox.fields import FieldSpec, OrgContents
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.users import User

LEADS = tuple(
    {
        "FirstName": "Zoë" if n % 7 == 0 else None,
        "LastName": f"O'Hara {n}",
        "Email": f"lead{n}@canary.example",
        "Rating": ("Hot", "Warm", None)[n % 3],
        "NumberOfEmployees": n,
        "Score__c": n / 4,
        "IsConverted": n % 10 == 0,
        "CreatedDate": f"2026-{1 + n % 12:02}-28T12:00:00Z",
        "GenderIdentity": "Female",
    }
    for n in range(900)
)
CONTENTS = OrgContents(
    fields=(FieldSpec(name="Score__c", label="Score", type="number"),), records=LEADS, policy="", stream=""
)


@pytest.fixture
def org(certificate: Certificate, closing: ThreadPoolExecutor) -> Iterator[SalesforceStandIn]:
    running = SalesforceStandIn(CONTENTS, certificate, 5).start()
    yield running
    closing.submit(running.close)


def client_of(org: SalesforceStandIn, user: User, version: str = "68.0") -> Salesforce:
    session = requests.Session()
    session.trust_env, session.verify = False, str(org.certificate.certificate)
    token = org.state.grants.open(user, ("api",))[1]
    return Salesforce(session_id=token, instance_url=org.login_url, version=version, session=session)


@pytest.fixture
def admin(org: SalesforceStandIn) -> Salesforce:
    return client_of(org, org.org.admin)


@pytest.fixture
def rep(org: SalesforceStandIn) -> Salesforce:
    return client_of(org, org.org.rep)


def found(client: Salesforce, where: str) -> int:
    return int(client.query(f"SELECT COUNT() FROM Lead WHERE {where}")["totalSize"])  # noqa: S608 - a test's own text


def code(caught: Any) -> str:
    return str(caught.value.content[0]["errorCode"])


def expected(test: Any) -> int:
    return sum(bool(test(lead)) for lead in LEADS)


def test_paging_gives_every_record_once(admin: Salesforce):
    headers = {"Sforce-Query-Options": "batchSize=200"}
    first = admin.query("SELECT Id FROM Lead", headers=headers)
    assert (first["totalSize"], first["done"], len(first["records"])) == (900, False, 200)
    assert first["nextRecordsUrl"].startswith("/services/data/v68.0/query/0r8")
    again = [admin.query_more(first["nextRecordsUrl"], identifier_is_url=True) for _ in range(2)]
    assert again[0] == again[1]
    records = list(admin.query_all_iter("SELECT Id FROM Lead", headers=headers))
    assert len({record["Id"] for record in records}) == 900


def test_a_cursor_is_a_snapshot(org: SalesforceStandIn, admin: Salesforce):
    first = admin.query("SELECT Id, Rating FROM Lead", headers={"Sforce-Query-Options": "batchSize=200"})
    for record_id in org.record_ids()[200:400]:
        org.org.leads[record_id] = {**org.org.leads[record_id], "Rating": "Cold"}
    second = admin.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    assert not any(record["Rating"] == "Cold" for record in second["records"])


def test_a_cursor_lives_two_days(org: SalesforceStandIn, admin: Salesforce):
    first = admin.query("SELECT Id FROM Lead", headers={"Sforce-Query-Options": "batchSize=200"})
    org.state.grants.client.token_lifetime = 1e9
    later = client_of(org, org.org.admin)
    org.org.clock.advance(2 * 86_400 + 1)
    with pytest.raises(SalesforceMalformedRequest) as caught:
        later.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    assert code(caught) == "INVALID_QUERY_LOCATOR"


@pytest.mark.parametrize(
    ("where", "test"),
    [
        ("Rating = 'hot'", lambda lead: lead["Rating"] == "Hot"),
        ("Rating != 'Hot'", lambda lead: lead["Rating"] != "Hot"),
        ("Rating = null", lambda lead: lead["Rating"] is None),
        ("Rating != NULL", lambda lead: lead["Rating"] is not None),
        ("Rating IN ('Hot', 'Warm')", lambda lead: lead["Rating"] is not None),
        ("Rating NOT IN ('Hot')", lambda lead: lead["Rating"] != "Hot"),
        ("Score__c >= 10 AND Score__c < 20.5", lambda lead: 10 <= lead["Score__c"] < 20.5),
        ("(Score__c > 1e2 OR Score__c <= 1) AND IsConverted = TRUE",
         lambda lead: (lead["Score__c"] > 100 or lead["Score__c"] <= 1) and lead["IsConverted"]),
        ("NOT (Rating = 'Hot' OR IsConverted = true)",
         lambda lead: not (lead["Rating"] == "Hot" or lead["IsConverted"])),
        ("NOT Rating LIKE 'w%'", lambda lead: lead["Rating"] != "Warm"),
        ("LastName LIKE 'o\\'hara _'", lambda lead: len(lead["LastName"]) == 8),
        ("FirstName = 'ZOË'", lambda lead: lead["FirstName"]),
        ("CreatedDate >= 2026-06-01T00:00:00Z", lambda lead: lead["CreatedDate"] >= "2026-06"),
        ("CreatedDate < 2026-06-28T14:00:00+02:00", lambda lead: lead["CreatedDate"] < "2026-06"),
        ("Owner.Type = 'User'", lambda _: True),
        ("Owner.Name = 'nobody'", lambda _: False),
    ],
)  # fmt: skip
def test_where_selects_what_soql_says(admin: Salesforce, where: str, test: Any):
    assert found(admin, where) == expected(test)


def test_ids_match_in_both_lengths_and_values_are_escaped(org: SalesforceStandIn, admin: Salesforce):
    record_id = org.record_ids()[3]
    assert found(admin, f"Id = '{record_id}'") == found(admin, f"Id = '{record_id[:15]}'") == 1
    query = format_soql("SELECT Id FROM Lead WHERE LastName = {}", "O'Hara 3")
    assert admin.query(query)["records"][0]["Id"] == record_id


def test_order_limit_and_offset(admin: Salesforce):
    order = "ORDER BY Rating DESC NULLS LAST, NumberOfEmployees LIMIT 3 OFFSET 1"
    query = f"SELECT Rating, NumberOfEmployees FROM Lead {order}"  # noqa: S608 - a test's own text
    rows = [(row["Rating"], row["NumberOfEmployees"]) for row in admin.query(query)["records"]]
    assert rows == [("Warm", 4), ("Warm", 7), ("Warm", 10)]
    first = admin.query("SELECT Rating FROM Lead ORDER BY Rating LIMIT 1")["records"][0]
    assert first["Rating"] is None


def test_records_come_as_the_platform_writes_them(admin: Salesforce):
    query = "SELECT id, owner.name, SCORE__C, CreatedDate, IsConverted FROM lead LIMIT 1"
    row = admin.query(query)["records"][0]
    assert list(row) == ["attributes", "Id", "Score__c", "CreatedDate", "IsConverted", "Owner"]
    assert row["attributes"]["url"] == f"/services/data/v68.0/sobjects/Lead/{row['Id']}"
    assert (row["Owner"]["Name"], row["CreatedDate"]) == ("Rick Rep", "2026-01-28T12:00:00.000+0000")


@pytest.mark.parametrize(
    ("query", "expected_code", "text"),
    [
        ("SELECT Id,Foo FROM Lead", "INVALID_FIELD", "Column:11\nNo such column 'Foo' on entity 'Lead'"),
        ("SELECT Id FROM Lead WHERE Nope__c = 1", "INVALID_FIELD", "No such column 'Nope__c'"),
        ("SELECT Ouner.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Ouner'"),
        ("SELECT Id FROM Leed", "INVALID_TYPE", "sObject type 'Leed' is not supported."),
        ("SELECT Id FRM Lead", "MALFORMED_QUERY", "unexpected token: 'FRM'"),
        ("SELECT FROM Lead", "MALFORMED_QUERY", "unexpected token: 'FROM'"),
        ("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead LIMIT x", "MALFORMED_QUERY", "unexpected token: 'x'"),
        ("SELECT Id FROM Lead WHERE Rating = 'Hot", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead WHERE Id = null OR Rating = null AND Id = null", "MALFORMED_QUERY", "'AND'"),
        ("", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'", "INVALID_FIELD",
         "field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes"),
        ("SELECT Id FROM Lead WHERE Rating = 5", "INVALID_FIELD", "should be enclosed in quotes"),
        ("SELECT Id FROM Lead WHERE IsConverted = 'true'", "INVALID_FIELD", "must be of type boolean"),
        ("SELECT Id FROM Lead WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field"),
    ],
)  # fmt: skip
def test_a_wrong_query_gets_the_platforms_error(admin: Salesforce, query: str, expected_code: str, text: str):
    with pytest.raises(SalesforceMalformedRequest) as caught:
        admin.query(query)
    assert code(caught) == expected_code
    assert text in caught.value.content[0]["message"]


def test_a_field_hidden_from_the_rep_does_not_exist_for_her(admin: Salesforce, rep: Salesforce):
    assert found(admin, "GenderIdentity = 'Female'") == 900
    with pytest.raises(SalesforceMalformedRequest) as caught:
        rep.query("SELECT GenderIdentity FROM Lead")
    assert code(caught) == "INVALID_FIELD"
    names = {field["name"] for field in rep.Lead.describe()["fields"]}
    assert "GenderIdentity" not in names
    assert {"Id", "Score__c", "Fairness_Status__c"} <= names
    assert "GenderIdentity" in {field["name"] for field in admin.Lead.describe()["fields"]}


def test_a_record_hidden_from_the_rep_is_not_found(
    org: SalesforceStandIn, admin: Salesforce, rep: Salesforce
):
    hidden = org.record_ids()[0]
    org.org.rep.hidden_records.add(hidden)
    assert admin.Lead.get(hidden)["Id"] == hidden
    with pytest.raises(SalesforceResourceNotFound) as caught:
        rep.Lead.get(hidden)
    assert code(caught) == "NOT_FOUND"
    assert rep.query("SELECT COUNT() FROM Lead")["totalSize"] == 899


def test_a_write_is_stamped_with_its_user(org: SalesforceStandIn, rep: Salesforce):
    record_id = org.record_ids()[1]
    before = org.org.leads[record_id]
    assert rep.Lead.update(record_id[:15], {"Fairness_Status__c": "ok", "FirstName": "Ann"}) == 204
    after = rep.Lead.get(record_id)
    assert after["Name"] == "Ann O'Hara 1"
    assert after["LastModifiedById"] == org.org.rep.id
    assert after["SystemModstamp"] >= before["SystemModstamp"]


def collection(client: Salesforce, records: list[dict[str, Any]], *, all_or_none: bool = False) -> Any:
    body = {"allOrNone": all_or_none, "records": [{"attributes": {"type": "Lead"}, **row} for row in records]}
    return client.restful("composite/sobjects", method="PATCH", json=body)


def test_a_collection_answers_each_record_in_order(org: SalesforceStandIn, admin: Salesforce):
    ids = org.record_ids()
    org.org.switches.locked[ids[4]] = 1
    results = collection(
        admin,
        [
            {"id": ids[1], "Fairness_Status__c": "review"},
            {"id": ids[0], "Fairness_Status__c": "review"},
            {"id": ids[2], "Fairness_Status__c": "biased!"},
            {"id": ids[3], "Nope__c": 1},
            {"id": ids[4], "Rating": "Hot"},
            {"id": "00QFl0000099999MAA", "Rating": "Hot"},
            {"id": ids[5], "Fairness_Reason__c": "x" * 256},
            {"id": ids[6], "IsDeleted": True},
            {"id": "short", "Rating": "Hot"},
        ],
    )
    codes = [row["errors"][0]["statusCode"] if row["errors"] else "" for row in results]
    assert codes == [
        "",
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "INVALID_FIELD",
        "UNABLE_TO_LOCK_ROW",
        "INVALID_CROSS_REFERENCE_KEY",
        "STRING_TOO_LONG",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "MALFORMED_ID",
    ]
    assert results[0] == {"id": ids[1], "success": True, "errors": []}


def test_all_or_none_rolls_back_and_still_answers_200(org: SalesforceStandIn, admin: Salesforce):
    ids = org.record_ids()
    rows = [{"id": ids[1], "Rating": "Cold"}, {"id": ids[2], "Nope__c": 1}]
    results = collection(admin, rows, all_or_none=True)
    codes = [row["errors"][0]["statusCode"] for row in results]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "INVALID_FIELD"]
    assert org.org.leads[ids[1]].get("Rating") == "Warm"


def test_more_than_two_hundred_are_refused(org: SalesforceStandIn, admin: Salesforce):
    with pytest.raises(SalesforceMalformedRequest) as caught:
        collection(admin, [{"id": record_id} for record_id in org.record_ids()[:201]])
    assert code(caught) == "EXCEEDED_ID_LIMIT"


def test_limits_and_usage_are_told(org: SalesforceStandIn, admin: Salesforce):
    assert admin.limits()["DailyApiRequests"]["Max"] == 100_000
    assert admin.api_usage["api-usage"].used == org.state.calls == 1
    org.state.daily_calls = 1
    with pytest.raises(SalesforceRefusedRequest) as caught:
        admin.limits()
    assert code(caught) == "REQUEST_LIMIT_EXCEEDED"


def test_a_dead_token_answers_401_as_an_array(org: SalesforceStandIn, admin: Salesforce):
    org.org.clock.advance(7201)
    with pytest.raises(SalesforceExpiredSession) as caught:
        admin.query("SELECT Id FROM Lead")
    assert caught.value.content == [
        {"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}
    ]


@pytest.mark.parametrize(
    ("version", "known"), [("50.0", True), ("59.0", True), ("69.0", False), ("49.0", False)]
)
def test_versions_fifty_to_sixty_eight_are_known(org: SalesforceStandIn, version: str, known: bool):
    client = client_of(org, org.org.admin, version)
    if known:
        assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 900
        return
    with pytest.raises(SalesforceResourceNotFound) as caught:
        client.query("SELECT COUNT() FROM Lead")
    assert code(caught) == "NOT_FOUND"


def test_deleted_records_are_seen_by_query_all_only(org: SalesforceStandIn, admin: Salesforce):
    gone = org.record_ids()[0]
    org.org.leads[gone] = {**org.org.leads[gone], "IsDeleted": True}
    assert admin.query("SELECT COUNT() FROM Lead")["totalSize"] == 899
    assert (
        admin.query("SELECT COUNT() FROM Lead WHERE IsDeleted = true", include_deleted=True)["totalSize"] == 1
    )


def test_other_objects_that_clients_ask_for(org: SalesforceStandIn, admin: Salesforce):
    assert admin.is_sandbox() is True
    assert admin.User.get(org.org.rep.id)["Username"] == "rep@stand-in.example"
    assert {found["name"] for found in admin.describe()["sobjects"]} >= {"Lead", "User", "Organization"}
    with pytest.raises(SalesforceResourceNotFound):
        admin.restful("nothing/here")
