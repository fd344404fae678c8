"""Does the jobs that wait, at once and in this process."""

from __future__ import annotations

from webapp.services import Services
from webapp.store.work_jobs import JobRow
from webapp.work.attempt import Bench


def work_off(opened: Services) -> tuple[JobRow, ...]:
    """Every job that waits after its next attempt, the oldest first."""
    waiting = [job for job in opened.work.open() if job.state == "waiting"]
    for job in waiting:
        Bench(opened=opened, worker="worker-1").attempt(job.id, job.attempt)
    return tuple(row for job in waiting if (row := opened.work.get(job.id)) is not None)
