"""The jobs: which are asked for, how far they are, how they ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.store.astray import is_astray
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.job_tables import Job
from webapp.store.repository import Clock, short_id, utc_now

JobKind = Literal[
    "sync",
    "publish",
    "retention",
    "log",
    "key",
    "release",
    "remedies",
    "alert",
    "explain",
    "paper",
    "outcomes",
]
JobState = Literal["waiting", "running", "done", "failed", "cancelled"]
Trouble = Literal["", "input", "refused", "busy", "disk", "defect", "killed"]
OPEN = ("waiting", "running")
STOPPED = "Stopped before its end. Nothing half-written was kept."
KEPT = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One job, as `webapp.store.job_tables.Job` says of each field."""

    id: str
    connection_id: str
    kind: JobKind
    wanted: str
    state: JobState
    who: str
    ended_by: str
    asked_at: datetime
    not_before: datetime
    put_off_at: datetime | None
    handed_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    attempt: int
    tries: int
    starts: int
    worker: str
    mark: str
    step: str
    done: int
    total: int | None
    trouble: Trouble
    told: str

    def may_begin(self, now: datetime) -> bool:
        """Whether it need not wait, or was told to by a clock that was wrong."""
        return self.not_before <= now or is_astray(self.put_off_at or self.asked_at, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A job that somebody asks for.

    ``wanted`` is how much a sync reads, what a release shall be, which experiment or explanation is to be
    made, or of which audit the paper.
    """

    connection_id: str
    kind: JobKind
    who: str
    wanted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a job ended; ``then`` is asked for in the same transaction."""

    state: JobState
    told: str
    trouble: Trouble = ""
    then: Wanted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkJobs:
    """Of all connections. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def ask(self, wanted: Wanted) -> JobRow:
        """The job that does what is wanted: one of its kind that has not ended, or a new one."""
        try:
            with self.database.writing() as session:
                return _row(ask_in(session, wanted, self.clock()))
        except IntegrityError:
            # Somebody asked for the same at the same moment.
            with self.database.writing() as session:
                return _row(ask_in(session, wanted, self.clock()))

    def get(self, job_id: str) -> JobRow | None:
        """One job."""
        with self.database.reading() as session:
            row = session.get(Job, job_id)
            return None if row is None else _row(row)

    def open(self) -> tuple[JobRow, ...]:
        """What waits or runs, oldest first."""
        query = select(Job).where(Job.state.in_(OPEN)).order_by(Job.asked_at, Job.id)
        with self.database.reading() as session:
            return tuple(_row(row) for row in session.scalars(query))

    def is_open(self, connection_id: str, kind: JobKind) -> bool:
        """Whether one of a kind waits or runs."""
        with self.database.reading() as session:
            query = select(Job).filter_by(connection_id=connection_id, kind=kind).where(Job.state.in_(OPEN))
            return session.scalar(query.limit(1)) is not None

    def last(self, connection_id: str, kind: JobKind, wanted: str) -> JobRow | None:
        """The newest job that makes one thing; None where nobody asked for it."""
        query = select(Job).filter_by(connection_id=connection_id, kind=kind, wanted=wanted)
        with self.database.reading() as session:
            row = session.scalar(query.order_by(Job.asked_at.desc(), Job.id).limit(1))
            return None if row is None else _row(row)

    def of(self, connection_id: str, kind: JobKind, limit: int = 20) -> tuple[JobRow, ...]:
        """The jobs of a kind at a connection, the newest first."""
        query = select(Job).filter_by(connection_id=connection_id, kind=kind)
        with self.database.reading() as session:
            rows = session.scalars(query.order_by(Job.asked_at.desc(), Job.id).limit(limit))
            return tuple(_row(row) for row in rows)

    def ended(self, limit: int = 50) -> tuple[JobRow, ...]:
        """What has ended, newest first."""
        query = select(Job).where(Job.state.not_in(OPEN)).order_by(Job.ended_at.desc(), Job.id).limit(limit)
        with self.database.reading() as session:
            return tuple(_row(row) for row in session.scalars(query))

    def handed(self, job: JobRow) -> None:
        """It lies in the queue under the number of its attempt."""
        self._change(job, "waiting", handed_at=self.clock())

    def anew(self, job: JobRow) -> None:
        """Take it out of dead hands: it waits again, under the number of a new attempt."""
        values = {"state": "waiting", "attempt": job.attempt + 1, "handed_at": None, "worker": ""}
        self._change(job, job.state, **values)

    def hasten(self, job: JobRow) -> None:
        """It waits no longer, unless it lies in the queue already: something came that need not wait."""
        known = update(Job).filter_by(id=job.id, attempt=job.attempt, state="waiting", handed_at=None)
        with self.database.writing() as session:
            session.execute(known.where(Job.not_before > self.clock()).values(not_before=self.clock()))

    def begin(self, job_id: str, attempt: int, worker: str) -> JobRow | None:
        """Put it to work; None where it has ended meanwhile, or another attempt counts."""
        with self.database.writing() as session:
            row = session.get(Job, job_id, with_for_update=True)
            if row is None or row.state != "waiting" or row.attempt != attempt:
                return None
            row.state, row.worker, row.starts = "running", worker, row.starts + 1
            row.started_at, row.step, row.done, row.total, row.told = self.clock(), "", 0, None, ""
            return _row(row)

    def mark(self, job: JobRow, mark: str) -> None:
        """Note what the newest result is before it is begun."""
        self._change(job, "running", mark=mark)

    def move(self, job: JobRow, step: str, done: int, total: int | None) -> str:
        """Note how far it is; who wants it to stop, or ""."""
        with self.database.writing() as session:
            row = _running(session, job)
            if row is None:
                return "another worker"
            row.step, row.done, row.total = step, done, total
            return row.ended_by

    def again(self, job: JobRow, at: datetime, told: str, *, tried: bool) -> None:
        """It waits until a moment, where nobody wants it to end; ``tried``: the CRM was asked in vain."""
        with self.database.writing() as session:
            row = _running(session, job)
            if row is None:
                return
            if row.ended_by:
                _end(row, End(state="cancelled", told=STOPPED), self.clock())
                return
            row.state, row.worker, row.attempt = "waiting", "", row.attempt + 1
            row.not_before, row.put_off_at, row.handed_at, row.told = at, self.clock(), None, told
            row.tries, row.starts, row.mark = row.tries + tried, 0, ""

    def end(self, job: JobRow, end: End) -> None:
        """It has ended, and what follows is asked for."""
        now = self.clock()
        with self.database.writing() as session:
            row = _running(session, job)
            if row is None:
                return
            _end(row, end, now)
            if end.then is not None:
                ask_in(session, end.then, now)

    def cancel(self, job_id: str, who: str) -> JobRow | None:
        """End it where it waits, or ask it to stop where it runs; None where it has ended already."""
        with self.database.writing() as session:
            row = session.get(Job, job_id, with_for_update=True)
            if row is None or row.state not in OPEN:
                return None
            row.ended_by = row.ended_by or who
            if row.state == "waiting":
                told = STOPPED if row.started_at else f"Cancelled by {who} before it began."
                _end(row, End(state="cancelled", told=told), self.clock())
            session.add(noted(self.clock(), who, "job cancelled", row.connection_id, f"{row.kind}, {row.id}"))
            return _row(row)

    def forget_old(self) -> None:
        """Let go of what ended long ago."""
        with self.database.writing() as session:
            session.execute(delete(Job).where(Job.ended_at < self.clock() - KEPT))

    def _change(self, job: JobRow, known_state: JobState, **values: object) -> None:
        """Nothing where another attempt counts, or its state is another one already."""
        known = update(Job).filter_by(id=job.id, attempt=job.attempt, state=known_state)
        with self.database.writing() as session:
            session.execute(known.values(**values))


def _running(session: Session, job: JobRow) -> Job | None:
    """The row of this very attempt, held; None where another one counts, or it has ended."""
    row = session.get(Job, job.id, with_for_update=True)
    return row if row is not None and (row.attempt, row.state) == (job.attempt, "running") else None


def _end(row: Job, end: End, now: datetime) -> None:
    row.state, row.told, row.trouble, row.ended_at, row.open_key = end.state, end.told, end.trouble, now, None


def ask_in(session: Session, wanted: Wanted, now: datetime) -> Job:
    """`WorkJobs.ask` inside a transaction that does more than that."""
    key = _open_key(wanted)
    found = session.scalar(select(Job).filter_by(open_key=key))
    if found is not None:
        if found.state == "waiting":
            found.wanted = wanted.wanted or found.wanted
        return found
    row = Job(
        id=short_id(),
        connection_id=wanted.connection_id,
        kind=wanted.kind,
        wanted=wanted.wanted,
        state="waiting",
        open_key=key,
        who=wanted.who,
        asked_at=now,
        not_before=now,
        attempt=1,
    )
    session.add(row)
    detail = ", ".join(word for word in (wanted.kind, wanted.wanted, row.id) if word)
    session.add(noted(now, wanted.who, "job asked for", wanted.connection_id, detail))
    session.flush()
    return row


def has_open(session: Session, wanted: Wanted) -> bool:
    """Whether one that does the same has not ended."""
    return session.scalar(select(Job.id).filter_by(open_key=_open_key(wanted))) is not None


def _open_key(wanted: Wanted) -> str:
    """One job of a kind at a time; releases that differ, and papers of other audits, are not each other."""
    same = f"{wanted.connection_id}/{wanted.kind}"
    return f"{same}/{wanted.wanted}" if wanted.kind in {"release", "paper"} else same


def _row(row: Job) -> JobRow:
    return JobRow(**cast("dict[str, object]", {name: getattr(row, name) for name in JobRow.__slots__}))  # type: ignore[arg-type]
