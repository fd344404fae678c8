"""The unmodified hubspot-api-client against the stand-in: every answer must fit its models."""

from __future__ import annotations

import hubspot
import pytest
from hubspot.crm.contacts import ApiException
from hubspot.crm.properties import PropertyCreate, PropertyGroupCreate

from connectors.sandbox.hubspot import HubSpotStandIn
from tests.connectors.sandbox.hubspot_client import client_of
from tests.connectors.subject_hubspot import app_of, consented, contents, some, timing_of


@pytest.fixture
def portal():
    with HubSpotStandIn(contents(some(230)), seed=3) as open_portal:
        yield open_portal


@pytest.fixture(params=["v3", "dated"])
def sdk(portal, request):
    token = consented(portal, app_of(portal), timing_of(portal)).access_token
    return client_of(portal, token, request.param)


def test_get_all_reads_every_contact_in_order(sdk, portal):
    found = sdk.crm.contacts.get_all(properties=["lastname", "lead_score", "no_such_property"])
    assert [contact.id for contact in found] == list(portal.record_ids())
    first = found[0].properties
    assert (first["lastname"], first["lead_score"]) == ("Lastname0", "0")
    assert "no_such_property" not in first
    assert found[0].created_at.isoformat() == "2026-03-01T00:00:00+00:00"


def test_a_page_has_a_cursor_that_is_the_next_id(sdk, portal):
    page = sdk.crm.contacts.basic_api.get_page(limit=10)
    assert page.paging.next.after == portal.record_ids()[10]
    assert set(page.results[0].properties) == {
        "createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname",
    }  # fmt: skip
    assert page.results[0].properties["firstname"] is None


def test_one_contact_by_id_and_by_email(sdk, portal):
    name = portal.record_ids()[4]
    assert sdk.crm.contacts.basic_api.get_by_id(name).id == name
    found = sdk.crm.contacts.basic_api.get_by_id("person4@canary.example", id_property="email")
    assert found.id == name


def test_batch_read_answers_207_with_the_missing_ids(sdk, portal):
    ids = [*portal.record_ids()[:3], "5"]
    body = {"inputs": [{"id": name} for name in ids], "properties": ["region"], "propertiesWithHistory": []}
    answer = sdk.crm.contacts.batch_api.read(body)
    assert answer.num_errors == 1
    assert {contact.id for contact in answer.results} == set(portal.record_ids()[:3])
    assert answer.errors[0].context["ids"] == ["5"]


def test_batch_update_writes_and_search_finds(sdk, portal):
    name = portal.record_ids()[0]
    body = {"inputs": [{"id": name, "properties": {"region": "north"}}]}
    assert sdk.crm.contacts.batch_api.update(body).results[0].properties["region"] == "north"
    search = {"filterGroups": [{"filters": [{"propertyName": "region", "operator": "EQ", "value": "North"}]}]}
    assert sdk.crm.contacts.search_api.do_search(search).total == 0
    portal.clock.advance(4)
    assert sdk.crm.contacts.search_api.do_search(search).results[0].id == name


def test_create_archive_and_erase(sdk, portal):
    made = sdk.crm.contacts.basic_api.create(
        {"properties": {"email": "new@canary.example"}, "associations": []}
    )
    sdk.crm.contacts.basic_api.archive(made.id)
    with pytest.raises(ApiException) as caught:
        sdk.crm.contacts.basic_api.get_by_id(made.id)
    assert caught.value.status == 404
    assert sdk.crm.contacts.basic_api.get_page(archived=True).results[0].archived_at is not None
    erased = portal.record_ids()[0]
    sdk.crm.contacts.basic_api.purge({"objectId": erased})
    assert erased not in {contact.id for contact in sdk.crm.contacts.get_all()}


def test_properties_and_groups(sdk):
    group = PropertyGroupCreate(name="checks", label="Checks", display_order=-1)
    assert sdk.crm.properties.groups_api.create("contacts", group).name == "checks"
    new = PropertyCreate(name="check", label="Check", type="string", field_type="text", group_name="checks")
    assert sdk.crm.properties.core_api.create("contacts", new).modification_metadata.read_only_value is False
    names = {found.name for found in sdk.crm.properties.core_api.get_all("contacts").results}
    assert {"check", "lifecyclestage", "hubspotscore"} <= names
    assert "health_condition" not in names
    with pytest.raises(hubspot.crm.properties.ApiException) as caught:
        sdk.crm.properties.core_api.create("contacts", new)
    assert caught.value.status == 409


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"shoe_size": "44"}, "PROPERTY_DOESNT_EXIST"),
        ({"hs_lead_status": "nonsense"}, "INVALID_OPTION"),
        ({"hubspotscore": "5"}, "READ_ONLY_VALUE"),
        ({"lead_score": "high"}, "INVALID_LONG"),
    ],
)
def test_bad_values_refuse_the_whole_batch(sdk, portal, properties, code):
    first, second = portal.record_ids()[:2]
    body = {
        "inputs": [{"id": first, "properties": {"region": "x"}}, {"id": second, "properties": properties}]
    }
    with pytest.raises(ApiException) as caught:
        sdk.crm.contacts.batch_api.update(body)
    assert caught.value.status == 400
    assert code in caught.value.body
    assert portal.values(first)["region"] == "a"


def test_more_than_a_hundred_inputs_are_refused(sdk, portal):
    body = {"inputs": [{"id": name} for name in portal.record_ids()[:101]], "properties": []}
    with pytest.raises(ApiException) as caught:
        sdk.crm.contacts.batch_api.read({**body, "propertiesWithHistory": []})
    assert caught.value.status == 400
