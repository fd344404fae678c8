"""Scores, rules, properties and the control routes of the stand-in portal."""

from __future__ import annotations

import io
import zipfile

import pytest

from connectors.sandbox.hubspot import HubSpotStandIn
from tests.connectors.sandbox.hubspot_web import CONTACTS, web_of, where
from tests.connectors.subject_hubspot import contents, some

SCORING = "/marketing/lead-scoring/2026-09-beta"


@pytest.fixture
def portal():
    with HubSpotStandIn(contents(some(30)), seed=3) as open_portal:
        open_portal.control.search_maximum = 1_000
        yield open_portal


@pytest.fixture
def web(portal):
    with web_of(portal) as open_web:
        yield open_web


def publish(web, **changes):
    rules = [
        {"property": "gender", "points": {"f": 5, "m": 9}, "group": "Who"},
        {"property": "region", "points": {"a": 20}, "group": "Where"},
        {"property": "num_contacted_notes", "points": {"1": 3}, "category": "INTENT", "group": "Visits"},
    ]
    body = {"number": 7, "name": "Fit and interest", "output": "lead_score", "rules": rules, **changes}
    web.control("/do/publish-score", **body)


def test_a_score_tells_its_rules_and_when_they_changed(portal, web):
    publish(web)
    (listed,) = web.get(f"{SCORING}/scores").json()["results"]
    assert (listed["id"], listed["scoreType"], listed["scoredObjectTypeId"]) == ("7", "COMBINED", "0-1")
    told = web.get(f"{SCORING}/scores/7").json()
    groups = {one["groupName"]: one for one in told["groupConfigs"]}
    assert {name: one["groupCategory"] for name, one in groups.items()} == {
        "Who": "FIT", "Where": "FIT", "Visits": "INTENT",
    }  # fmt: skip
    rule = groups["Who"]["ruleConfigurations"][0]["configuration"]["calculation"]
    assert (rule["type"], rule["property"]) == ("MATCH", "gender")
    assert "groupDecay" in groups["Visits"]
    assert told["outputConfiguration"]["outputs"][0]["propertyName"] == "lead_score"
    portal.clock.advance(60)
    publish(web)
    (again,) = web.get(f"{SCORING}/scores").json()["results"]
    assert again["lastConfigurationChangeTimestamp"] > listed["lastConfigurationChangeTimestamp"]
    assert web.get(f"{SCORING}/scores/8").status_code == 404


def test_score_history_names_what_changed_with_it(portal, web):
    publish(web)
    name = portal.record_ids()[0]
    portal.desk.remember(
        "contacts", name, "gender", [("m", "2026-03-05T00:00:00Z"), ("f", "2026-04-05T00:00:00Z")]
    )
    past = [("20", "2026-03-02T00:00:00Z"), ("29", "2026-03-06T00:00:00Z"), ("25", "2026-04-06T00:00:00Z")]
    portal.desk.remember("contacts", name, "lead_score", past)
    query = f"objectTypeId=0-1&objectId={name}&outputProperty=lead_score"
    entries = web.get(f"{SCORING}/score-values/object-history?{query}").json()["results"]
    assert [(one["propertyValue"], one["delta"]) for one in entries] == [
        ("25", -4.0),
        ("29", 9.0),
        ("20", 20.0),
    ]
    assert entries[0]["resolvedProperties"]["gender"] == {
        "pastValue": "m", "presentValue": "f", "timestamp": "2026-04-05T00:00:00.000Z",
    }  # fmt: skip
    first = web.get(f"{SCORING}/score-values/object-history?{query}&limit=2").json()
    assert (len(first["results"]), first["paging"]["next"]["after"]) == (2, "2")
    rest = web.get(f"{SCORING}/score-values/object-history?{query}&limit=2&after=2").json()
    assert [one["propertyValue"] for one in rest["results"]] == ["20"]


@pytest.mark.parametrize(("state", "status"), [("off", 404), ("forbidden", 403), ("on", 200)])
def test_the_beta_may_not_be_there(web, state, status):
    web.control("/knobs", lead_scoring=state)
    assert web.get(f"{SCORING}/scores").status_code == status


def test_an_admin_s_rules_hold_on_dated_paths_only(portal, web):
    web.control("/knobs", rules=[["company", "MIN_LENGTH", "3"]], required=["jobtitle"])
    told = web.get("/crm/property-validations/2026-09/0-1").json()["results"]
    rule = {"ruleType": "MIN_LENGTH", "ruleArguments": ["3"], "shouldApplyNormalization": False}
    assert told == [{"propertyName": "company", "propertyValidationRules": [rule]}]
    assert web.get("/crm/property-validations/2026-09/contacts/company").json() == {"results": [rule]}
    name = portal.record_ids()[0]
    body = {"inputs": [{"id": name, "properties": {"region": "x", "company": "ab"}}]}
    answer = web.post(f"{CONTACTS}/batch/update", body)
    assert answer.status_code == 400
    assert "REQUIRED_PROPERTY_MISSING" in answer.json()["message"]
    assert "INVALID_MIN_LENGTH" in answer.json()["message"]
    assert web.post("/crm/v3/objects/contacts/batch/update", body).status_code == 200


def test_a_lifecycle_stage_moves_forward_only(portal, web):
    name = portal.record_ids()[0]
    for stage in ("customer", "lead"):
        body = {"properties": {"lifecyclestage": stage}}
        web.session.patch(f"{portal.api_url}{CONTACTS}/{name}", json=body)
    values = portal.values(name)
    assert (values["lifecyclestage"], "hs_lifecyclestage_customer_date" in values) == ("customer", True)


def test_every_native_property_of_the_reference_is_there(web):
    found = {one["name"]: one for one in web.get("/crm/properties/2026-09/contacts").json()["results"]}
    texts = [name for name, one in found.items() if one["groupName"] == "facebook_ads_properties"]
    assert texts == [
        "gender",
        "date_of_birth",
        "marital_status",
        "relationship_status",
        "military_status",
        "seniority",
        "job_function",
        "degree",
        "field_of_study",
        "school",
        "graduation_date",
        "start_date",
    ]
    assert {found[name]["type"] for name in texts} == {"string"}
    for name in ("ip_country", "ip_zipcode", "hubspotscore", "hs_predictivescoringtier"):
        assert found[name]["modificationMetadata"]["readOnlyValue"] is True
    assert (found["ip_zipcode"]["hidden"], found["hubspotscore"]["fieldType"]) == (True, "calculation_score")
    assert "closed_won" in {one["value"] for one in found["hs_predictivescoringtier"]["options"]}
    assert web.get("/crm/properties/2026-09/contacts?dataSensitivity=other").status_code == 400


def test_an_archived_property_keeps_its_name(portal, web):
    body = {"name": "mine", "label": "Mine", "type": "string", "fieldType": "text"}
    path = "/crm/properties/2026-09/contacts"
    assert web.post(path, {**body, "groupName": "contactinformation"}).status_code == 201
    assert web.delete(f"{path}/mine").status_code == 204
    assert web.post(path, {**body, "groupName": "contactinformation"}).status_code == 409
    assert [one["name"] for one in web.get(f"{path}?archived=true").json()["results"]] == ["mine"]
    assert web.delete(f"{path}/email").status_code == 400
    assert "mine" not in portal.values(portal.record_ids()[0])


def test_search_by_association_and_over_other_types(portal, web):
    contact = portal.record_ids()[4]
    deal = portal.desk.create(
        "deals", {"dealname": "Big", "dealstage": "closedwon"}, [("contacts", contact, ())]
    )
    portal.clock.advance(5)
    assert web.search("deals", filterGroups=where("associations.contact", "EQ", value=contact))["total"] == 1
    assert web.search("deals", query="big")["results"][0]["id"] == deal
    found = web.search(filterGroups=where("num_associated_deals", "GT", value="0"))["results"]
    assert [one["id"] for one in found] == [contact]


def test_a_large_export_is_zipped(portal, web):
    web.control("/knobs", export_zip_bytes=100, export_polls=1)
    body = {
        "exportType": "VIEW", "exportName": "n", "format": "CSV", "language": "EN", "objectType": "CONTACT",
        "objectProperties": ["lifecyclestage", "region"],
        "publicCrmSearchRequest": {"filterGroups": where("region", "EQ", value="a")},
    }  # fmt: skip
    portal.desk.change("contacts", portal.record_ids()[0], {"lifecyclestage": "marketingqualifiedlead"})
    portal.clock.advance(5)
    path = "/crm/exports/2026-09/export/async"
    task = web.post(path, body).json()
    assert web.post(path, body).status_code == 409
    told = web.get(f"{path}/tasks/{task['id']}/status").json()
    file = web.session.get(told["result"], headers={"Authorization": ""})
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        rows = archive.read(archive.namelist()[0]).decode().splitlines()
    assert rows[0] == "Record ID,Lifecycle Stage,Region"
    assert (rows[1].split(",")[1], len(rows)) == ("Marketing qualified lead", 11)
    about = web.get(f"/crm/exports/2026-09/export/{task['id']}").json()
    assert (about["recordCount"], about["exportState"]) == (10, "COMPLETE")


def test_the_whole_portal_is_moved_over_http(portal, web):
    first, second, third = portal.record_ids()[:3]
    made = web.control("/do/create", kind="deals", values={"dealname": "D"}, joints=[["contacts", first, []]])
    web.control("/do/change", kind="contacts", name=first, values={"region": "z"})
    web.control("/do/merge", kind="contacts", winner=first, loser=second)
    web.control("/do/archive", kind="contacts", name=third)
    web.control("/do/stamp-all", kind="contacts", at="2026-05-05T05:05:05.555Z")
    contacts = {one["hs_object_id"]: one for one in web.get("/__control/records/contacts").json()["results"]}
    assert contacts[first]["region"] == "z"
    assert (second in contacts, third in contacts) == (False, True)
    assert {one["lastmodifieddate"] for one in contacts.values()} == {"2026-05-05T05:05:05.555Z"}
    assert web.get("/__control/records/deals").json()["results"][0]["hs_object_id"] == made["id"]
    token = web.control("/tokens", scopes=["oauth"], static=True)["access_token"]
    assert token.startswith("pat-eu1-")
    told = web.control(
        "/app", optional=["crm.export"], redirect_uris=["https://x.example/cb"], permitted=["https://x"]
    )
    assert (told["optional"], "https://x.example/cb" in told["redirect_uris"]) == (["crm.export"], True)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/knobs", {"tier": "gold"}),
        ("/knobs", {"lead_scoring": "maybe"}),
        ("/knobs", {"burst_maximum": "many"}),
        ("/knobs", {"partial_updates": 1}),
        ("/webhooks", {"subscriptions": [None]}),
        ("/faults", {"kind": "earthquake"}),
        ("/faults", {"kind": "deed", "deed": "dance"}),
        ("/do/dance", {}),
        ("/do/archive", {"kind": "contacts", "name": "1"}),
        ("/do/archive", {"kind": "planets", "name": "1"}),
        ("/do/change", {"kind": "contacts"}),
        ("/webhooks", {"subscriptions": [{"nonsense": 1}]}),
        ("/app", {"nonsense": 1}),
    ],
)
def test_what_is_not_understood_is_said(web, path, body):
    answer = web.post(f"/__control{path}", body)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_an_object_type_that_is_none(web):
    answer = web.get("/crm/objects/2026-09/planets")
    assert (answer.status_code, "planets" in answer.json()["message"]) == (400, True)
    assert web.get("/crm/objects/2026-09/0-1").json() == web.get("/crm/objects/2026-09/contact").json() | {
        "paging": web.get("/crm/objects/2026-09/0-1").json()["paging"]
    }


def test_the_same_contact_twice_in_a_batch_is_refused(portal, web):
    name = portal.record_ids()[0]
    body = {"inputs": [{"id": name, "properties": {"region": text}} for text in "xy"]}
    assert web.post(f"{CONTACTS}/batch/update", body).status_code == 400
    assert portal.values(name)["region"] == "a"


def test_a_lead_follows_its_primary_contact_into_a_merge(portal, web):
    winner, loser, other = portal.record_ids()[:3]
    lead = portal.desk.create(
        "leads", {"hs_lead_name": "L"}, [("contacts", loser, [578]), ("contacts", other, ())]
    )
    portal.desk.merge("contacts", winner, loser)
    path = f"/crm/objects/2026-09/leads/{lead}/associations/contacts"
    found = {one["toObjectId"]: one["associationTypes"] for one in web.get(path).json()["results"]}
    assert {number: [one["typeId"] for one in types] for number, types in found.items()} == {
        int(winner): [578, 608],
        int(other): [608],
    }
    portal.desk.associate("leads", lead, "contacts", other, [578])
    found = {one["toObjectId"]: one["associationTypes"] for one in web.get(path).json()["results"]}
    assert [one["typeId"] for one in found[int(winner)]] == [608]
    portal.desk.archive("contacts", winner)
    assert portal.desk.ids("leads") == (lead,)
    portal.desk.dissociate("leads", lead, "contacts", other)
    assert portal.desk.ids("leads") == ()
