"""Flags by Bulk API 2.0: every row is accounted for, whatever becomes of the job."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Busy
from connectors.salesforce import ingest, outbound
from connectors.salesforce.ingest_csv import cell, results, written_csv
from connectors.salesforce.oauth import refresh
from connectors.salesforce.source import SalesforceSource
from connectors.salesforce.update import Update
from connectors.sandbox.certificate import Certificate
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.faults import Fault
from connectors.source import Receipt
from tests.connectors.salesforce.conftest import LEADS
from tests.connectors.salesforce.test_publish import FLAG, adds_up, counts, flags_for
from tests.connectors.subject_salesforce import (
    MemoryGrants,
    app_of,
    connect,
    contents,
    keyring_of,
    source_of,
)


@pytest.fixture(autouse=True)
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Bulk job for few leads, so that a test takes a moment."""
    monkeypatch.setattr(outbound, "BULK_FROM", 100)


def flagged(org: SalesforceStandIn) -> list[str | None]:
    """The status of each lead in the org."""
    return [row.get("Fairness_Status__c") for row in org.org.leads.values()]


def jobs(org: SalesforceStandIn) -> int:
    """How many ingest jobs were made."""
    return org.state.jobs.made.get("ingest", 0)


def test_many_flags_go_by_one_job_that_is_taken_away(org: SalesforceStandIn, source: SalesforceSource):
    receipt = counts(source.publish(flags_for(org, 450)))
    assert receipt == Receipt(listed=500, written=450, cleared=0, unchanged=0, unknown=50, failed={})
    assert flagged(org) == ["review"] * 450 + [None] * 50
    assert (jobs(org), org.state.jobs.kept) == (1, {})
    again = counts(source.publish(flags_for(org, 450)))
    assert (again.written, again.unchanged, jobs(org)) == (0, 450, 1)


def test_a_job_empties_the_fields_of_leads_that_left_the_audit(
    org: SalesforceStandIn, source: SalesforceSource
):
    source.publish(flags_for(org))
    receipt = source.publish(flags_for(org, 300))
    assert (receipt.cleared, receipt.unchanged, jobs(org)) == (200, 300, 2)
    for row in list(org.org.leads.values())[300:]:
        assert not [name for name in row if name.startswith("Fairness_") and row[name] is not None]


def test_below_the_limit_no_job_is_made(org: SalesforceStandIn, source: SalesforceSource):
    assert source.publish(flags_for(org, 99)).written == 99
    assert jobs(org) == 0


def test_rows_beyond_one_job_go_by_the_next(
    org: SalesforceStandIn, source: SalesforceSource, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbound, "JOB", 200)
    receipt = source.publish(flags_for(org))
    assert (receipt.written, jobs(org)) == (500, 3)
    assert flagged(org) == ["review"] * 500


def test_what_the_org_refuses_in_a_job_is_counted_by_its_code(
    org: SalesforceStandIn, source: SalesforceSource
):
    ids = org.record_ids()
    org.org.leads[ids[1]] = {**org.org.leads[ids[1]], "IsConverted": True}
    org.org.leads[ids[2]] = {**org.org.leads[ids[2]], "IsConverted": True}
    org.org.switches.validation = lambda row: "No: a,\n b" if row["LastName"] == "Canary3" else None
    receipt = source.publish(flags_for(org))
    assert (receipt.converted, receipt.failed) == (2, {"FIELD_CUSTOM_VALIDATION_EXCEPTION": 1})
    assert receipt.written == 497
    assert adds_up(receipt)


def test_locked_rows_of_a_job_are_tried_again_five_times_in_all(
    org: SalesforceStandIn, source: SalesforceSource
):
    ids = org.record_ids()
    org.org.switches.locked.update({ids[4]: 2, ids[5]: 99})
    receipt = source.publish(flags_for(org))
    assert (receipt.written, receipt.failed) == (499, {"UNABLE_TO_LOCK_ROW": 1})
    assert org.org.switches.locked[ids[5]] == 99 - 5
    assert adds_up(receipt)


def test_our_job_does_not_reassign_leads(org: SalesforceStandIn, source: SalesforceSource):
    org.org.switches.assignment_owner = org.org.admin.id
    source.publish(flags_for(org))
    assert {row["OwnerId"] for row in org.org.leads.values()} == {org.org.rep.id}


@pytest.mark.parametrize("path", ["", "/batches", "successfulResults", "failedResults", "unprocessed"])
@pytest.mark.parametrize(
    "kind", ["expire", "reset", "unavailable", "server_error", "cut", "concurrent_limit", "unauthorized_html"]
)
def test_a_fault_anywhere_in_a_job_loses_and_doubles_no_row(
    org: SalesforceStandIn, source: SalesforceSource, kind: str, path: str
):
    org.faults.plan(Fault(kind=kind, at=2 if not path else 1, path=f"jobs/ingest{path and '/'}"))
    org.faults.plan(Fault(kind=kind, path=path or "ingest"))
    receipt = source.publish(flags_for(org))
    assert (receipt.written, receipt.failed) == (500, {})
    assert flagged(org) == ["review"] * 500
    assert any(fault.times == 0 for fault in org.faults.planned)
    assert all(job.state in {"Open", "Aborted"} for job in org.state.jobs.kept.values())


def test_results_that_leave_a_row_out_are_read_again(org: SalesforceStandIn, source: SalesforceSource):
    org.faults.plan(Fault(kind="truncated_csv", path="successfulResults"))
    receipt = source.publish(flags_for(org))
    assert (receipt.written, receipt.failed) == (500, {})


def test_a_row_that_no_result_speaks_of_is_not_confirmed_and_found_by_the_next_write_back(
    org: SalesforceStandIn, source: SalesforceSource
):
    org.faults.plan(Fault(kind="truncated_csv", path="successfulResults", times=None))
    receipt = source.publish(flags_for(org))
    assert (receipt.written, receipt.failed) == (499, {"NOT_CONFIRMED": 1})
    assert adds_up(receipt)
    org.faults.clear()
    assert counts(source.publish(flags_for(org))).unchanged == 500


def test_a_job_that_fails_half_way_tells_what_it_did_not_come_to(
    org: SalesforceStandIn, source: SalesforceSource
):
    org.faults.plan(Fault(kind="failed_job", path="jobs/ingest", method="POST"))
    receipt = source.publish(flags_for(org))
    assert (receipt.written, receipt.failed) == (250, {"UNPROCESSED": 250})
    assert flagged(org).count("review") == 250
    after = source.publish(flags_for(org))
    assert (after.written, after.unchanged) == (250, 250)


def test_a_job_that_never_ends_is_stopped_and_taken_away(org: SalesforceStandIn, source: SalesforceSource):
    org.faults.plan(Fault(kind="stuck_job", path="jobs/ingest", method="POST"))
    with pytest.raises(Busy, match="publish again, which writes the rest"):
        source.publish(flags_for(org))
    assert org.state.jobs.kept == {}
    assert counts(source.publish(flags_for(org))).unchanged + flagged(org).count(None) >= 250
    assert flagged(org) == ["review"] * 500


def test_an_org_without_bulk_jobs_is_written_by_collections(org: SalesforceStandIn, source: SalesforceSource):
    org.state.jobs.settings.daily_jobs = 0
    receipt = source.publish(flags_for(org))
    assert (receipt.written, receipt.failed) == (500, {})
    assert any("took no Bulk job (EXCEEDEDQUOTA)" in note for note in receipt.notes)


def test_a_field_that_disappears_under_way_is_counted_and_nothing_else_is_hidden(
    org: SalesforceStandIn, source: SalesforceSource, monkeypatch: pytest.MonkeyPatch
):
    made = ingest.Ingest._made

    def gone(job: ingest.Ingest) -> str:
        org.org.hide_field("Fairness_Reason__c")
        return made(job)

    monkeypatch.setattr(ingest.Ingest, "_made", gone)
    receipt = source.publish(flags_for(org))
    assert receipt.failed == {"INVALID_FIELD": 500}
    assert any("took no Bulk job (InvalidBatch)" in note for note in receipt.notes)
    assert adds_up(receipt)
    assert set(flagged(org)) == {None}


def test_a_token_that_another_worker_renews_during_a_job_costs_nothing(
    org: SalesforceStandIn, source: SalesforceSource, grants: MemoryGrants
):
    app, fetched = app_of(org), ingest.Ingest._state

    def renewed(job: ingest.Ingest, job_id: str) -> ingest.Job:
        """Between two looks at the job, somebody else renews: ours is no longer valid."""
        org.state.grants.expire_all()
        grants.renew(grants.load(), lambda stale: refresh(app, stale))
        return fetched(job, job_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest.Ingest, "_state", renewed)
        receipt = source.publish(flags_for(org))
    assert (receipt.written, receipt.failed) == (500, {})
    assert grants.renewals >= 2


def test_a_clean_up_that_fails_does_not_fail_the_write_back(org: SalesforceStandIn, source: SalesforceSource):
    org.faults.plan(Fault(kind="api_disabled", path="jobs/ingest", method="DELETE", times=None))
    assert source.publish(flags_for(org)).written == 500


def test_a_job_that_a_killed_run_left_is_waited_for(org: SalesforceStandIn, source: SalesforceSource):
    """Else it would write its older flags over ours."""
    source.publish(flags_for(org))
    older = replace(FLAG, audit_id="OLD")
    left = ingest.Ingest(gateway=source._gateway, names=("Fairness_Audit_Id__c",), pause=lambda _: None)
    rows = [
        Update(record_id=one, values={"Fairness_Audit_Id__c": older.audit_id}) for one in org.record_ids()
    ]
    left._uploaded(written_csv(rows, left.names))
    newest = replace(FLAG, audit_id="NEW")
    receipt = source.publish(flags_for(org, flag=newest))
    assert receipt.written == 500
    for job in [*org.state.jobs.kept.values()] * 5:
        org.state.jobs.poll(job)
    assert {row["Fairness_Audit_Id__c"] for row in org.org.leads.values()} == {"NEW"}


def test_an_earlier_job_that_never_ends_is_told(org: SalesforceStandIn, source: SalesforceSource):
    org.faults.plan(Fault(kind="stuck_job", path="jobs/ingest", method="POST"))
    left = ingest.Ingest(gateway=source._gateway, names=(), pause=lambda _: None)
    left._uploaded(written_csv([Update(record_id=org.record_ids()[0], values={})], ()))
    with pytest.raises(Busy, match="an earlier Bulk job"):
        source.publish(flags_for(org))


def test_from_two_thousand_changes_on_it_is_a_job(
    certificate: Certificate, closing: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.undo()
    org = SalesforceStandIn(contents(LEADS * 5), certificate, seed=8).start()
    source = source_of(org, connect(org))
    receipts = [source.publish(flags_for(org, count)) for count in (1_999, 2_500)]
    assert ([receipt.written for receipt in receipts], jobs(org)) == ([1_999, 501], 0)
    assert source.publish({}).cleared == 2_500
    assert jobs(org) == 1
    assert set(flagged(org)) == {None}
    closing.submit(org.close)


def test_columns_stand_in_a_fixed_order_and_nothing_is_blank():
    rows = [
        Update(record_id="00Q1", values={"B__c": None, "A__c": 'say "no",\nthen'}),
        Update(record_id="00Q2", values={"A__c": 1.5, "B__c": "x"}),
    ]
    assert written_csv(rows, ("A__c", "B__c")).decode() == (
        '"Id","A__c","B__c"\n"00Q1","say ""no"",\nthen","#N/A"\n"00Q2","1.5","x"\n'
    )


@given(
    st.lists(st.tuples(st.none() | st.text(max_size=20), st.none() | st.floats(allow_nan=False)), max_size=8)
)
def test_what_is_written_as_csv_is_read_back_as_it_was(rows: list[tuple[str | None, float | None]]):
    updates = [
        Update(record_id=f"00Q{n:015}", values={"B__c": number, "A__c": text})
        for n, (text, number) in enumerate(rows)
    ]
    made = written_csv(updates, ("A__c", "B__c")).decode(errors="surrogatepass")
    head, *read = csv.reader(io.StringIO(made, newline=""), strict=True)
    assert head == ["Id", "A__c", "B__c"]
    assert [tuple(row) for row in read] == [
        (one.record_id, cell(one.values["A__c"]), cell(one.values["B__c"])) for one in updates
    ]
    assert not [value for row in read for value in row if value == ""]


def test_results_are_read_through_line_ends_inside_cells_and_in_any_pieces():
    text = (
        '"sf__Id","sf__Error","Id"\n"00QAAAAAAAAAAAAAAA","X_Y:a\nb\u2028c:--","1"\n"","UNABLE:--","00QBBBBBBBBBBBB"\n'
    ).encode()
    expected = [("00QAAAAAAAAAAAA", "X_Y"), ("00QBBBBBBBBBBBB", "UNABLE")]
    for size in (1, 2, 7, 1000):
        assert list(results(text[at : at + size] for at in range(0, len(text), size))) == expected


def test_the_master_key_decides_which_lead_a_flag_is_for(org: SalesforceStandIn, source: SalesforceSource):
    other = replace(keyring_of(org), master=bytes(32))
    flags = {other.lead_key(one): FLAG for one in org.record_ids()}
    assert counts(source.publish(flags)).unknown == 500
