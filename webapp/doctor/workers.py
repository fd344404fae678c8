"""Who does the jobs: is a worker there, and does anything wait or run for too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from webapp.crms import label
from webapp.doctor.case import Case
from webapp.doctor.result import Result, fine, warning, wrong
from webapp.services import Services
from webapp.store.work_jobs import JobRow
from webapp.viewmodels.jobs import NAMES
from webapp.work.slots import any_alive, is_alive

ABOUT, JOBS = "Worker", "Jobs"
LONG, LATE = timedelta(days=1), timedelta(minutes=10)
START = "Start fairlead serve again, or fairlead worker."


def workers(case: Case) -> Iterator[Result]:
    """Whether one is alive, and how long the oldest job has waited."""
    opened = case.opened
    if opened is None:
        return
    now, jobs = opened.clock(), opened.work.open()
    ready = [job for job in jobs if job.state == "waiting" and job.may_begin(now)]
    alive = any_alive(opened)
    if not alive and ready:
        yield wrong(ABOUT, f"No worker runs, and {_many(len(ready))} for one.", START)
    elif not alive:
        yield warning(ABOUT, "No worker runs: nothing is pulled, and no schedule counts.", START)
    else:
        yield fine(ABOUT, "A worker is at work.")
    for job in jobs:
        yield from _stuck(opened, job, alive=alive)


def _many(count: int) -> str:
    return "a job waits" if count == 1 else f"{count:,} jobs wait"


def _stuck(opened: Services, job: JobRow, *, alive: bool) -> Iterator[Result]:
    now, name = opened.clock(), _name(opened, job)
    if job.state == "running" and not is_alive(opened, job.worker):
        says = f"{name}: its worker has died."
        yield (
            warning(JOBS, says, "Nothing to do: another worker takes it on in a moment.")
            if alive
            else wrong(JOBS, says, START)
        )
    elif job.state == "running" and job.started_at and job.started_at < now - LONG:
        says = f"{name}: it runs since {job.started_at:%Y-%m-%d %H:%M} UTC."
        yield warning(JOBS, says, "Look on the page Jobs how far it is. Cancel it there, and start it again.")
    elif alive and job.state == "waiting" and max(job.asked_at, job.not_before) < now - LATE:
        says = f"{name}: it waits since {job.asked_at:%Y-%m-%d %H:%M} UTC, though a worker runs."
        yield warning(
            JOBS, says, "It waits for another job of its connection, or the worker is stuck: see Jobs."
        )


def _name(opened: Services, job: JobRow) -> str:
    row = opened.repository.connection(job.connection_id)
    return f"{NAMES[job.kind]} ({label(row)})" if row else NAMES[job.kind]
