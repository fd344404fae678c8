"""How far a job is, written down now and then; the same write learns whether somebody wants it to stop."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from audit.schema import BadInput
from webapp.store.work_jobs import JobRow, WorkJobs

BETWEEN_SECONDS = 2.0


class Cancelled(BadInput):
    """Somebody wants the job to end."""


class Stopping(BadInput):
    """The worker ends; the job waits for the next one."""


@dataclass(slots=True, kw_only=True)
class Watched:
    """The progress of one job: a write when a new step begins, and one in two seconds inside a step."""

    jobs: WorkJobs
    job: JobRow
    stop: threading.Event
    between: float = BETWEEN_SECONDS
    _step: str = ""
    _at: float = 0.0

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Note a step in words, and how much of it is done.

        Raises
        ------
        Stopping
            The worker was told to end.
        Cancelled
            Somebody cancelled the job, or it is another worker's by now.
        """
        if self.stop.is_set():
            msg = "the server was told to stop; the job goes on by itself when it is back"
            raise Stopping(msg)
        if step == self._step and time.monotonic() - self._at < self.between:
            return
        self._step, self._at = step, time.monotonic()
        if who := self.jobs.move(self.job, step, done, total):
            msg = f"stopped by {who}"
            raise Cancelled(msg)
