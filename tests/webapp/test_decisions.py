"""The decision log of a connection, through syncs of both stand-in CRMs over HTTP."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from connectors.decisions.chain import lines_in
from webapp import decisions, jobs

CRMS = ("salesforce", "hubspot")


def rescore(crms, crm, at: int, score: float) -> object:
    """Give one lead another score; returns its key."""
    record_id = getattr(crms, crm).record_ids()[at]
    if crm == "salesforce":
        leads = crms.salesforce.org.leads
        leads[record_id] = {**leads[record_id], "Score__c": score}
    else:
        crms.hubspot.desk.change("contacts", record_id, {"lead_score_x": score})
    return record_id


def forward(crms, crm, **delta: float) -> None:
    if crm == "salesforce":
        crms.salesforce.clock.forward(timedelta(**delta))
    else:
        crms.hubspot.clock.forward(timedelta(**delta))


@pytest.mark.parametrize("crm", CRMS)
def test_a_sync_logs_every_score_once(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    lake = crms.services.lake.read(row.crm, row.organisation)
    scored = sum(score is not None for score in lake["score"].to_pylist())
    found = decisions.check(crms.services, row, contents=True)
    assert found.sound, found.faults
    assert found.entries == scored > 200
    jobs.sync(crms.services, row)
    assert decisions.check(crms.services, row, contents=True).entries == scored
    key, score, region = (lake[name][7].as_py() for name in ("lead_key", "score", "region"))
    (entry,) = decisions.history_of(crms.services, row, decisions.LeadKey(bytes.fromhex(key)))
    assert (entry.score, entry.source, entry.way) == (score, crm, "pull")
    assert entry.features is not None
    assert entry.features["region"] == region
    assert entry.policy_version == crms.services.repository.policy(row.id).version
    assert entry.scored_at
    assert entry.seen_at
    place = decisions.place_of(crms.services, row)
    kinds = [json.loads(line)["record"]["kind"] for line in lines_in(place)]
    assert kinds == ["begin", "entries"]
