"""No bulk job of ours stays in the org: not after a lost answer, not after a kill; those of others do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.lake import Lake
from connectors.salesforce import listing, outbound, syncing
from connectors.salesforce.job_notes import JobNotes
from connectors.salesforce.source import SalesforceSource
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.faults import Fault
from connectors.synced import Wish
from tests.connectors.salesforce.syncing import POLICY
from tests.connectors.salesforce.test_publish import flags_for
from tests.connectors.sandbox.bulk_calls import bulk_of
from tests.connectors.subject_salesforce import app_of, connect, keyring_of
from tests.seals import SEALS

WISH = Wish(score="score")


@pytest.fixture(autouse=True)
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bulk jobs for few leads, so that a test takes a moment."""
    monkeypatch.setattr(outbound, "BULK_FROM", 100)
    monkeypatch.setattr(syncing, "BULK", 100)
    monkeypatch.setattr(listing, "BULK", 100)


def started(org: SalesforceStandIn, folder: Path) -> SalesforceSource:
    """A source as a new process has it."""
    return SalesforceSource(
        app_of(org), connect(org), keyring_of(org), pause=lambda _: None, notes=folder / "org.jobs"
    )


class Killed(BaseException):
    """The process ends here."""


def kill(*_: object, **__: object) -> None:
    raise Killed


def test_a_job_whose_answer_was_lost_is_cleared_away_in_the_same_sync(org: SalesforceStandIn, tmp_path: Path):
    org.faults.plan(Fault(kind="truncated", path="/jobs/query", method="POST"))
    done = started(org, tmp_path).sync(Lake(tmp_path, SEALS), POLICY, WISH)
    assert (org.state.jobs.made["query"], done.run.read, done.run.kept) == (2, 500, 495)
    assert org.state.jobs.kept == {}
    assert not (tmp_path / "org.jobs").exists()


def test_a_job_that_a_killed_process_asked_for_is_found_and_those_of_others_stay(
    org: SalesforceStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patched:
        patched.setattr(JobNotes, "came", kill)
        with pytest.raises(Killed):
            started(org, tmp_path).sync(Lake(tmp_path, SEALS), POLICY, WISH)
    (orphan,) = org.state.jobs.kept
    # Another app with the same user, in the same second.
    other = bulk_of(org).query("SELECT Id, LastName FROM Lead").json()["id"]
    assert (tmp_path / "org.jobs").exists()
    done = started(org, tmp_path).sync(Lake(tmp_path, SEALS), POLICY, WISH)
    assert (done.run.read, done.run.kept) == (500, 495)
    assert orphan != other
    assert set(org.state.jobs.kept) == {other}
    assert not (tmp_path / "org.jobs").exists()


def test_a_comparison_that_was_killed_goes_on_with_its_job(
    org: SalesforceStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    started(org, tmp_path).sync(Lake(tmp_path, SEALS), POLICY, WISH)
    org.org.clock.advance(3600)
    lost = org.record_ids()[3]
    del org.org.leads[lost]
    asked = org.state.jobs.made["query"]
    with monkeypatch.context() as patched:
        patched.setattr(listing, "_whole", kill)
        patched.setattr(listing.QueryJob, "delete", lambda _: None)
        with pytest.raises(Killed):
            started(org, tmp_path).sync(
                Lake(tmp_path, SEALS), POLICY, Wish(score="score", wanted="reconcile")
            )
    # The changes of the window, then the comparison.
    assert (org.state.jobs.made["query"], len(org.state.jobs.kept)) == (asked + 2, 2)
    done = started(org, tmp_path).sync(Lake(tmp_path, SEALS), POLICY, Wish(score="score", wanted="reconcile"))
    assert (done.kind, done.removed, done.whole.read) == ("reconcile", 1, 499)
    assert (org.state.jobs.made["query"], org.state.jobs.kept) == (asked + 2, {})


def test_an_open_ingest_job_of_a_lost_answer_is_cleared_away(org: SalesforceStandIn, tmp_path: Path):
    org.faults.plan(Fault(kind="truncated", path="/jobs/ingest", method="POST"))
    receipt = started(org, tmp_path).publish(flags_for(org, 450))
    assert (org.state.jobs.made["ingest"], receipt.written) == (2, 450)
    assert org.state.jobs.kept == {}


def test_an_open_ingest_job_of_a_killed_process_is_cleared_away_and_an_older_one_is_not(
    org: SalesforceStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    body = {"object": "Lead", "operation": "update", "contentType": "CSV"}
    other = bulk_of(org).call("POST", "/jobs/ingest", json=body).json()["id"]
    org.state.jobs.kept[other].created -= timedelta(minutes=10)
    with monkeypatch.context() as patched:
        patched.setattr(JobNotes, "came", kill)
        with pytest.raises(Killed):
            started(org, tmp_path).publish(flags_for(org, 450))
    assert len(org.state.jobs.kept) == 2
    assert started(org, tmp_path).publish(flags_for(org, 450)).written == 450
    assert set(org.state.jobs.kept) == {other}


def test_notes_of_another_version_are_no_fault(tmp_path: Path):
    path = tmp_path / "jobs"
    for text in ("", "{}", "[1]", '[{"number": 1}]', "null"):
        path.write_text(text)
        assert JobNotes(path).open() == ()
