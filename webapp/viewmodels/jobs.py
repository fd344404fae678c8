"""What is told of jobs: words, times, and how far they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from webapp.release_jobs import LOOK, epsilon_of
from webapp.store.work_jobs import JobKind, JobRow, JobState, Trouble
from webapp.viewmodels.words import moment
from webapp.work.schedules import SCHEDULE

NAMES: Mapping[JobKind, str] = {
    "sync": "Pull and audit",
    "publish": "Write back",
    "retention": "Delete old leads",
    "log": "Verify the decision log",
    "key": "Rotate the key",
    "release": "Share figures",
}
WANTED: Mapping[str, str] = {"full": "every lead", "reconcile": "with a comparison of every lead"}
MENDS: Mapping[Trouble, str] = {
    "input": "Mend what the sentence names, then start it again.",
    "refused": "Mend it in the CRM or on the connections page, then start it again.",
    "busy": "The CRM was busy each time. Nothing is lost. Start it again later.",
    "disk": "Mend the machine, then start it again.",
    "defect": "Start it again; if it comes back, report it with the lines of the log.",
    "killed": "Give the server more memory, or look into its log.",
}
BADGES: Mapping[JobState, tuple[str, str]] = {
    "waiting": ("waiting", "Waits"),
    "running": ("running", "Runs"),
    "done": ("done", "Done"),
    "failed": ("failed", "Failed"),
    "cancelled": ("not_connected", "Cancelled"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """One job: what, where, how it stands, since when and who asked; ``share`` is in percent."""

    id: str
    connection_id: str
    kind: JobKind
    name: str
    where: str
    badge: tuple[str, str]
    state: JobState
    when: str
    who: str
    told: str
    mend: str = ""
    step: str = ""
    share: int | None = None
    stopping: bool = False
    wanted: str = ""


def line(job: JobRow, where: str, now: datetime) -> JobLine:
    """What to tell of a job of the connection named ``where``."""
    extra = _extra(job)
    return JobLine(
        id=job.id,
        connection_id=job.connection_id,
        kind=job.kind,
        name=f"{NAMES[job.kind]}, {extra}" if extra else NAMES[job.kind],
        where=where,
        badge=BADGES[job.state],
        state=job.state,
        when=_when(job, now),
        who="the schedule" if job.who == SCHEDULE else job.who,
        told=_told(job),
        mend=MENDS.get(job.trouble, "") if job.state == "failed" else "",
        step=_step(job) if job.state == "running" else "",
        share=_share(job),
        stopping=job.state == "running" and bool(job.ended_by),
        wanted=job.wanted,
    )


def _extra(job: JobRow) -> str:
    if job.kind != "release":
        return WANTED.get(job.wanted, "")
    epsilon = epsilon_of(job.wanted)
    if epsilon is not None:
        return f"with noise, epsilon {epsilon:g}"
    return "a look at what would leave" if job.wanted == LOOK else "small counts hidden"


def _told(job: JobRow) -> str:
    return f"{job.told} ({job.ended_by})" if job.state == "cancelled" and job.started_at else job.told


def _when(job: JobRow, now: datetime) -> str:
    if job.state == "waiting":
        return f"not before {moment(job.not_before)}" if job.not_before > now else "next"
    if job.state == "running":
        return f"since {moment(job.started_at)}" if job.started_at else ""
    return moment(job.ended_at) if job.ended_at else ""


def _step(job: JobRow) -> str:
    if not job.step:
        return "It begins"
    if job.total:
        return f"{job.step}: {job.done:,} of {job.total:,}"
    return f"{job.step}: {job.done:,} so far" if job.done else job.step


def _share(job: JobRow) -> int | None:
    if job.state != "running" or not job.total:
        return None
    return min(100, round(100 * job.done / job.total))


def started(job: JobRow) -> str:
    """What to say when a job was asked for."""
    return LOOKING if (job.kind, job.wanted) == ("release", LOOK) else STARTED[job.kind]


LOOKING = "What would leave is being worked out. It will be on the page Share figures; nothing leaves."
STARTED: Mapping[JobKind, str] = {
    "sync": "The pull is on its way.",
    "publish": "The write-back is on its way.",
    "retention": "Leads that are too old will be deleted in a moment.",
    "log": "The decision log will be verified in a moment.",
    "key": "The key will be rotated in a moment.",
    "release": "The release is being worked out. It will be in the list of what left.",
}
