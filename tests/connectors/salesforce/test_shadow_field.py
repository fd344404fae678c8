"""The shadow score in its field of the Lead: what stands there and should not, and cannot go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from connectors.salesforce.batches import Batches
from connectors.salesforce.ingest import Ingest
from connectors.salesforce.source import SalesforceSource
from connectors.salesforce.update import Update
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.source import ShadowReceipt
from tests.connectors.salesforce.test_flag_fields import change, prefixed
from tests.connectors.salesforce.test_publish import FLAG, flags_for, writes

FIELD = "Fairness_Shadow_Score__c"


def shadow_for(org: SalesforceStandIn, count: int, score: float = 41.2345):
    return {key: score + place for place, key in enumerate(flags_for(org, count))}


def held(org: SalesforceStandIn) -> list[float]:
    return [row[FIELD] for row in org.org.leads.values() if row.get(FIELD) is not None]


def test_a_call_of_a_killed_run_that_lands_late_is_put_right(
    org: SalesforceStandIn, source: SalesforceSource, monkeypatch: pytest.MonkeyPatch
):
    """The switch went off meanwhile; the call of the run before still writes a score behind our listing."""
    source.publish(flags_for(org), (), shadow_for(org, 3))
    late, write = org.record_ids()[7], Batches.write

    def landing(self: Batches, updates: Sequence[Update]):
        done = write(self, updates)
        if any(update.shadow == "cleared" for update in updates) and late not in {
            update.record_id for update in updates
        }:
            org.org.leads[late] = {**org.org.leads[late], FIELD: 12.5}
        return done

    monkeypatch.setattr(Batches, "write", landing)
    receipt = source.publish(flags_for(org))
    assert held(org) == []
    assert receipt.shadow == ShadowReceipt(written=0, cleared=4, unchanged=0)


def test_a_bulk_job_carries_it_too(org, source, monkeypatch):
    monkeypatch.setattr("connectors.salesforce.outbound.BULK_FROM", 100)
    jobs, write = [], Ingest.write
    monkeypatch.setattr(Ingest, "write", lambda self, rows: (jobs.append(len(rows)), write(self, rows))[1])
    told = shadow_for(org, 450)
    receipt = source.publish(flags_for(org), (), told)
    assert (jobs, receipt.shadow) == ([500], ShadowReceipt(written=450, cleared=0, unchanged=0))
    assert held(org) == list(told.values())
    before = writes(org)
    assert source.publish(flags_for(org), (), told).shadow == ShadowReceipt(
        written=0, cleared=0, unchanged=450
    )
    assert (writes(org), len(jobs)) == (before, 1)
    assert source.publish(flags_for(org)).shadow == ShadowReceipt(written=0, cleared=450, unchanged=0)
    assert held(org) == []


def test_scores_that_may_not_be_taken_away_are_counted_with_the_mend(org, source):
    source.publish(flags_for(org), (), shadow_for(org, 3))
    change(org, FIELD.lower(), {"updateable": False})
    (note,) = source.publish(flags_for(org)).notes
    assert note.startswith(
        f"3 leads still hold a shadow score: {FIELD} may not be edited by the connected user."
    )
    change(org, FIELD.lower(), {"updateable": True})
    assert source.publish(flags_for(org)).shadow == ShadowReceipt(written=0, cleared=3, unchanged=0)
    change(org, FIELD.lower(), {"updateable": False})
    assert source.publish(flags_for(org)).notes == ()


def test_without_a_shadow_score_nobody_misses_the_field(org, source):
    org.org.hide_field(FIELD)
    receipt = source.publish(flags_for(org))
    assert (receipt.notes, receipt.shadow) == ((), None)


def test_the_field_of_a_managed_package_is_found_and_one_of_few_decimals_is_not_written_anew(org, source):
    change(org, FIELD.lower(), {"scale": 1})
    told = shadow_for(org, 3)
    assert source.publish(flags_for(org), (), told).shadow.written == 3
    assert held(org) == [41.2, 42.2, 43.2]
    assert source.publish(flags_for(org), (), told).shadow.unchanged == 3
    org.org.objects["Lead"] = prefixed(org.org.objects["Lead"])
    newer = replace(FLAG, audit_id="A-18")
    assert source.publish(flags_for(org, 500, newer), (), told).shadow.written == 3
    assert org.org.leads[org.record_ids()[0]][f"fair__{FIELD}"] == 41.2
