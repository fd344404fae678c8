"""Bulk API 2.0 jobs: their states, which time and polls move on, and what a client is told of them.

Source: developer.salesforce.com, api_asynch, bulk_api_2_0 (query_create_job, create_job).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from connectors.sandbox.salesforce.clock import Clock, rest_datetime
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.record_ids import make_id
from connectors.sandbox.salesforce.soql_run import Json
from connectors.sandbox.salesforce.users import User

LIFETIME = timedelta(days=7)
FINAL = frozenset({"JobComplete", "Failed", "Aborted"})


@dataclass(slots=True, kw_only=True)
class BulkSettings:
    """How bulk jobs behave.

    A queued job starts at the first poll, and is done once ``delay`` seconds of the stand-in's clock have
    passed and it was polled ``polls`` times. ``page`` is the server's own number of rows on a result page.
    """

    delay: float = 0.0
    polls: int = 1
    page: int = 25_000
    daily_jobs: int = 10_000


class Work(Protocol):
    """What a job does, in two steps, so that an aborted one has done a part."""

    def start(self) -> None:
        """Begin. Raises ValueError with the platform's words where the job fails."""
        ...

    @property
    def ready(self) -> bool:
        """Whether what was begun is done, so that it can finish."""
        ...

    def finish(self) -> None:
        """Do the rest. Raises ValueError likewise."""
        ...


@dataclass(slots=True, kw_only=True)
class Job:
    """One bulk job. ``fate`` is set by a planned fault: "stuck" never ends, "failed" fails half-way."""

    id: str
    kind: str
    about: Json
    version: str
    user: User
    created: datetime
    state: str
    work: Work
    changed: datetime
    polls: int = 0
    queued: datetime | None = None
    fate: str = ""
    error: str = ""

    def described(self) -> Json:
        """What both kinds tell of themselves."""
        told: Json = {
            "id": self.id,
            **self.about,
            "createdById": self.user.id,
            "createdDate": rest_datetime(self.created),
            "systemModstamp": rest_datetime(self.changed),
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version.removeprefix("v")),
        }
        return told

    def move(self, state: str, now: datetime) -> None:
        """Enter a state."""
        self.state, self.changed = state, now
        if state == "UploadComplete":
            self.queued = now


@dataclass(slots=True, kw_only=True)
class Jobs:
    """The bulk jobs of one org."""

    clock: Clock
    settings: BulkSettings = field(default_factory=BulkSettings)
    kept: dict[str, Job] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(62**3))

    def add(self, job: Job) -> Job:
        """Keep a new job. Raises ApiError 400 where the day's jobs are used up."""
        self.made[job.kind] = self.made.get(job.kind, 0) + 1
        if self.made[job.kind] > self.settings.daily_jobs:
            raise ApiError(400, "EXCEEDEDQUOTA", f"Too many {job.kind} jobs in the last 24 hours")
        self.kept[job.id] = job
        return job

    def new(self, kind: str, user: User, version: str, about: Json, work: Work) -> Job:
        """A job that is not kept yet."""
        now = self.clock.now()
        return Job(
            id=make_id("750", next(self._numbers)),
            kind=kind,
            about=about,
            version=version,
            user=user,
            created=now,
            changed=now,
            state="Open",
            work=work,
        )

    def of(self, user: User, kind: str) -> list[Job]:
        """A user's jobs of a kind, newest last."""
        return [job for job in self.kept.values() if job.user is user and job.kind == kind]

    def find(self, job_id: str, user: User, kind: str) -> Job:
        """A user's own job, moved on as far as time allows. Raises ApiError 404."""
        job = next((found for found in self.of(user, kind) if job_id in {found.id, found.id[:15]}), None)
        if job is None or job.created + LIFETIME <= self.clock.now():
            raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")
        return job

    def poll(self, job: Job) -> None:
        """Move a job on: queued, in progress, done; one state at a poll at most while polls are asked for."""
        job.polls += 1
        now = self.clock.now()
        if job.state == "UploadComplete":
            self._attempt(job, job.work.start, "InProgress")
        if job.state == "InProgress" and self._due(job, now) and job.work.ready:
            self._attempt(job, job.work.finish, "JobComplete")

    def _due(self, job: Job, now: datetime) -> bool:
        """Whether time, polls and fate let a job that runs come to its end."""
        waited = job.queued is not None and now >= job.queued + timedelta(seconds=self.settings.delay)
        return waited and job.polls > self.settings.polls and job.fate != "stuck"

    def _attempt(self, job: Job, step: Callable[[], None], after: str) -> None:
        if job.fate == "failed" and after == "JobComplete":
            job.error = "InternalServerError : An unexpected error occurred. Please include this ErrorId"
        else:
            job.error = _error_of(step)
        job.move("Failed" if job.error else after, self.clock.now())

    def abort(self, job: Job) -> None:
        """End a job that still runs. Raises ApiError 400 for one that ended."""
        if job.state in FINAL:
            raise wrong_state(job, "aborted")
        job.move("Aborted", self.clock.now())

    def delete(self, job: Job) -> None:
        """Forget a job that ended. Raises ApiError 400 for one that still runs."""
        if job.state not in FINAL:
            raise wrong_state(job, "deleted")
        del self.kept[job.id]


def _error_of(step: Callable[[], None]) -> str:
    try:
        step()
    except ValueError as error:
        return str(error)
    return ""


def wrong_state(job: Job, deed: str) -> ApiError:
    """What an operation that the job's state does not allow answers."""
    return ApiError(400, "INVALIDJOBSTATE", f"Job in state {job.state} cannot be {deed}")
