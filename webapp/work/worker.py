"""A worker: hands what waits to the queue, takes jobs out of dead hands, and asks for what falls due."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from webapp.alerts.noticing import notice_all
from webapp.defects import frames
from webapp.services import Services
from webapp.store.work_jobs import JobRow
from webapp.work import due, queue
from webapp.work.attempt import Bench
from webapp.work.slots import is_alive, slot

LOG = logging.getLogger(__name__)
ROUND_SECONDS = 1.0
# How long an attempt may be handed over and not begun before it is looked after.
PATIENCE = timedelta(seconds=30)
ENDING_SECONDS = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One at work. `round` is called again and again."""

    bench: Bench
    running: queue.Running

    def round(self) -> None:
        """One look at everything; trouble of one look is no reason to end."""
        try:
            due.ask(self.bench.opened)
            taken = set[str]()
            for job in self.bench.opened.work.open():
                if self._look_after(job, free=job.connection_id not in taken):
                    taken.add(job.connection_id)
            notice_all(self.bench.opened)
        except Exception as error:  # noqa: BLE001 - the database may be away for a while
            LOG.warning("The worker could not look for work; it tries again:\n%s", frames(error))

    def _look_after(self, job: JobRow, *, free: bool) -> bool:
        """Hand it over, or take it back; whether it takes its connection: one job of each at a time."""
        if job.state == "waiting" and job.handed_at is None:
            if not free or not job.may_begin(self.bench.opened.clock()):
                return False
            self.running.put(job.id, job.attempt)
            self.bench.opened.work.handed(job)
        elif self._is_lost(job):
            self.bench.opened.work.anew(job)
        return True

    def _is_lost(self, job: JobRow) -> bool:
        """Whether nobody does it: its worker is dead, or this one knows nothing of it, or no queue does."""
        if (job.id, job.attempt) in self.bench.held:
            return False
        if job.state == "running":
            return job.worker == self.bench.worker or not is_alive(self.bench.opened, job.worker)
        handed = job.handed_at or job.asked_at
        # Either way: a clock that was ahead and was set right must not be waited for.
        late = abs(self.bench.opened.clock() - handed) > PATIENCE
        return late and not self.running.waits(job.id, job.attempt)

    def idle(self) -> bool:
        """Whether nothing waits that could begin now, and nothing runs here."""
        now = self.bench.opened.clock()
        ready = (job for job in self.bench.opened.work.open() if job.may_begin(now))
        return not self.bench.held and next(ready, None) is None

    def go_on(self) -> None:
        """Look again and again until the bench is told to stop."""
        while not self.bench.stop.is_set():
            self.round()
            self.bench.stop.wait(ROUND_SECONDS)

    def finish(self) -> None:
        """Do what can be done now, then return."""
        while not self.bench.stop.is_set():
            self.round()
            if self.idle():
                return
            self.bench.stop.wait(ROUND_SECONDS / 5)


@contextmanager
def working(opened: Services, every: float = ROUND_SECONDS) -> Iterator[Worker]:
    """A worker, from its name to its end in order: running jobs stop at their next step and wait.

    Raises
    ------
    BadInput
        There are too many workers.
    """
    with slot(opened) as name:
        bench = Bench(opened=opened, worker=name)
        opened.work.forget_old()
        running = queue.start(opened, name, bench.attempt, every)
        try:
            yield Worker(bench=bench, running=running)
        finally:
            bench.stop.set()
            _wait_for(bench)
            running.close()


def _wait_for(bench: Bench) -> None:
    end = time.monotonic() + ENDING_SECONDS
    while bench.held and time.monotonic() < end:
        time.sleep(0.05)


@contextmanager
def beside(opened: Services) -> Iterator[None]:
    """A worker in a thread of this process, as long as the ``with`` lasts."""
    with working(opened) as worker:
        thread = threading.Thread(target=worker.go_on, name="worker", daemon=True)
        try:
            thread.start()
            yield
        finally:
            # Also where a signal ended us between the two.
            worker.bench.stop.set()
            if thread.ident is not None:
                thread.join()
