"""What happens in the stand-in org: scores, conversions, merges, deletes, late commits, users; by HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import requests

from connectors.sandbox.certificate import Certificate
from connectors.sandbox.fields import FieldSpec, OrgContents
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.faults import Fault
from connectors.sandbox.salesforce.new_org import load
from tests.connectors.sandbox.bulk_calls import Bulk, bulk_of, table

RECORDS = tuple({"LastName": f"Lead {n}", "Company": f"Company {n}"} for n in range(12))
CONTENTS = OrgContents(
    fields=(FieldSpec(name="Note__c", label="Note", type="long_text"),),
    records=RECORDS,
    policy="",
    stream="",
)


@pytest.fixture
def org(certificate: Certificate, closing: ThreadPoolExecutor) -> Iterator[SalesforceStandIn]:
    running = SalesforceStandIn(CONTENTS, certificate, 5).start()
    running.state.grants.client.token_lifetime = 1e9
    yield running
    closing.submit(running.close)


@pytest.fixture
def admin(org: SalesforceStandIn) -> Bulk:
    return bulk_of(org)


def control(org: SalesforceStandIn, path: str, body: Any = None, method: str = "POST") -> Any:
    answer = requests.request(method, f"{org.page_url}/__control/{path}", json=body, timeout=10)
    assert answer.ok, answer.text
    return answer.json()


def rows(caller: Bulk, soql: str, resource: str = "query") -> list[dict[str, Any]]:
    answer = caller.call("GET", f"/{resource}", params={"q": soql})
    assert answer.ok, answer.text
    return list(answer.json()["records"])


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()[0]["errorCode"]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def stamps(org: SalesforceStandIn, lead: str) -> Any:
    return org.org.leads[lead]["SystemModstamp"]


def test_a_score_is_a_record_of_its_own_and_leaves_the_lead_as_it_is(org: SalesforceStandIn, admin: Bulk):
    lead, before = org.record_ids()[0], stamps(org, org.record_ids()[0])
    control(org, "clock", {"seconds": 3600})
    control(org, f"scores/{lead}", {"score": 40})
    control(org, "clock", {"seconds": 3600})
    control(org, f"scores/{lead}", {"score": 85})
    assert stamps(org, lead) == before
    (score,) = rows(admin, "SELECT Id, BaseId, Score, SystemModstamp FROM ScoreIntelligence")
    assert (score["BaseId"], score["Score"]) == (lead, 85)
    assert datetime.fromisoformat(score["SystemModstamp"]) > datetime.fromisoformat(before) + timedelta(
        hours=1
    )
    soql = "SELECT Id, ScoreIntelligence.Score FROM Lead WHERE ScoreIntelligence.Score != NULL"
    (scored,) = rows(admin, soql)
    assert scored["ScoreIntelligence"]["Score"] == 85
    assert scored["ScoreIntelligence"]["attributes"]["type"] == "ScoreIntelligence"
    assert len(rows(admin, "SELECT Id, ScoreIntelligence.Score FROM Lead")) == 12
    job = admin.done(soql)
    assert table(admin.page(job).content) == [{"Id": lead, "ScoreIntelligence.Score": "85"}]
    control(org, "objects/ScoreIntelligence", method="DELETE")
    assert code(admin.call("GET", "/query", params={"q": soql})) == (400, "INVALID_FIELD")
    assert admin.call("GET", "/sobjects/ScoreIntelligence/describe").status_code == 404


def test_a_converted_lead_has_its_opportunity_and_takes_no_write(org: SalesforceStandIn, admin: Bulk):
    lead, other = org.record_ids()[:2]
    deal = control(org, f"convert/{lead}")["opportunity"]
    assert deal.startswith("006")
    assert control(org, f"convert/{other}", {"opportunity": False}) == {"opportunity": None}
    before = stamps(org, lead)
    control(org, "clock", {"seconds": 60})
    control(org, f"opportunities/{deal}", {"stage": "Closed Won"})
    assert stamps(org, lead) == before
    soql = (
        "SELECT Id, IsConverted, ConvertedDate, ConvertedOpportunity.IsWon, ConvertedOpportunity.StageName "
        "FROM Lead WHERE IsConverted = true"
    )
    won, none = rows(admin, soql)
    assert (won["ConvertedOpportunity"]["IsWon"], won["ConvertedOpportunity"]["StageName"]) == (
        True,
        "Closed Won",
    )
    assert none["ConvertedOpportunity"] is None
    write = admin.call("PATCH", f"/sobjects/Lead/{lead}", json={"Rating": "Hot"})
    assert code(write) == (400, "CANNOT_UPDATE_CONVERTED_LEAD")
    integration = bulk_of(org, org.org.integration)
    assert integration.call("PATCH", f"/sobjects/Lead/{lead}", json={"Rating": "Hot"}).status_code == 204


def test_a_merge_deletes_the_loser_and_names_the_master(org: SalesforceStandIn, admin: Bulk):
    master, loser, gone = org.record_ids()[:3]
    control(org, "merge", {"master": master, "losers": [loser]})
    control(org, f"records/Lead/{gone}/delete")
    assert len(rows(admin, "SELECT Id FROM Lead")) == 10
    found = rows(admin, "SELECT Id, MasterRecordId FROM Lead WHERE IsDeleted = true", "queryAll")
    assert {row["Id"]: row["MasterRecordId"] for row in found} == {loser: master, gone: None}
    assert code(admin.call("GET", f"/sobjects/Lead/{loser}")) == (404, "ENTITY_IS_DELETED")
    control(org, f"records/Lead/{gone}/undelete")
    assert len(rows(admin, "SELECT Id FROM Lead")) == 11
    job = admin.query("SELECT Id FROM Lead", operation="queryAll").json()["id"]
    assert admin.states(f"/jobs/query/{job}", 2)[-1] == "JobComplete"
    assert len(table(admin.page(job).content)) == 12


def window(
    org: SalesforceStandIn, back: timedelta, ahead: timedelta = timedelta(minutes=10)
) -> dict[str, str]:
    now = org.org.clock.now()
    return {
        "start": (now - back).isoformat(timespec="seconds"),
        "end": (now + ahead).isoformat(timespec="seconds"),
    }


def replicated(caller: Bulk, what: str, asked: dict[str, str]) -> Any:
    return caller.call("GET", f"/sobjects/Lead/{what}/", params=asked)


def test_deletes_and_changes_are_told_behind_a_lag(org: SalesforceStandIn, admin: Bulk):
    gone, changed = org.record_ids()[3], org.record_ids()[4]
    control(org, "clock", {"seconds": 7200})
    control(org, f"records/Lead/{gone}/delete")
    control(org, f"records/Lead/{changed}", {"Rating": "Hot"}, "PATCH")
    asked = window(org, timedelta(hours=1))
    assert replicated(admin, "deleted", asked).json()["deletedRecords"] == []
    control(org, "clock", {"seconds": 400})
    told = replicated(admin, "deleted", asked).json()
    assert [one["id"] for one in told["deletedRecords"]] == [gone]
    assert replicated(admin, "updated", asked).json()["ids"] == [changed]
    lag = org.org.clock.now() - datetime.fromisoformat(told["latestDateCovered"])
    assert timedelta(seconds=299) <= lag <= timedelta(seconds=302)
    assert datetime.fromisoformat(told["earliestDateAvailable"]) < org.org.clock.now() - timedelta(days=14)


def test_a_purged_delete_leaves_the_bin_and_stays_in_the_log(org: SalesforceStandIn, admin: Bulk):
    gone, emptied = org.record_ids()[:2]
    control(org, "clock", {"seconds": 86_400})
    control(org, f"records/Lead/{gone}/delete")
    control(org, "clock", {"seconds": 14 * 86_400 + 3600})
    control(org, f"records/Lead/{emptied}/delete")
    control(org, "clock", {"seconds": 600})
    assert len(rows(admin, "SELECT Id FROM Lead WHERE IsDeleted = true", "queryAll")) == 2
    control(org, "bin/empty")
    assert rows(admin, "SELECT Id FROM Lead WHERE IsDeleted = true", "queryAll") == []
    told = replicated(admin, "deleted", window(org, timedelta(days=14, hours=23))).json()
    assert {one["id"] for one in told["deletedRecords"]} == {gone, emptied}
    control(org, "clock", {"seconds": 86_400})
    told = replicated(admin, "deleted", window(org, timedelta(days=15))).json()
    assert {one["id"] for one in told["deletedRecords"]} == {emptied}


MANY = {"replication_ids": 0, "replication_lag": -600}


@pytest.mark.parametrize(
    ("back", "ahead", "switch", "expected"),
    [
        (timedelta(days=16), timedelta(), {}, "INVALID_REPLICATION_DATE"),
        (timedelta(minutes=1), timedelta(minutes=-5), {}, "INVALID_REPLICATION_DATE"),
        (timedelta(seconds=10), timedelta(seconds=-5), {}, "INVALID_REPLICATION_DATE"),
        (
            timedelta(hours=1),
            timedelta(),
            MANY,
            "EXCEEDED_ID_LIMIT",
        ),
    ],
)
def test_a_window_that_is_not_told(  # noqa: PLR0917 - fixtures and cases
    org: SalesforceStandIn, admin: Bulk, back: timedelta, ahead: timedelta, switch: Any, expected: str
):
    control(org, f"records/Lead/{org.record_ids()[0]}/delete")
    control(org, "switches", switch)
    control(org, "clock", {"seconds": 120 - org.org.clock.now().second})
    asked = window(org, back, ahead)
    assert code(replicated(admin, "deleted", asked)) == (400, expected)
    month = replicated(admin, "updated", window(org, timedelta(days=29)))
    assert month.ok == (expected != "EXCEEDED_ID_LIMIT")
    wrong = replicated(admin, "deleted", {"start": "2026-11-23T09:21:56+00:0", "end": asked["end"]})
    assert code(wrong) == (400, "INVALID_REQUEST_PARAMETER")
    assert admin.call("GET", "/sobjects/User/deleted").status_code == 404


def test_seconds_of_a_window_are_cut(org: SalesforceStandIn, admin: Bulk):
    control(org, "switches", {"replication_lag": 0})
    control(org, "clock", {"seconds": 120 - org.org.clock.now().second + 30})
    control(org, f"records/Lead/{org.record_ids()[0]}/delete")
    now = org.org.clock.now()
    asked = {"start": now.strftime("%Y-%m-%dT%H:%M:59Z"), "end": (now + timedelta(minutes=3)).isoformat()}
    control(org, "clock", {"seconds": 60})
    told = admin.call(
        "GET", f"/sobjects/Lead/deleted?start={quote(asked['start'])}&end={quote(asked['end'])}"
    )
    assert len(told.json()["deletedRecords"]) == 1


def test_a_late_commit_is_stamped_before_it_is_seen(org: SalesforceStandIn, admin: Bulk):
    lead = org.record_ids()[0]
    made = control(org, "records/Lead", {"LastName": "Slow", "late": 300})["id"]
    control(org, f"records/Lead/{lead}", {"Rating": "Cold", "late": 300}, "PATCH")
    start = org.org.clock.now()
    assert rows(admin, "SELECT Id FROM Lead WHERE Rating = 'Cold' OR LastName = 'Slow'") == []
    assert admin.call("GET", f"/sobjects/Lead/{made}").status_code == 404
    control(org, "clock", {"seconds": 301})
    found = rows(admin, "SELECT Id, SystemModstamp FROM Lead WHERE Rating = 'Cold' OR LastName = 'Slow'")
    assert {row["Id"] for row in found} == {lead, made}
    assert all(datetime.fromisoformat(row["SystemModstamp"]) <= start for row in found)
    assert made not in org.record_ids()[:12]


def test_history_keeps_what_tracked_fields_were(org: SalesforceStandIn, admin: Bulk):
    lead = org.record_ids()[0]
    control(org, "switches", {"tracked": ["Status", "Rating"]})
    for body in ({"Rating": "Hot"}, {"Rating": "Cold", "Company": "Other"}, {"Rating": "Cold"}):
        assert admin.call("PATCH", f"/sobjects/Lead/{lead}", json=body).status_code == 204
    found = rows(admin, "SELECT LeadId, Field, OldValue, NewValue, CreatedDate FROM LeadHistory")
    assert [(row["Field"], row["OldValue"], row["NewValue"]) for row in found] == [
        ("Rating", None, "Hot"),
        ("Rating", "Hot", "Cold"),
    ]
    assert found[0]["LeadId"] == lead


def test_consent_lives_with_the_individual(org: SalesforceStandIn, admin: Bulk):
    person = control(org, "records/Individual", {"LastName": "Private", "HasOptedOutProfiling": True})["id"]
    assert person.startswith("0PK")
    lead = org.record_ids()[2]
    control(org, f"records/Lead/{lead}", {"IndividualId": person}, "PATCH")
    found = rows(admin, "SELECT Id FROM Lead WHERE Individual.HasOptedOutProfiling = true")
    assert [row["Id"] for row in found] == [lead]
    names = {f["name"] for f in admin.call("GET", "/sobjects/Individual/describe").json()["fields"]}
    assert {"ShouldForget", "CanStorePiiElsewhere", "HasOptedOutProcessing", "HasOptedOutTracking"} <= names


def test_data_classification_is_told_to_who_may_see_setup(org: SalesforceStandIn, admin: Bulk):
    soql = (
        "SELECT QualifiedApiName, DataType, SecurityClassification, ComplianceGroup, BusinessStatus, "
        "IsApiFilterable FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead'"
    )
    control(org, "classification/Company", {"security": "Restricted", "compliance": "GDPR;HIPAA"})
    for resource in ("query", "tooling/query"):
        found = {row["QualifiedApiName"]: row for row in rows(admin, soql, resource)}
        assert found["Email"]["ComplianceGroup"] == "PII;GDPR;CCPA"
        assert (found["Company"]["SecurityClassification"], found["Company"]["DataType"]) == (
            "Restricted",
            "Text(255)",
        )
        assert found["Note__c"]["IsApiFilterable"] is False
        assert found["City"]["SecurityClassification"] is None
    wide = admin.call("GET", "/query", params={"q": "SELECT QualifiedApiName FROM FieldDefinition"})
    assert code(wide) == (400, "MALFORMED_QUERY")
    rep = bulk_of(org, org.org.rep)
    assert code(rep.call("GET", "/query", params={"q": soql})) == (400, "INVALID_TYPE")


def test_describe_tells_the_flags_and_answers_304(org: SalesforceStandIn, admin: Bulk):
    answer = admin.call("GET", "/sobjects/Lead/describe")
    fields = {one["name"]: one for one in answer.json()["fields"]}
    assert [fields["Note__c"][name] for name in ("length", "filterable", "custom")] == [131_072, False, True]
    assert [fields["LastName"][name] for name in ("nillable", "compoundFieldName")] == [False, "Name"]
    assert (fields["OwnerId"]["referenceTo"], fields["OwnerId"]["relationshipName"]) == (
        ["Group", "User"],
        "Owner",
    )
    assert fields["Address"]["type"] == "address"
    assert fields["Email"]["permissionable"]
    assert not fields["Id"]["permissionable"]
    finding = admin.call("GET", "/sobjects/Fairness_Finding__c/describe").json()
    key = next(one for one in finding["fields"] if one["name"] == "Audit_Key__c")
    assert (finding["keyPrefix"], key["externalId"], key["unique"], key["idLookup"]) == (
        "a0X",
        True,
        True,
        True,
    )
    headers = {"If-None-Match": answer.headers["ETag"]}
    assert admin.call("GET", "/sobjects/Lead/describe", headers=headers).status_code == 304
    since = {"If-Modified-Since": answer.headers["Last-Modified"]}
    assert admin.call("GET", "/sobjects/Lead/describe", headers=since).status_code == 304
    control(org, "clock", {"seconds": 5})
    control(org, "fields/Note__c", method="DELETE")
    fresh = admin.call("GET", "/sobjects/Lead/describe", headers={**headers, **since})
    assert fresh.status_code == 200
    assert "Note__c" not in {one["name"] for one in fresh.json()["fields"]}


def test_users_differ_in_fields_records_and_rights(org: SalesforceStandIn):
    hidden, seen = org.record_ids()[:2]
    control(
        org,
        "users/rep",
        {"hidden_records": [hidden], "hidden_fields": ["Rating"], "readonly_fields": ["Company"],
         "hidden_objects": ["Opportunity"]},
    )  # fmt: skip
    rep, admin = bulk_of(org, org.org.rep), bulk_of(org)
    assert len(rows(rep, "SELECT Id FROM Lead")) == 11
    assert len(rows(admin, "SELECT Id FROM Lead")) == 12
    assert code(rep.call("GET", f"/sobjects/Lead/{hidden}")) == (404, "NOT_FOUND")
    assert code(rep.call("GET", "/query", params={"q": "SELECT Rating FROM Lead"})) == (400, "INVALID_FIELD")
    fields = {one["name"]: one for one in rep.call("GET", "/sobjects/Lead/describe").json()["fields"]}
    assert "Rating" not in fields
    assert not fields["Company"]["updateable"]
    write = rep.call("PATCH", f"/sobjects/Lead/{seen}", json={"Company": "x"})
    assert code(write) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert rep.call("GET", "/sobjects/Opportunity/describe").status_code == 404


def test_findings_are_made_changed_and_ambiguous_by_key(org: SalesforceStandIn, admin: Bulk):
    path = "/sobjects/Fairness_Finding__c/Audit_Key__c/A%2F1 x"
    made = admin.call("PATCH", path, json={"Severity__c": "high"})
    assert (made.status_code, made.json()["created"]) == (201, True)
    again = admin.call("PATCH", path, json={"Severity__c": "low"})
    assert (again.status_code, again.json()) == (200, {**made.json(), "created": False})
    old = Bulk(org, admin.web, "50.0")
    assert old.call("PATCH", path, json={}).status_code == 200
    (row,) = rows(admin, "SELECT Id, Audit_Key__c, Severity__c FROM Fairness_Finding__c")
    assert (row["Id"], row["Audit_Key__c"], row["Severity__c"]) == (made.json()["id"], "A/1 x", "low")
    control(org, "records/Fairness_Finding__c", {"Audit_Key__c": "A/1 X"})
    several = admin.call("PATCH", path, json={"Severity__c": "low"})
    assert (several.status_code, len(several.json())) == (300, 2)
    assert code(admin.call("PATCH", "/sobjects/Fairness_Finding__c/Name/x", json={})) == (404, "NOT_FOUND")
    twin = admin.call("POST", "/sobjects/Fairness_Finding__c", json={"Audit_Key__c": "A/1 x"})
    assert code(twin) == (400, "DUPLICATE_VALUE")
    assert admin.call("DELETE", f"/sobjects/Fairness_Finding__c/{row['Id']}").status_code == 204
    assert admin.call("DELETE", f"/sobjects/Fairness_Finding__c/{row['Id']}").status_code == 404


def collection(caller: Bulk, method: str, records: list[dict[str, Any]], path: str = "", **more: Any) -> Any:
    body = {"records": records, **more}
    return caller.call(method, f"/composite/sobjects{path}", json=body)


def of(kind: str, **values: Any) -> dict[str, Any]:
    return {"attributes": {"type": kind}, **values}


def test_collections_mix_types_in_ten_chunks(org: SalesforceStandIn, admin: Bulk):
    lead = org.record_ids()[0]
    mixed = [
        of("Lead", LastName="New"),
        of("Fairness_Finding__c", Audit_Key__c="K"),
        of("Fairness_Finding__c"),
    ]
    answer = collection(admin, "POST", mixed).json()
    codes = [one["errors"][0]["statusCode"] if one["errors"] else one["id"][:3] for one in answer]
    assert codes == ["REQUIRED_FIELD_MISSING", "a0X", "a0X"]
    chunks = [of("Lead", id=lead), of("Fairness_Finding__c", id=answer[1]["id"])] * 6
    assert code(collection(admin, "PATCH", chunks)) == (400, "LIMIT_EXCEEDED")
    assert [one["success"] for one in collection(admin, "PATCH", chunks[:10]).json()] == [True] * 10
    assert code(collection(admin, "PATCH", [of("Lead", id=lead)] * 201)) == (400, "EXCEEDED_ID_LIMIT")
    read_only = collection(admin, "PATCH", [of("ScoreIntelligence", id="0MEFl0000000001AAA")]).json()
    assert read_only[0]["errors"][0]["statusCode"] == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"


def test_collections_upsert_and_delete(admin: Bulk):
    keys = [of("Fairness_Finding__c", Audit_Key__c=f"K{n}") for n in range(3)]
    path = "/Fairness_Finding__c/Audit_Key__c"
    first = collection(admin, "PATCH", keys[:2], path).json()
    second = collection(admin, "PATCH", keys, path).json()
    assert [one["created"] for one in first + second] == [True, True, False, False, True]
    assert code(collection(admin, "PATCH", [of("Lead")], path)) == (400, "INVALID_TYPE")
    ids = ",".join(one["id"] for one in second) + ",a0XFl0000099999AAA"
    bad = admin.call("DELETE", "/composite/sobjects", params={"ids": ids[:-3] + "MAA", "allOrNone": "true"})
    assert [one["success"] for one in bad.json()] == [False] * 4
    assert len(rows(admin, "SELECT Id FROM Fairness_Finding__c")) == 3
    gone = admin.call("DELETE", "/composite/sobjects", params={"ids": ids.rsplit(",", 1)[0]})
    assert [one["success"] for one in gone.json()] == [True] * 3
    assert rows(admin, "SELECT Id FROM Fairness_Finding__c") == []


def test_a_rule_set_from_outside_refuses_rows(org: SalesforceStandIn, admin: Bulk):
    control(org, "validation", {"field": "LastName", "values": ["Lead 1"], "message": "Not this one"})
    first, second = org.record_ids()[:2]
    found = collection(admin, "PATCH", [of("Lead", id=one, Rating="Hot") for one in (first, second)]).json()
    assert [one["success"] for one in found] == [True, False]
    assert found[1]["errors"][0] == {
        "statusCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "message": "Not this one",
        "fields": [],
    }
    control(org, "validation", {})
    assert collection(admin, "PATCH", [of("Lead", id=second, Rating="Hot")]).json()[0]["success"]


def test_limits_are_many_and_count_the_jobs(admin: Bulk):
    admin.query("SELECT Id FROM Lead")
    told = admin.call("GET", "/limits/").json()
    assert {"DailyBulkV2QueryFileStorageMB", "DailyBulkApiBatches", "DataStorageMB"} <= set(told)
    assert told["DailyBulkV2QueryJobs"] == {"Max": 10_000, "Remaining": 9_999}
    assert told["DailyApiRequests"]["Remaining"] == 100_000 - 2


def test_an_owner_may_be_a_queue_and_an_address_is_an_object(org: SalesforceStandIn, admin: Bulk):
    (queue,) = rows(admin, "SELECT Id, Name FROM Group WHERE Type = 'Queue'")
    lead = org.record_ids()[0]
    control(org, f"records/Lead/{lead}", {"OwnerId": queue["Id"], "City": "Ulm"}, "PATCH")
    (found,) = rows(admin, "SELECT Owner.Name, Owner.Type, Address FROM Lead WHERE Owner.Type = 'Queue'")
    assert (found["Owner"]["Name"], found["Owner"]["attributes"]["type"]) == (queue["Name"], "Group")
    assert found["Address"]["city"] == "Ulm"
    filtered = admin.call("GET", "/query", params={"q": "SELECT Id FROM Lead WHERE Note__c = 'x'"})
    assert code(filtered) == (400, "INVALID_FIELD")


def test_rows_told_twice_or_lost_by_a_page_of_a_query(org: SalesforceStandIn, admin: Bulk):
    for number in range(390):
        load(org.org, {"LastName": f"More {number}"})
    org.faults.plan(Fault(kind="duplicate_rows", path="/query/0r8"))
    org.faults.plan(Fault(kind="lost_rows", path="/query/0r8", at=2))
    small, asked = {"Sforce-Query-Options": "batchSize=200"}, {"q": "SELECT Id FROM Lead"}
    page = admin.call("GET", "/query", params=asked, headers=small).json()
    sizes, seen = [], list(page["records"])
    while not page["done"]:
        page = admin.web.get(f"{org.page_url}{page['nextRecordsUrl']}", timeout=10).json()
        sizes.append(len(page["records"]))
        seen += page["records"]
    assert (page["totalSize"], sizes) == (402, [203, 0])
    assert len({row["Id"] for row in seen}) == 400


def test_what_belongs_to_a_hidden_lead_is_hidden(org: SalesforceStandIn, admin: Bulk):
    hidden, seen = org.record_ids()[:2]
    for lead in (hidden, seen):
        control(org, f"scores/{lead}", {"score": 5})
        assert admin.call("PATCH", f"/sobjects/Lead/{lead}", json={"Status": "Working - Contacted"}).ok
    control(org, "users/rep", {"hidden_records": [hidden]})
    rep = bulk_of(org, org.org.rep)
    for soql in ("SELECT BaseId FROM ScoreIntelligence", "SELECT LeadId FROM LeadHistory"):
        assert len(rows(admin, soql)) == 2
        (found,) = rows(rep, soql)
        assert seen in found.values()


def test_a_field_may_go_at_a_chosen_call(org: SalesforceStandIn, admin: Bulk):
    control(org, "faults", {"kind": "hide_field", "field": "Rating", "at": 2, "path": "/query"})
    asked = {"q": "SELECT Rating FROM Lead"}
    assert admin.call("GET", "/query", params=asked).ok
    assert admin.call("GET", "/limits").ok
    assert code(admin.call("GET", "/query", params=asked)) == (400, "INVALID_FIELD")


def test_nothing_is_like_nothing(admin: Bulk):
    assert rows(admin, "SELECT Id FROM Lead WHERE Rating LIKE '%'") == []
    assert len(rows(admin, "SELECT Id FROM Lead WHERE NOT Rating LIKE '%'")) == 12


def test_a_frozen_user_and_one_without_the_api_are_turned_away(org: SalesforceStandIn):
    rep = bulk_of(org, org.org.rep)
    control(org, "users/rep", {"permissions": []})
    told = rep.call("GET", "/limits")
    assert told.json()[0]["message"] == "This session is not valid for use with the REST API"
    control(org, "users/rep", {"permissions": ["api"], "active": False})
    assert code(rep.call("GET", "/limits")) == (401, "INVALID_SESSION_ID")


def test_the_limits_are_for_those_who_may_view_the_setup(org: SalesforceStandIn):
    assert code(bulk_of(org, org.org.rep).call("GET", "/limits")) == (403, "FORBIDDEN")
    assert bulk_of(org, org.org.rep).call("GET", "").ok


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"kind": "nonsense"}),
        ("switches", {"nonsense": 1}),
        ("users/rep", {"nonsense": []}),
        ("users/nobody", {"active": False}),
        ("records/Lead", {"Nope__c": 1}),
        ("clock", []),
    ],
)
def test_a_control_that_is_not_understood_is_told(org: SalesforceStandIn, path: str, body: Any):
    answer = requests.post(f"{org.page_url}/__control/{path}", json=body, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["error"]
