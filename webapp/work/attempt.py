"""One attempt at a job: begin, do, and write down how it ended. It never raises what a job met.

::

    waiting -> running -> done
                       -> failed      bad input, a CRM that refuses, a defect: a person must act
                       -> cancelled   at the next step after somebody wished it
                       -> waiting     the CRM was busy (later, and later each time), another job of the
                                      connection is at work, or the worker was told to end
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import timedelta

from audit.schema import BadInput
from connectors.errors import Busy, ConnectorError, Refused
from webapp.defects import frames
from webapp.disk import trouble
from webapp.jobs import ENDED, AtWork
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import STOPPED, End, JobRow, Trouble
from webapp.work.kinds import KINDS, Task
from webapp.work.pausing import pause
from webapp.work.schedules import follower
from webapp.work.watched import Cancelled, Stopping, Watched

LOG = logging.getLogger(__name__)
AT_WORK_SECONDS = 15.0
MOST_TRIES = 8
# A job that takes its worker down each time must not do so for ever.
MOST_STARTS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """It waits for so many seconds; ``tried`` says that the CRM was asked in vain."""

    seconds: float
    told: str
    tried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where a worker does its jobs: its name, what tells it to end, and which attempts lie there now."""

    opened: Services
    worker: str
    stop: threading.Event = field(default_factory=threading.Event)
    held: set[tuple[str, int]] = field(default_factory=set)

    def attempt(self, job_id: str, number: int) -> None:
        """Do one attempt at a job, if it still counts."""
        self.held.add((job_id, number))
        try:
            job = self.opened.work.begin(job_id, number, self.worker)
            if job is not None:
                self._settle(job, self._outcome(job))
        except Exception as error:  # noqa: BLE001 - the queue must not keep an error's words
            LOG.warning("A job could not be brought to its end:\n%s", frames(error))
        finally:
            self.held.discard((job_id, number))

    def _settle(self, job: JobRow, outcome: End | Later) -> None:
        if isinstance(outcome, End):
            self.opened.work.end(job, outcome)
        else:
            at = self.opened.clock() + timedelta(seconds=outcome.seconds)
            self.opened.work.again(job, at, outcome.told, tried=outcome.tried)

    def _outcome(self, job: JobRow) -> End | Later:
        if job.starts > MOST_STARTS:
            told = f"The server ended {MOST_STARTS} times while this ran. See its log, then start it again."
            return End(state="failed", told=told, trouble="killed")
        try:
            told = self._done(job)
        except Exception as error:  # noqa: BLE001 - every end is written down
            return outcome_of(job, error)
        return End(state="done", told=told, then=follower(self.opened, job))

    def _done(self, job: JobRow) -> str:
        connection = self._connection(job)
        watched = Watched(jobs=self.opened.work, job=job, stop=self.stop)
        task = Task(opened=self.opened, connection=connection, job=job, progress=watched)
        kind = KINDS[job.kind]
        if kind.newest is not None:
            newest = kind.newest(task)
            if job.mark not in {"", newest}:
                return "It was done when the server ended; nothing was done twice."
            self.opened.work.mark(job, newest)
        return kind.run(task)

    def _connection(self, job: JobRow) -> ConnectionRow:
        row = self.opened.repository.connection(job.connection_id)
        if row is None or (row.state == "disconnected" and not KINDS[job.kind].after_the_end):
            raise BadInput(ENDED)
        return row


def outcome_of(job: JobRow, error: Exception) -> End | Later:
    """What an error means for a job."""
    if isinstance(error, Cancelled):
        return End(state="cancelled", told=STOPPED)
    if isinstance(error, Stopping):
        return Later(seconds=0, told="The server was stopped. It goes on by itself.")
    if isinstance(error, AtWork):
        told = "Another job of this connection is at work. This one waits its turn."
        return Later(seconds=AT_WORK_SECONDS, told=told)
    if isinstance(error, Busy) and job.tries + 1 < MOST_TRIES:
        return Later(seconds=pause(job.tries, error.retry_after), told=_sentence(error), tried=True)
    return End(state="failed", told=_told(error), trouble=_kind_of(error))


def _kind_of(error: Exception) -> Trouble:
    if isinstance(error, BadInput):
        return "input"
    if isinstance(error, Busy):
        return "busy"
    if isinstance(error, Refused | ConnectorError):
        return "refused"
    return "disk" if trouble(error) else "defect"


def _told(error: Exception) -> str:
    """A message of ours is fit to show; any other may hold values."""
    if isinstance(error, BadInput | ConnectorError):
        return _sentence(error)
    if told := trouble(error):
        return f"{told[:1].upper()}{told[1:]}."
    LOG.warning("A job met a defect:\n%s", frames(error))
    broke = f"Something in Fairlead broke ({type(error).__name__})."
    return f"{broke} The server's log says where; please report it."


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
