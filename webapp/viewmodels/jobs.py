"""What is told of jobs: words, times, and how far they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from webapp.language import decimal, gettext, marked, shortest
from webapp.release_jobs import LOOK, epsilon_of
from webapp.store.work_jobs import JobKind, JobRow, JobState, Trouble
from webapp.viewmodels.words import moment
from webapp.work.schedules import SCHEDULE

NAMES: Mapping[JobKind, str] = {
    "sync": marked("Pull and audit"),
    "publish": marked("Write back"),
    "retention": marked("Delete old leads"),
    "log": marked("Verify the decision log"),
    "key": marked("Rotate the key"),
    "release": marked("Share figures"),
    "remedies": marked("Try remedies"),
    "alert": marked("Send alerts"),
    "explain": marked("Explain the score"),
    "paper": marked("Make a report's PDF"),
    "outcomes": marked("Audit outcomes"),
}
WANTED: Mapping[str, str] = {
    "full": marked("every lead"),
    "reconcile": marked("with a comparison of every lead"),
}
MENDS: Mapping[Trouble, str] = {
    "input": marked("Mend what the sentence names, then start it again."),
    "refused": marked("Mend it in the CRM or on the connections page, then start it again."),
    "busy": marked("The CRM was busy each time. Nothing is lost. Start it again later."),
    "disk": marked("Mend the machine, then start it again."),
    "defect": marked("Start it again; if it comes back, report it with the lines of the log."),
    "killed": marked("Give the server more memory, or look into its log."),
}
BADGES: Mapping[JobState, tuple[str, str]] = {
    "waiting": ("waiting", marked("Waits")),
    "running": ("running", marked("Runs")),
    "done": ("done", marked("Done")),
    "failed": ("failed", marked("Failed")),
    "cancelled": ("not_connected", marked("Cancelled")),
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
    name, extra, (kind, words) = gettext(NAMES[job.kind]), _extra(job), BADGES[job.state]
    return JobLine(
        id=job.id,
        connection_id=job.connection_id,
        kind=job.kind,
        name=f"{name}, {extra}" if extra else name,
        where=where,
        badge=(kind, gettext(words)),
        state=job.state,
        when=_when(job, now),
        who=gettext("the schedule") if job.who == SCHEDULE else job.who,
        told=_told(job),
        mend=gettext(MENDS.get(job.trouble, "")) if job.state == "failed" else "",
        step=_step(job) if job.state == "running" else "",
        share=_share(job),
        stopping=job.state == "running" and bool(job.ended_by),
        wanted=job.wanted,
    )


def _extra(job: JobRow) -> str:
    if job.kind in {"remedies", "explain", "paper"}:
        return ""
    if job.kind != "release":
        return gettext(WANTED.get(job.wanted, ""))
    epsilon = epsilon_of(job.wanted)
    if epsilon is not None:
        return gettext("with noise, epsilon %(epsilon)s", epsilon=shortest(epsilon))
    return gettext("a look at what would leave") if job.wanted == LOOK else gettext("small counts hidden")


def _told(job: JobRow) -> str:
    return f"{job.told} ({job.ended_by})" if job.state == "cancelled" and job.started_at else job.told


def _when(job: JobRow, now: datetime) -> str:
    if job.state == "waiting":
        next_one = job.may_begin(now)
        return gettext("next") if next_one else gettext("not before %(at)s", at=moment(job.not_before))
    if job.state == "running":
        return gettext("since %(at)s", at=moment(job.started_at)) if job.started_at else ""
    return moment(job.ended_at) if job.ended_at else ""


def _step(job: JobRow) -> str:
    if not job.step:
        return gettext("It begins")
    step, done = gettext(job.step), decimal(job.done)
    if job.kind == "remedies" and job.total:
        return gettext(
            "Remedy %(done)s of %(total)s: %(step)s",
            step=step,
            done=decimal(job.done + 1),
            total=decimal(job.total),
        )
    if job.kind in {"explain", "paper"} and job.total:
        return gettext(
            "Step %(done)s of %(total)s: %(step)s",
            step=step,
            done=decimal(job.done + 1),
            total=decimal(job.total),
        )
    if job.total:
        return gettext("%(step)s: %(done)s of %(total)s", step=step, done=done, total=decimal(job.total))
    return gettext("%(step)s: %(done)s so far", step=step, done=done) if job.done else step


def _share(job: JobRow) -> int | None:
    if job.state != "running" or not job.total:
        return None
    return min(100, round(100 * job.done / job.total))


def started(job: JobRow) -> str:
    """What to say when a job was asked for."""
    looks = (job.kind, job.wanted) == ("release", LOOK)
    return gettext(LOOKING) if looks else gettext(STARTED[job.kind])


LOOKING = marked(
    "What would leave is being worked out. It will be on the page Share figures; nothing leaves."
)
STARTED: Mapping[JobKind, str] = {
    "sync": marked("The pull is on its way."),
    "publish": marked("The write-back is on its way."),
    "retention": marked("Leads that are too old will be deleted in a moment."),
    "log": marked("The decision log will be verified in a moment."),
    "key": marked("The key will be rotated in a moment."),
    "release": marked("The release is being worked out. It will be in the list of what left."),
    "remedies": marked("The remedies are being tried. What comes of it will be on this page."),
    "alert": marked("The alerts are being sent."),
    "explain": marked("The score is being explained. What comes of it will be on this page."),
    "paper": marked("The PDF is being made. It will be offered on this page."),
    "outcomes": marked("The outcomes will be audited in a moment."),
}
