"""A sync of Salesforce by the job: which kind it was, why, and the account of all that is held."""

from __future__ import annotations

import json

import pytest

from connectors.errors import Refused
from connectors.sandbox.salesforce import org_deeds
from connectors.sandbox.salesforce.faults import Fault
from webapp import jobs
from webapp.viewmodels.synced import sentences


def test_the_second_sync_reads_what_changed_and_audits_everything(crms):
    row, org = crms.ready("salesforce"), crms.salesforce.org
    org.clock.advance(3_600)
    first = jobs.sync(crms.services, row)
    org.clock.advance(3_600)
    ids = crms.salesforce.record_ids()
    org_deeds.change(org, ids[1], {"Opted_Out__c": True})
    org_deeds.delete(org, "Lead", ids[2])
    second = jobs.sync(crms.services, row)
    done = crms.services.syncs.latest(row.id).synced
    assert (done.kind, done.run.read, done.removed) == ("incremental", 1, 1)
    assert (first.pulled.read, second.pulled.read) == (240, 239)
    assert second.pulled.excluded == {"Opted_Out__c": 5}
    report = json.loads(second.report)
    assert (report["rows"], report["kept"], report["excluded"]) == (239, 234, 5)
    assert len(crms.services.repository.flags(row.id)) == 234
    kinds = [one.synced.kind for one in crms.services.syncs.all(row.id)]
    assert kinds == ["incremental", "full"]


def test_what_was_asked_for_is_done(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    for wanted in ("full", "reconcile"):
        jobs.sync(crms.services, row, wanted=wanted)
        assert crms.services.syncs.latest(row.id).synced.kind == wanted


def test_a_sync_that_breaks_off_is_no_sync_and_no_verdict(crms):
    row = crms.ready("salesforce")
    before = jobs.sync(crms.services, row)
    crms.salesforce.faults.plan(Fault(kind="api_disabled", times=None, path="/query"))
    with pytest.raises(Refused):
        jobs.sync(crms.services, row)
    assert len(crms.services.syncs.all(row.id)) == 1
    assert crms.services.repository.latest_audit(row.id) == before


def test_a_disconnect_in_the_middle_of_a_sync_erases_what_was_read(crms):
    row = crms.ready("salesforce")

    def leave(step: str, done: int, _total: int | None) -> None:
        if step == "Pulling leads" and not done:
            crms.services.repository.set_state(row.id, "disconnected")

    with pytest.raises(Refused, match="was disconnected"):
        jobs.sync(crms.services, row, leave)
    assert not crms.services.lake.holds("salesforce", row.organisation)


def test_the_score_before_the_outcome_is_audited(crms, support):
    row, org = crms.ready("salesforce"), crms.salesforce.org
    repository = crms.services.repository
    policy = repository.policy(row.id).text
    dated = '\n[[rule]]\nfield = "ConvertedDate"\noperator = "coarsen"\nby = "day"\ncolumn = "outcome_at"\n'
    repository.save_policy(row.id, policy + dated, "Ada")
    names = 'outcome_at = "outcome_at"\nscored_at = "scored_at"\nfeatures = []'
    repository.save_stream(row.id, support.STREAM.replace("features = []", names), "Ada")
    first = json.loads(jobs.sync(crms.services, row).report)
    means = [one["value"] for one in first["estimates"] if one["metric"] == "mean_score" and one["group"]]
    before = max(means) + 0.01
    ids = crms.salesforce.record_ids()
    for lead in ids[:30]:
        org_deeds.convert(org, lead)
    org.clock.advance(3 * 86_400)
    for lead in ids[:30]:
        org_deeds.change(org, lead, {"Score__c": 100.0})
    audit = jobs.sync(crms.services, row)
    report = json.loads(audit.report)
    assert report["rows"] == 240
    contaminated = [one for one in report["warnings"] if one["code"] == "contaminated_score"]
    assert not contaminated
    means = [one["value"] for one in report["estimates"] if one["metric"] == "mean_score" and one["group"]]
    assert means
    assert max(means) < before


def test_the_sentences_of_a_sync_add_up(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    told = sentences(crms.services.syncs.latest(row.id).synced)
    assert told[0] == "Everything was read: it is the first sync."
    assert told[1].replace("\N{NO-BREAK SPACE}", " ") == (
        "This sync read 240 leads = 236 kept + 0 rejected + 4 excluded."
    )
