"""Bulk jobs of ours that nobody reads any more: their answer was lost, or their process was killed.

A job with a known id is ended and deleted. One without is looked for among the org's jobs: made by the
connected user, in the seconds in which we asked, of the same object, operation and version. Another app may
work with the same user, so that a query job must also show our columns, and an ingest job must still be
open and so have written nothing. What cannot be told yet stays noted until the next time.

References
----------
Salesforce, Bulk API 2.0 Developer Guide, "Get Information About All Query Jobs" and "Get All Jobs".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.errors import ConnectorError, Refused
from connectors.salesforce.bulk_query import discarded
from connectors.salesforce.csv_page import Cut, csv_only, rows
from connectors.salesforce.gateway import Gateway, Request
from connectors.salesforce.job_notes import Asked
from connectors.salesforce.own_writes import user_of

DOING = "clean-up of bulk jobs"
# Its columns can be seen once a job is done; a long one is left until the next time.
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
SKEW, PAGES, DAYS = 5.0, 100, 7 * 86_400.0
_OURS = (("contentType", "CSV"), ("columnDelimiter", "COMMA"), ("lineEnding", "LF"))
_RUNNING = frozenset({"UploadComplete", "InProgress"})


@dataclass(slots=True)
class Leftovers:
    """What is left of earlier calls in one org."""

    gateway: Gateway = field(repr=False)
    _user: str | None = None
    _shift: float | None = None

    def clear(self) -> None:
        """End and delete what is left, but the jobs of the sync that is carried out. It fails nothing."""
        notes = self.gateway.notes
        for note in notes.open():
            if notes.plan and note.plan == notes.plan and note.id:
                continue
            with suppress(ConnectorError, Cut):
                if self._is_cleared(note):
                    notes.gone(note)

    def _is_cleared(self, note: Asked) -> bool:
        if note.id:
            return not self._still_writes(note) and discarded(self.gateway, note.kind, note.id)
        waiting = False
        for job in list(self._candidates(note)):
            ours = self._is_ours(note, job)
            waiting |= ours is None
            if ours and not discarded(self.gateway, note.kind, str(job["id"])):
                waiting = True
        return not waiting or self._is_old(note)

    def _still_writes(self, note: Asked) -> bool:
        """Whether an upload is being processed: a part of it could land later, so it is left to its end."""
        if note.kind != "ingest":
            return False
        try:
            return self._asked(f"jobs/ingest/{note.id}").get("state") in _RUNNING
        except Refused:
            return False

    def _candidates(self, note: Asked) -> Iterator[Mapping[str, Any]]:
        known = {other.id[:15] for other in self.gateway.notes.open() if other.id}
        for job in self._listed(note.kind):
            if str(job.get("id"))[:15] not in known and self._fits(note, job):
                yield job

    def _fits(self, note: Asked, job: Mapping[str, Any]) -> bool:
        """Whether a job is of the same kind, user and moment."""
        same = (job.get("object"), job.get("operation")) == (note.object, note.operation)
        same = same and all(job.get(name, value) == value for name, value in _OURS)
        same = same and f"{job.get('apiVersion')}" == self.gateway.version()
        return same and self._by_us(job) and self._in_time(note, job)

    def _by_us(self, job: Mapping[str, Any]) -> bool:
        if self._user is None:
            self._user = user_of(self.gateway)
        return bool(self._user) and str(job.get("createdById"))[:15] == self._user[:15]

    def _in_time(self, note: Asked, job: Mapping[str, Any]) -> bool:
        """Whether it came to be while we asked, by the platform's clock."""
        if self._shift is None:
            self._shift = self.gateway.now().timestamp() - self.gateway.notes.clock()
        try:
            made = datetime.fromisoformat(str(job.get("createdDate"))).timestamp() - self._shift
        except ValueError:
            return False
        return note.at - SKEW <= made <= note.until + SKEW

    def _is_ours(self, note: Asked, job: Mapping[str, Any]) -> bool | None:
        """Whether a job that fits is ours; None where that cannot be told yet."""
        state = job.get("state")
        if note.kind == "ingest":
            return state == "Open"
        for seconds in WAITS:
            if state not in _RUNNING:
                break
            self.gateway.pause(seconds)
            state = self._asked(f"jobs/query/{job['id']}").get("state")
        if state in _RUNNING:
            return None
        return state == "JobComplete" and self._columns(str(job["id"])) == note.fields

    def _columns(self, job: str) -> tuple[str, ...]:
        """The header of a job's results; of the results themselves nothing is kept."""
        request = Request(
            method="GET",
            path=f"jobs/query/{job}/results",
            params={"maxRecords": "1"},
            headers={"Accept": "text/csv"},
        )
        with self.gateway.stream(request, DOING) as stream:
            return tuple(next(rows(csv_only(stream)), []))

    def _is_old(self, note: Asked) -> bool:
        """Whether the org has deleted the job by itself."""
        return self.gateway.notes.clock() - note.at > DAYS

    def _listed(self, kind: str) -> Iterator[Mapping[str, Any]]:
        path: object = f"jobs/{kind}"
        for _ in range(PAGES):
            if not isinstance(path, str):
                return
            page = self._asked(path)
            records = page.get("records")
            yield from (
                job for job in (records if isinstance(records, list) else []) if isinstance(job, dict)
            )
            path = page.get("nextRecordsUrl")

    def _asked(self, path: str) -> Mapping[str, Any]:
        return self.gateway.send(Request(method="GET", path=path), DOING).document(DOING)


@contextmanager
def leaving_no_jobs(gateway: Gateway, plan: str = "") -> Iterator[None]:
    """Clear what is left of earlier calls, but for the jobs of ``plan``; at a good end, those too."""
    gateway.notes.plan = plan
    Leftovers(gateway).clear()
    try:
        yield
    finally:
        gateway.notes.plan = ""
    Leftovers(gateway).clear()
