"""From a fresh connection to the first audit, through the pages alone, at both stand-in CRMs."""

from __future__ import annotations

import html
import json

import pytest

from audit.schema import parse_stream
from connectors.sandbox.fill import contents_for_story
from connectors.sandbox.story import story
from webapp import jobs

CRMS = ("salesforce", "hubspot")


@pytest.fixture(scope="module")
def stories():
    return dict(zip(CRMS, contents_for_story(story(900, 5)), strict=True))


@pytest.fixture
def fresh(support, certificate, stories, tmp_path):
    """Both stand-ins with the generated leads, and nothing connected yet."""
    with support.running(certificate, tmp_path / "data", held=stories.__getitem__) as world:
        yield world


def editor(page: str) -> str:
    return html.unescape(
        page.split('<textarea id="text"', 1)[1].split(">\n", 1)[1].split("</textarea>", maxsplit=1)[0]
    )


# What Salesforce's admin says of fields; no lead is read for it.
METADATA = {
    "EntityDefinition.QualifiedApiName",
    "QualifiedApiName",
    "SecurityClassification",
    "ComplianceGroup",
    "BusinessStatus",
}


def calls(world, crm: str) -> set[str]:
    """The fields that were asked for so far; of HubSpot also every call that could bring a contact."""
    if crm == "salesforce":
        return set(world.salesforce.org.requested) - METADATA
    # Whether deals and leads may be read is asked by the id of no record.
    control = world.hubspot.control
    contacts = {call for call in control.calls if "/objects/" in call and "contacts" in call}
    return contacts | set(control.requested) - {"hs_object_id"}


@pytest.mark.parametrize("crm", CRMS)
def test_the_suggestions_with_one_edit_lead_to_an_audit(fresh, crm):
    browser = fresh.signed_in()
    row = fresh.connect(crm, browser)
    policy_page, stream_page = (f"/connections/{row.id}/{room}" for room in ("policy", "stream"))
    policy = editor(browser.get(policy_page).text)
    assert calls(fresh, crm) == set()
    preview = browser.submit(policy_page, {"action": "preview", "text": policy}).text
    assert "What Fairlead would hold of 3 real leads" in html.unescape(preview)
    saved = {"action": "save", "text": policy, "reason": "The first look at our leads"}
    assert browser.submit(policy_page, saved).status_code == 303
    stream = editor(browser.get(stream_page).text).replace("# threshold = 70", "threshold = 70")
    assert "fills every column" in browser.submit(stream_page, {"action": "check", "text": stream}).text
    assert "Look at the policy first" in browser.get("/").text
    assert browser.submit(stream_page, {"action": "save", "text": stream}).status_code == 303
    assert "Pull now under Jobs reads the leads" in browser.get("/").text
    audit = jobs.sync(fresh.services, row)
    report = json.loads(audit.report)
    assert (report["rows"], audit.pulled.rejected) == (450, {})
    assert audit.pulled.excluded
    measured = {
        (one["metric"], tuple(one["group"])) for one in report["estimates"] if one["value"] is not None
    }
    assert {
        ("selection_rate", ("female",)),
        ("true_positive_rate", ("male",)),
        ("auc", ("female",)),
    } <= measured
    assert f"/audits/{audit.id}" in browser.get("/").text


@pytest.mark.parametrize("crm", CRMS)
def test_before_a_policy_is_saved_the_page_names_what_the_crm_offers(fresh, crm):
    browser = fresh.signed_in()
    row = fresh.connect(crm, browser)
    for room in ("policy", "stream"):
        page = html.unescape(browser.get(f"/connections/{row.id}/{room}").text)
        assert "This is a suggestion to check." in page
        assert "Nothing is read until you save" in page
        assert "the names of your CRM's fields" in page
    assert "Save the policy first." in page
    assert calls(fresh, crm) == set()
    assert fresh.services.repository.policies(row.id) == fresh.services.repository.streams(row.id) == ()


def test_a_crm_that_is_away_leaves_a_minimal_suggestion(fresh):
    browser = fresh.signed_in()
    row = fresh.connect("hubspot", browser)
    browser.submit("/connections", {}, to=f"/connections/{row.id}/disconnect")
    for room in ("policy", "stream"):
        page = browser.get(f"/connections/{row.id}/{room}")
        assert page.status_code == 200
        assert "The CRM could not be asked for its fields: " in page.text
        assert "made from standard names alone" in page.text
    assert "lifecyclestage" in editor(browser.get(f"/connections/{row.id}/policy").text)


def test_a_saved_policy_is_shown_without_asking_the_crm(fresh, stories):
    browser = fresh.signed_in()
    row = fresh.connect("salesforce", browser)
    fresh.services.repository.save_policy(row.id, stories["salesforce"].policy, "Ada")
    fresh.salesforce.close()
    for room in ("policy", "stream"):
        assert "could not be asked" not in browser.get(f"/connections/{row.id}/{room}").text
    text = editor(browser.get(f"/connections/{row.id}/stream").text)
    assert 'The policy also fills: "seniority".' in text
    stream = parse_stream(text)
    assert [one.name for one in stream.attributes] == ["gender", "age", "region"]
