"""The kinds of jobs: what each does, and how one that was killed knows that its result is in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from audit.finding import SEVERITIES
from audit.schema import BadInput
from webapp import decisions, experiments, explanations, jobs, kept_papers, release_jobs
from webapp.alerts import sending
from webapp.alerts.noticing import WHO
from webapp.decision_opening import place_of
from webapp.gap_watch import telling
from webapp.key_rotation import rotate
from webapp.language import marked
from webapp.pulling import Progress
from webapp.services import Services
from webapp.store.rows import AuditRow, ConnectionRow
from webapp.store.work_jobs import JobKind, JobRow
from webapp.viewmodels.writeback import told as told_receipt

KINDS_OF_SYNC: Mapping[str, jobs.Wanted] = MappingProxyType({"full": "full", "reconcile": "reconcile"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One job at one connection, and whom to tell how far it is."""

    opened: Services
    connection: ConnectionRow
    job: JobRow
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a kind of job is done.

    ``run`` does it and returns a sentence. ``newest`` names the newest result there is: a job that was
    killed and finds another one than before it began does not do it again. None: twice does no harm.
    ``after_the_end`` says that it needs nothing that ends with the connection.
    """

    run: Callable[[Task], str]
    newest: Callable[[Task], str] | None = None
    after_the_end: bool = False


def _sync(task: Task) -> str:
    wanted = KINDS_OF_SYNC.get(task.job.wanted, "")
    return told_audit(jobs.sync(task.opened, task.connection, task.progress, wanted=wanted))


def told_audit(audit: AuditRow) -> str:
    """What a pull brought, in a sentence."""
    counts = [f"{audit.severities[one]} {one}" for one in reversed(SEVERITIES) if audit.severities.get(one)]
    pulled = audit.pulled
    found = ", ".join(counts) or "none"
    return f"{pulled.kept:,} of {pulled.read:,} leads are held and audited. Findings: {found}."


def _newest_audit(task: Task) -> str:
    """A sync of another kind than the wanted one is none."""
    audit, done = (
        task.opened.repository.latest_audit(task.connection.id),
        task.opened.syncs.latest(task.connection.id),
    )
    wanted = KINDS_OF_SYNC.get(task.job.wanted)
    if audit is None or (task.job.mark and wanted and done and done.synced.kind != wanted):
        return task.job.mark or "none"
    return audit.id


def _publish(task: Task) -> str:
    return " ".join(told_receipt(jobs.publish(task.opened, task.connection, task.progress)))


def _newest_receipt(task: Task) -> str:
    receipt = task.opened.repository.latest_receipt(task.connection.id)
    return receipt.made_at.isoformat() if receipt else "none"


def _retention(task: Task) -> str:
    applied = jobs.expire(task.opened, task.connection, task.progress)
    return (
        "Leads stay: no age is set for them." if applied is None else "Leads that were too old are deleted."
    )


def _log(task: Task) -> str:
    task.progress(marked("Verifying the decision log"), 0, None)
    if not place_of(task.opened, task.connection).exists():
        return "There is no decision log yet; the first pull begins one."
    found = decisions.check(task.opened, task.connection)
    if not found.sound:
        msg = (
            f"the decision log is not as it was written: {found.faults[0].sentence}. Find out who may write "
            "into the data folder, and keep a copy of it"
        )
        raise BadInput(msg)
    return f"The decision log is as it was written: {found.entries:,} entries."


def _key(task: Task) -> str:
    number = rotate(task.opened, task.connection, task.job.who, task.progress)
    return f"Generation {number} of the key is in force. Everything has moved on."


def _generation(task: Task) -> str:
    return str(task.opened.keys.generation(task.connection.id))


def _release(task: Task) -> str:
    """The ledger knows what a job got, and so what it need not do twice."""
    return release_jobs.do(task.opened, task.connection, task.job, task.progress)


def _remedies(task: Task) -> str:
    """What is kept under its id is not worked out again."""
    return experiments.do(task.opened, task.connection, task.job, task.progress)


def _alert(task: Task) -> str:
    """What was sent is not sent again; what failed is, where a person asks for it."""
    if task.job.who != WHO:
        task.opened.alerting.messages.revive(task.connection.id)
    return sending.do(task.opened, task.connection, task.progress)


def _explain(task: Task) -> str:
    """What is kept under its id is not worked out again."""
    return explanations.do(task.opened, task.connection, task.job, task.progress)


def _paper(task: Task) -> str:
    """The same audit gives the same bytes, and they are kept once."""
    return kept_papers.do(task.opened, task.job, task.progress)


def _outcomes(task: Task) -> str:
    """A quarter that was told is not told again."""
    return telling.do(task.opened, task.connection, task.job.who, task.progress)


KINDS: Mapping[JobKind, Kind] = MappingProxyType(
    {
        "sync": Kind(run=_sync, newest=_newest_audit),
        "publish": Kind(run=_publish, newest=_newest_receipt),
        "retention": Kind(run=_retention),
        "log": Kind(run=_log),
        "key": Kind(run=_key, newest=_generation),
        "release": Kind(run=_release),
        "remedies": Kind(run=_remedies),
        "alert": Kind(run=_alert),
        "explain": Kind(run=_explain),
        "paper": Kind(run=_paper, after_the_end=True),
        "outcomes": Kind(run=_outcomes),
    }
)
