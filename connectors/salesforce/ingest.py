"""Updates by a Bulk API 2.0 job: make it, upload, close, wait, read every result, take it away.

A job is told apart from the run that made it: what Salesforce has taken of it stays taken when we stop,
and a job that a killed run left behind is waited for before anything new is written
(`connectors.salesforce.earlier`). Bulk API 2.0 runs an assignment rule only where a job names one
(``assignmentRuleId``), and ours never does.

References
----------
Salesforce, Bulk API 2.0 and Bulk API Developer Guide, "Bulk API 2.0 Ingest".
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connectors.errors import Busy, ConnectorError, Refused
from connectors.salesforce.batches import HEADERS
from connectors.salesforce.bulk_query import deleted, made
from connectors.salesforce.gateway import Gateway, Request
from connectors.salesforce.ingest_csv import results, written_csv
from connectors.salesforce.query import OBJECT
from connectors.salesforce.trouble import unreachable
from connectors.salesforce.update import DOING, NOT_CONFIRMED, Update, Written
from connectors.salesforce.waiting import Patience

DONE = frozenset({"JobComplete", "Failed", "Aborted"})
CLOSED = DONE | {"UploadComplete", "InProgress"}
UPLOADS = 3
READINGS = 3
RESULTS = ("successfulResults", "failedResults", "unprocessedrecords")
STOPPED, UNPROCESSED = "BULK_JOB_STOPPED", "UNPROCESSED"
# What Salesforce says of a job that failed as a whole begins with a code ("InvalidBatch : Field name ..."):
# those of the guide, "Errors"; nothing else of the message is repeated.
_JOB_CODE = re.compile(
    r"(ClientInputError|ExceededQuota|FeatureNotEnabled|Invalid(?:Batch|Job|JobState|Operation|SessionId|Url|User|XML)"
    r"|Timeout|TooManyLockFailure|Unknown|API_ERROR|INVALID_FIELD|INVALIDENTITY|INVALIDJOB)\s*:"
)
Job = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """Bulk jobs through one gateway; ``names`` are the columns after the id."""

    gateway: Gateway
    names: tuple[str, ...]
    pause: Callable[[float], None]

    def write(self, updates: Sequence[Update]) -> Written:
        """Write all by one job, and account for each row: taken, failed, locked, or not confirmed.

        Raises
        ------
        Refused
            Salesforce makes no such job, or failed it as a whole.
        Busy
            The job did not end in time (it was stopped), or the connection broke. What was taken stays.
        """
        job_id = self._uploaded(written_csv(updates, self.names))
        try:
            job = self._waited_for(job_id)
            written = self._read(job_id, updates)
        except BaseException:
            self._abort(job_id)
            raise
        finally:
            self._delete(job_id)
        if job.get("state") == "Failed" and _nothing_begun(written):
            raise _failed(job)
        return written

    def _uploaded(self, rows: bytes) -> str:
        """A closed job that holds the rows. What a lost answer leaves unclear is thrown away with its job."""
        for left in reversed(range(UPLOADS)):
            job_id = self._made()
            try:
                self._fill(job_id, rows)
            except BaseException as error:
                self._abort(job_id)
                self._delete(job_id)
                if not isinstance(error, Busy) or not left:
                    raise
            else:
                return job_id
        raise unreachable(DOING)

    def _made(self) -> str:
        body = {"object": OBJECT, "operation": "update", "contentType": "CSV"}
        body |= {"columnDelimiter": "COMMA", "lineEnding": "LF"}
        # Made twice, the first one stays open and empty: nothing of it is written, and it is cleared away.
        request = Request(method="POST", path="jobs/ingest", body=body, headers=HEADERS)
        note = self.gateway.notes.asking("ingest", OBJECT, "update")
        return made(self.gateway, note, request, DOING)

    def _fill(self, job_id: str, rows: bytes) -> None:
        # A job takes one upload, so that a second one after a lost answer would be refused.
        upload = Request(method="PUT", path=f"jobs/ingest/{job_id}/batches", csv=rows, again=False)
        self.gateway.send(upload, DOING)
        try:
            self._turn(job_id, "UploadComplete")
        except Refused:
            # The answer to the first try was lost: the job is closed already.
            if self._state(job_id).get("state") not in CLOSED:
                raise

    def _waited_for(self, job_id: str) -> Job:
        patience = Patience(self.pause)
        while (job := self._state(job_id)).get("state") not in DONE:
            if not patience.wait():
                msg = (
                    "Salesforce did not finish the Bulk job of the write-back in time, so it was stopped; "
                    "what it wrote stays: publish again, which writes the rest"
                )
                raise Busy(msg, retry_after=patience.spent, code=STOPPED)
        return job

    def _read(self, job_id: str, updates: Sequence[Update]) -> Written:
        """Every row's fate. Results that leave rows out are read again, then taken as they are."""
        waiting, written = {update.stem: update for update in updates}, Written()
        for left in reversed(range(READINGS)):
            waiting, written = {update.stem: update for update in updates}, Written()
            whole = self._sorted_out(job_id, waiting, written)
            if whole and not waiting:
                break
            if not whole and not left:
                raise unreachable(DOING)
        for update in waiting.values():
            written.refused(NOT_CONFIRMED, update)
        return written

    def _sorted_out(self, job_id: str, waiting: dict[str, Update], written: Written) -> bool:
        """Take the rows of all three results out of ``waiting``; False where one of them broke off."""
        for name in RESULTS:
            request = Request(
                method="GET", path=f"jobs/ingest/{job_id}/{name}/", headers={"Accept": "text/csv"}
            )
            try:
                with self.gateway.stream(request, DOING) as stream:
                    for stem, code in results(stream):
                        _note(waiting.pop(stem, None), name, code, written)
            except (csv.Error, Busy):
                return False
        return True

    def _state(self, job_id: str) -> Job:
        request = Request(method="GET", path=f"jobs/ingest/{job_id}")
        return self.gateway.send(request, DOING).document(DOING)

    def _turn(self, job_id: str, state: str) -> None:
        request = Request(
            method="PATCH", path=f"jobs/ingest/{job_id}", body={"state": state}, headers=HEADERS
        )
        self.gateway.send(request, DOING)

    def _abort(self, job_id: str) -> None:
        """Stop a job. It cannot fail the run: what cannot be stopped has ended, or ends by itself."""
        with suppress(ConnectorError):
            self._turn(job_id, "Aborted")

    def _delete(self, job_id: str) -> None:
        """Take a job and its results away. It cannot fail the run: Salesforce does it after seven days."""
        if deleted(self.gateway, "ingest", job_id):
            self.gateway.notes.gone_by_id(job_id)


def _note(update: Update | None, result: str, code: str, written: Written) -> None:
    """A row that we never sent, or that came before, is nobody's."""
    if update is None:
        return
    if result == RESULTS[0]:
        written.taken.append(update)
    else:
        written.refused(code or UNPROCESSED, update)


def _nothing_begun(written: Written) -> bool:
    """Whether no row was even tried."""
    tried = written.taken or written.locked
    return not tried and {code for code, _ in written.failed} <= {UNPROCESSED, NOT_CONFIRMED}


def _failed(job: Job) -> Refused:
    """Why a job failed as a whole, by the code that its message begins with; the text stays out."""
    found = _JOB_CODE.match(str(job.get("errorMessage") or ""))
    code = found[1] if found else "BULK_JOB_FAILED"
    msg = (
        f"Salesforce failed the Bulk job of the write-back ({code}), and nothing of it was written: look at "
        "the job under Setup, Bulk Data Load Jobs, then publish again"
    )
    return Refused(msg, code=code)
