"""No raw identifier anywhere past the connectors (DESIGN: the privacy boundary, proved)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests

from audit.report.json_form import read_json
from tests.journey.canaries import MARK, found, ids_of_answers, traces
from webapp.demo.browser import AdminBrowser
from webapp.demo.home import ADMIN
from webapp.demo.leads import example_lead

ATTRIBUTES = ("small town", "suburb", "female", "nonbinary")


@pytest.fixture(scope="module")
def needles(story_world) -> tuple[str, ...]:
    """The canary mark and every record id of both orgs, 15 and 18 characters where there are two forms."""
    world, _, _ = story_world
    salesforce = world.salesforce.record_ids()
    told = ids_of_answers(world.salesforce.org)
    halves = (record_id[:15] for record_id in salesforce)
    return (MARK, *salesforce, *halves, *world.hubspot.record_ids(), *told)


@pytest.fixture(scope="module")
def signed_in(story_world) -> AdminBrowser:
    world, _, _ = story_world
    browser = AdminBrowser(url=world.url)
    browser.sign_in(ADMIN, world.home.password())
    return browser


def pages(browser: AdminBrowser) -> Iterator[tuple[str, bytes]]:
    """Every page that can be reached by links, and what they download.

    But for PDFs: their text is packed, so that nothing would be found in it; each is made from a page that is
    looked at.
    """
    seen, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = browser.session.get(browser.url + path, timeout=30)
        assert answer.status_code == 200, path
        yield path, answer.content
        if answer.headers["Content-Type"].startswith("text/html"):
            links = re.findall(r'href="(/[^"#]*)"', answer.text)
            waiting += [one for one in links if not one.startswith("/static") and not one.endswith("/pdf")]


def test_the_stand_ins_really_hold_the_canaries(story_world):
    world, _, _ = story_world
    for crm in ("salesforce", "hubspot"):
        assert MARK in requests.get(example_lead(world, crm).page, timeout=10).text


def answered_on_the_card(world):
    """An answer through HubSpot's own proxy, so that it is among what is stored."""
    card, lead = world.hubspot.card_url, example_lead(world, "hubspot").page.rpartition("/")[2]
    record = {"objectId": int(lead), "objectTypeId": "0-1"}

    def told(name, body):
        asked = {"url": card.replace("/card", name), "method": "POST", "body": {**record, **body}}
        return requests.post(f"{world.hubspot.api_url}/__card/fetch", json=asked, timeout=30).json()["body"]

    panel = told("/card", {})
    answer = told("/answer", {"verdict": "review", "auditId": panel["audit_id"]})
    assert (answer["state"], told("/card", {})["answer"]) == ("kept", "review")


def test_nothing_stored_holds_a_raw_identifier(story_world, needles):
    world, _, _ = story_world
    answered_on_the_card(world)
    services = world.services
    seals = [services.lake.seals(row.crm, row.organisation) for row in services.repository.connections()]
    files = list(traces(world.home.data, *seals))
    assert any(name.endswith(".parquet") for name, _ in files)
    assert any(name.endswith(".db") for name, _ in files)
    assert found(iter(files), needles) == []


def test_no_page_or_download_holds_a_raw_identifier(signed_in, needles):
    shown = list(pages(signed_in))
    kinds = {path.rsplit("/", 1)[-1] for path, _ in shown}
    assert {"audit.json", "report.html", "metrics.csv", "policy", "answers"} <= kinds
    assert found(iter(shown), needles) == []


def test_no_log_line_holds_a_raw_identifier(story_world, needles):
    _, _, log = story_world
    assert found(iter([("log", "\n".join(log).encode())]), needles) == []


def test_no_address_called_in_salesforce_holds_a_raw_identifier(story_world, needles):
    world, _, _ = story_world
    called = "\n".join(world.salesforce.state.asked)
    assert "/query" in called
    assert found(iter([("addresses", called.encode())]), needles) == []


def test_a_preview_of_live_records_holds_no_raw_identifier(story_world, signed_in, needles):
    world, outcomes, _ = story_world
    for outcome in outcomes:
        path = f"/connections/{outcome.audit.connection_id}/policy"
        policy = world.services.repository.policy(outcome.audit.connection_id)
        shown = signed_in.submit(path, path, {"text": policy.text, "action": "preview"})
        assert shown.status_code == 200
        assert "city" in shown.text or "suburb" in shown.text or "small town" in shown.text
        assert found(iter([(path, shown.content)]), needles) == []


def test_what_is_written_back_names_no_attribute_and_no_group(story_world):
    world, _, _ = story_world
    texts = [*world.salesforce.written_back(), *world.hubspot.written_back()]
    assert len(texts) > 1_000
    whole = " ".join(texts).lower()
    assert not [word for word in (*ATTRIBUTES, "region", "gender", "zip") if word in whole]


def test_nothing_that_we_send_to_write_names_an_attribute_a_group_or_a_finding(story_world):
    world, outcomes, _ = story_world
    sent = [(path, body) for path, body in world.salesforce.state.received if "/jobs/query" not in path]
    assert any("/composite/sobjects" in path for path, _ in sent)
    assert any("/Fairness_Finding__c/" in path for path, _ in sent)
    whole = "\n".join(f"{path}\n{body.decode()}" for path, body in sent).lower()
    report = read_json(outcomes[0].audit.report)
    assert report.findings
    names = {name for one in report.estimates for name in (*one.attribute, *one.group)}
    assert {"region", "small town"} <= names
    needles = {*names, *ATTRIBUTES, *(one.id for one in report.findings)}
    assert not [one for one in needles if re.search(rf"\b{re.escape(one.lower())}\b", whole)]
    assert found(iter([("sent", whole.encode())]), (MARK,)) == []


def test_the_org_holds_a_record_of_each_finding_that_calls_for_attention(story_world):
    world, outcomes, _ = story_world
    report = read_json(outcomes[0].audit.report)
    wanted = sorted(one.severity for one in report.findings if one.severity != "info")
    rows = world.salesforce.org.records["Fairness_Finding__c"].values()
    assert sorted(str(row["Severity__c"]) for row in rows) == wanted != []


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_a_failing_pull_tells_nothing_personal(story_world, needles, crm, capfd):
    from connectors.errors import ConnectorError
    from webapp import jobs

    world, _, log = story_world
    standin = world.salesforce if crm == "salesforce" else world.hubspot
    connection = world.services.repository.connection_for(crm, standin.organisation)
    before = world.services.repository.latest_audit(connection.id)
    standin.break_down()
    try:
        with pytest.raises(ConnectorError) as trouble:
            jobs.sync(world.services, connection)
    finally:
        standin.recover()
    told = "\n".join([str(trouble.value), *capfd.readouterr(), *log])
    assert found(iter([("error", told.encode())]), needles) == []
    assert world.services.repository.latest_audit(connection.id) == before
    world.services.repository.set_state(connection.id, "connected")
