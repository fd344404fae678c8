"""A HubSpot connection is kept up to date by the same job; the auditor reads what HubSpot tells of scores."""

from __future__ import annotations

import json
from dataclasses import replace

from connectors.hubspot.scopes import DEALS, LEADS, REQUIRED, SCORING
from connectors.sandbox.hubspot.scoring import ScoringRule
from webapp import jobs
from webapp.viewmodels.synced import sentences


def told(crms):
    """A connected portal that tells the rules of its score, which look at an attribute of the audit."""
    row = crms.ready("hubspot")
    crms.hubspot.control.token_seconds = 10**9
    scopes = (*REQUIRED, DEALS, LEADS, SCORING)
    grants = crms.services.grants(row.id)
    grants.save(
        replace(grants.load(), access_token=crms.hubspot.token(*scopes), scopes=scopes, expires_at=None)
    )
    rules = [ScoringRule(property="home_region", points={"city": 5}, group="Place")]
    crms.hubspot.desk.publish_score(9, "Fit score", "lead_score_x", rules)
    return row


def test_the_second_sync_reads_what_changed(crms):
    row = told(crms)
    crms.hubspot.desk.stamp_all("contacts", "2026-03-01T00:00:00Z")
    jobs.sync(crms.services, row)
    lead = crms.hubspot.record_ids()[3]
    crms.hubspot.control.index_seconds = 0
    crms.hubspot.desk.change("contacts", lead, {"home_region": "moved"})
    audit = jobs.sync(crms.services, row)
    done = crms.services.syncs.latest(row.id).synced
    assert (done.kind, done.run.read, done.changed) == ("incremental", 1, 1)
    assert audit.pulled.read == 240
    assert sentences(done)[0] == "Only what changed since the last sync was read."


def test_the_rules_behind_the_score_are_evidence_and_their_change_audits_everything_anew(crms):
    row = told(crms)
    first = jobs.sync(crms.services, row)
    warnings = json.loads(first.report)["warnings"]
    (direct,) = [one for one in warnings if one["code"] == "direct_use"]
    assert "look at region directly (property home_region, in Place)" in direct["text"]
    assert crms.services.syncs.latest(row.id).synced.rules.fields == {"home_region"}
    crms.hubspot.clock.advance(60)
    rules = [ScoringRule(property="won", points={"true": 5})]
    crms.hubspot.desk.publish_score(9, "Fit score", "lead_score_x", rules)
    second = jobs.sync(crms.services, row)
    done = crms.services.syncs.latest(row.id).synced
    assert second.id != first.id
    assert done.kind == "full"
    assert "the rules of the score Fit score were changed" in sentences(done)[0]
    assert not [one for one in json.loads(second.report)["warnings"] if one["code"] == "direct_use"]


def test_the_auditor_sees_direct_use_beside_the_proxies_and_the_dashboard_what_was_not_read(crms):
    row = told(crms)
    audit = jobs.sync(crms.services, row)
    crms.hubspot.control.lead_scoring = "forbidden"
    browser = crms.signed_in()
    page = browser.get(f"/audits/{audit.id}").text
    proxies = page[page.index('id="proxies"') :]
    assert "look at region directly" in proxies
    jobs.sync(crms.services, row)
    assert "HubSpot does not tell by which rules the score is made" in browser.get("/").text
