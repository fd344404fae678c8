"""The unmodified hubspot-api-client on the rest of a portal: every answer must fit its models."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests
from hubspot.crm.contacts import ApiException
from hubspot.crm.exports import ApiException as ExportsException
from hubspot.crm.objects.leads import ApiException as LeadsException
from hubspot.oauth import ApiException as OauthException

from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.hubspot.faults import Fault
from tests.connectors.sandbox.hubspot_client import EVERY_SCOPE, client_of
from tests.connectors.subject_hubspot import contents, some

WON = {"dealname": "A", "dealstage": "closedwon", "pipeline": "default", "closedate": "2026-05-01T00:00:00Z"}


@pytest.fixture
def portal():
    with HubSpotStandIn(contents(some(60)), seed=3) as open_portal:
        open_portal.control.search_maximum = 1_000
        yield open_portal


@pytest.fixture(params=["v3", "dated"])
def sdk(portal, request):
    return client_of(portal, portal.token(*EVERY_SCOPE), request.param)


def spec(number):
    return [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]


def test_history_is_newest_first_and_begins_with_the_import(sdk, portal):
    name = portal.record_ids()[0]
    portal.clock.advance(60)
    sdk.crm.contacts.basic_api.update(name, {"properties": {"region": "north"}})
    found = sdk.crm.contacts.basic_api.get_by_id(name, properties_with_history=["region", "lead_score"])
    region = found.properties_with_history["region"]
    assert [(one.value, one.source_type) for one in region] == [("north", "INTEGRATION"), ("a", "IMPORT")]
    assert region[1].timestamp == datetime(2026, 3, 1, tzinfo=UTC)
    assert [one.value for one in found.properties_with_history["lead_score"]] == ["0"]
    body = {"inputs": [{"id": name}], "properties": [], "propertiesWithHistory": ["region"]}
    assert len(sdk.crm.contacts.batch_api.read(body).results[0].properties_with_history["region"]) == 2
    ids = [{"id": one} for one in portal.record_ids()[:51]]
    with pytest.raises(ApiException) as caught:
        sdk.crm.contacts.batch_api.read({**body, "inputs": ids})
    assert caught.value.status == 400


def test_a_deal_is_won_by_its_stage_and_belongs_to_a_contact(sdk, portal):
    contact = portal.record_ids()[0]
    deal = sdk.crm.deals.basic_api.create(
        {"properties": WON, "associations": [{"to": {"id": contact}, "types": spec(3)}]}
    )
    names = ["hs_is_closed_won", "dealstage"]
    found = sdk.crm.deals.basic_api.get_by_id(deal.id, properties=names)
    assert found.properties["hs_is_closed_won"] == "true"
    sdk.crm.deals.basic_api.update(deal.id, {"properties": {"dealstage": "closedlost"}})
    found = sdk.crm.deals.basic_api.get_by_id(deal.id, properties=names)
    assert found.properties["hs_is_closed_won"] == "false"
    page = sdk.crm.contacts.basic_api.get_page(limit=2, associations=["deals"])
    assert page.results[0].associations["deals"].results[0].id == deal.id
    assert page.results[0].associations["deals"].results[0].type == "contact_to_deal"
    assert page.results[1].associations is None
    stages = {stage.id: stage for stage in sdk.crm.pipelines.pipelines_api.get_all("deals").results[0].stages}
    assert stages["closedwon"].metadata == {"isClosed": "true", "probability": "1.0"}


@pytest.mark.parametrize("as_text", [False, True])
def test_associations_of_many_page_by_record_and_name_those_without(sdk, portal, as_text):
    portal.control.association_page, portal.control.association_ids_as_text = 2, as_text
    first, second = portal.record_ids()[:2]
    deals = [portal.desk.create("deals", WON, [("contacts", first, ())]) for _ in range(5)]
    seen, body = [], {"inputs": [{"id": first}, {"id": second}]}
    while body["inputs"]:
        answer = sdk.crm.associations.v4.batch_api.get_page("contacts", "deals", body)
        seen += [str(one.to_object_id) for one in answer.results[0].to]
        assert answer.results[0].to[0].association_types[0].type_id == 4
        errors = getattr(answer, "errors", None) or []
        assert [one.sub_category for one in errors] == (
            ["crm.associations.NO_ASSOCIATIONS_FOUND"] if len(body["inputs"]) == 2 else []
        )
        paging = answer.results[0].paging
        body = {"inputs": [{"id": first, "after": paging.next.after}] if paging else []}
    assert seen == deals
    one = sdk.crm.associations.v4.basic_api.get_page("contacts", first, "deals", limit=3)
    assert (len(one.results), one.paging.next.after) == (3, deals[3])


def test_a_lead_has_one_primary_contact_and_goes_with_it(sdk, portal):
    first, second = portal.record_ids()[:2]
    with pytest.raises(LeadsException):
        sdk.crm.objects.leads.basic_api.create({"properties": {"hs_lead_name": "L"}, "associations": []})
    lead = sdk.crm.objects.leads.basic_api.create(
        {
            "properties": {"hs_lead_name": "L", "hs_lead_label": "HOT"},
            "associations": [
                {"to": {"id": first}, "types": spec(578)},
                {"to": {"id": second}, "types": spec(608)},
            ],
        }
    )
    body = {"inputs": [{"id": lead.id}]}
    found = sdk.crm.associations.v4.batch_api.get_page("leads", "contacts", body).results[0].to
    types = {str(one.to_object_id): {kind.type_id for kind in one.association_types} for one in found}
    assert types == {first: {578, 608}, second: {608}}
    sdk.crm.contacts.basic_api.archive(first)
    assert sdk.crm.objects.leads.basic_api.get_page().results == []
    assert sdk.crm.objects.leads.basic_api.get_page(archived=True).results[0].id == lead.id


def test_leads_are_for_portals_that_bought_them(sdk, portal):
    portal.control.tier = "starter"
    with pytest.raises(LeadsException) as caught:
        sdk.crm.objects.leads.basic_api.get_page()
    assert (caught.value.status, "MISSING_SCOPES" in caught.value.body) == (403, True)


def test_a_merged_id_leads_to_the_winner(sdk, portal):
    winner, loser = portal.record_ids()[:2]
    portal.desk.change("contacts", loser, {"company": "Acme"})
    deal = portal.desk.create("deals", WON, [("contacts", loser, ())])
    merged = sdk.crm.contacts.basic_api.merge({"primaryObjectId": winner, "objectIdToMerge": loser})
    assert merged.id == winner
    found = sdk.crm.contacts.basic_api.get_by_id(loser, properties=["company", "hs_merged_object_ids"])
    assert (found.id, found.properties["company"]) == (winner, "Acme")
    assert found.properties["hs_merged_object_ids"] == loser
    body = {"inputs": [{"id": loser}], "properties": [], "propertiesWithHistory": []}
    assert [one.id for one in sdk.crm.contacts.batch_api.read(body).results] == [winner]
    assert loser not in {one.id for one in sdk.crm.contacts.get_all()}
    linked = sdk.crm.associations.v4.basic_api.get_page("contacts", winner, "deals").results
    assert [str(one.to_object_id) for one in linked] == [deal]


def test_an_export_takes_its_time_and_its_address_dies(sdk, portal):
    wanted = {
        "exportType": "VIEW",
        "exportName": "all",
        "format": "CSV",
        "language": "EN",
        "objectType": "CONTACT",
        "objectProperties": ["email", "lifecyclestage"],
        "exportInternalValuesOptions": ["NAMES", "VALUES"],
    }
    task = sdk.crm.exports.public_exports_api.start(wanted)
    states = [sdk.crm.exports.public_exports_api.get_status(task.id) for _ in range(2)]
    assert [one.status for one in states] == ["PROCESSING", "COMPLETE"]
    rows = requests.get(states[1].result, timeout=5).text.splitlines()
    assert rows[0] == "Record ID,email,lifecyclestage"
    assert [row.split(",")[0] for row in rows[1:]] == list(portal.record_ids())
    portal.clock.advance(301)
    assert requests.get(states[1].result, timeout=5).status_code == 403
    portal.control.export_polls = 1
    for _ in range(29):
        sdk.crm.exports.public_exports_api.get_status(sdk.crm.exports.public_exports_api.start(wanted).id)
    with pytest.raises(ExportsException) as caught:
        sdk.crm.exports.public_exports_api.start(wanted)
    assert caught.value.status == 429


def test_batches_that_fail_in_part(sdk, portal):
    portal.control.partial_updates = True
    first, second = portal.record_ids()[:2]
    inputs = [
        {"id": first, "properties": {"region": "x"}},
        {"id": second, "properties": {"hs_lead_status": "nonsense"}, "objectWriteTraceId": "t2"},
    ]
    answer = sdk.crm.contacts.batch_api.update({"inputs": inputs})
    assert [one.id for one in answer.results] == [first]
    assert answer.errors[0].context == {"ids": [second], "objectWriteTraceId": ["t2"]}
    made = [
        {"properties": {"email": "a@canary.example"}, "associations": []},
        {"properties": {"nothing": "x"}, "associations": []},
    ]
    answer = sdk.crm.contacts.batch_api.create({"inputs": made})
    assert (len(answer.results), answer.num_errors) == (1, 1)


def test_upsert_changes_or_makes(sdk, portal):
    inputs = [
        {"id": "person1@canary.example", "idProperty": "email", "properties": {"region": "u"}},
        {"id": "new@canary.example", "idProperty": "email", "properties": {"region": "u"}},
    ]
    answer = sdk.crm.contacts.batch_api.upsert({"inputs": inputs})
    assert [one.new for one in answer.results] == [False, True]
    assert portal.values(answer.results[1].id)["email"] == "new@canary.example"
    with pytest.raises(ApiException) as caught:
        sdk.crm.contacts.basic_api.create({"properties": {"email": "new@canary.example"}, "associations": []})
    assert caught.value.status == 409


def test_nothing_is_made_of_a_batch_with_a_bad_record(sdk, portal):
    made = [
        {"properties": {"email": "a@canary.example"}, "associations": []},
        {"properties": {"nothing": "x"}, "associations": []},
    ]
    with pytest.raises(ApiException) as caught:
        sdk.crm.contacts.batch_api.create({"inputs": made})
    assert caught.value.status == 400
    assert len(portal.record_ids()) == 60


def test_a_token_is_looked_up_and_renewed(portal):
    sdk = client_of(portal, "x", "v3")
    grant = portal.accounts._issue(EVERY_SCOPE, None)
    about = sdk.oauth.access_tokens_api.get(grant["access_token"])
    assert (about.hub_id, about.user_id) == (int(portal.organisation), grant["user_id"])
    again = sdk.oauth.tokens_api.create(
        grant_type="refresh_token",
        client_id=portal.client_id,
        client_secret=portal.client_secret,
        refresh_token=grant["refresh_token"],
    )
    assert (again.token_type, again.expires_in, again.refresh_token) == (
        "bearer",
        1800,
        grant["refresh_token"],
    )
    sdk.oauth.refresh_tokens_api.archive(grant["refresh_token"])
    with pytest.raises(OauthException) as caught:
        sdk.oauth.refresh_tokens_api.get(grant["refresh_token"])
    assert caught.value.status == 404


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 414, 423, 429, 477, 500, 502, 503, 504, 524])
def test_every_refusal_is_an_exception_with_its_status(sdk, portal, status):
    portal.control.plan(Fault(status=status, path="/contacts"))
    with pytest.raises(ApiException) as caught:
        sdk.crm.contacts.basic_api.get_page()
    assert caught.value.status == status
    assert caught.value.headers["X-HubSpot-Correlation-Id"]
    assert (caught.value.headers["Content-Type"] == "text/html;charset=utf-8") is (
        status in {414, 502, 504, 524}
    )
