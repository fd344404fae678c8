"""Query jobs of the Bulk API 2.0: begin one, wait for it, find its pages, and clean up behind it.

References
----------
Salesforce, Bulk API 2.0 Developer Guide, "Create a Query Job", "Get Information About a Query Job", "Get
Parallel Results for a Query Job", "Abort a Query Job", "Delete a Query Job".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

from connectors.errors import Busy, ConnectorError, Refused
from connectors.salesforce.gateway import Document, Gateway, Request
from connectors.salesforce.job_notes import Asked
from connectors.salesforce.query import Soql
from connectors.salesforce.trouble import incomplete

DOING = "bulk query"
CLEANING = "clean-up of a bulk job"
JOB_FAILED = "job_failed"
# How long one job may take before it is ended: Salesforce itself gives up after 15 tries of 2 minutes.
PATIENCE = 3600.0
# Records per page: what is read again when a page breaks, and how often progress is kept.
PAGE = 10_000
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 1.0, 30.0, 1.5
_JOB = re.compile(r"[A-Za-z0-9]{15,18}")
_GONE = frozenset({"NOT_FOUND", "HTTP_404"})
_RUNNING = frozenset({"UploadComplete", "InProgress"})
_ENDED = frozenset({"Failed", "Aborted"})
# What the message of a failed job may be repeated of: codes that the guides list, never words of its own.
_CODES = ("INVALID_FIELD", "INVALIDENTITY", "MALFORMED_QUERY", "QUERY_TIMEOUT", "API_ERROR", "INVALIDJOB")
_CODES_TOO = ("INVALID_TYPE", "EXCEEDED_ID_LIMIT", "REQUEST_LIMIT_EXCEEDED", "UNKNOWN_EXCEPTION")
_CSV = MappingProxyType({"Accept": "text/csv", "Accept-Encoding": "gzip"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How a job is waited for: the clock (seconds), the pause, and the limit."""

    clock: Callable[[], float]
    pause: Callable[[float], None]
    limit: float = PATIENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of results as the org lists it: its locator ("" for the first), and the whole address.

    How many records it holds is the org's to say: under another number it would end elsewhere.
    """

    locator: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryJob:
    """One job in the org. ``id`` is the job's own (750...), which is no record of a person."""

    gateway: Gateway = field(repr=False)
    id: str

    @property
    def path(self) -> str:
        """The job's address below the API version."""
        return f"jobs/query/{self.id}"

    def wait(self, patience: Patience) -> int | None:
        """Wait until the results are there; returns how many records they have, where the org says so.

        Raises
        ------
        Refused
            The job failed or somebody aborted it: Salesforce's own code, else ``JOB_FAILED``.
        Busy
            It took longer than the limit, and was aborted.
        """
        begun, pause = patience.clock(), _FIRST_PAUSE
        while True:
            found = self.gateway.send(Request(method="GET", path=self.path), DOING).document(DOING)
            if (state := str(found.get("state"))) not in _RUNNING:
                return _records_of(found, state)
            if patience.clock() - begun > patience.limit:
                self.discard()
                msg = (
                    f"Salesforce's bulk job took longer than {patience.limit / 60:.0f} minutes and was "
                    "ended: try again, at a time when the org is less busy"
                )
                raise Busy(msg, retry_after=_LONGEST_PAUSE * 2, code=JOB_FAILED)
            patience.pause(pause)
            pause = min(_LONGEST_PAUSE, pause * _GROWTH)

    def discard(self) -> None:
        """Abort the job where it runs and delete it. Whatever goes wrong does not matter any more."""
        if discarded(self.gateway, "query", self.id):
            self.gateway.notes.gone_by_id(self.id)

    def delete(self) -> None:
        """Delete a finished job with its results. Whatever goes wrong does not matter any more."""
        if deleted(self.gateway, "query", self.id):
            self.gateway.notes.gone_by_id(self.id)

    def announced(self) -> Iterator[Page]:
        """The pages as the org lists them, so that several can be read at once.

        Raises
        ------
        Refused
            The org does not list them (API before 58.0): go from page to page instead.
        """
        path, seen = f"{self.path}/resultPages", set[str]()
        while True:
            found = self.gateway.send(Request(method="GET", path=path), DOING).document(DOING)
            for page in _listed(found):
                if page.link in seen:
                    raise incomplete(DOING)
                seen.add(page.link)
                yield page
            # The guide's table says nextRecordUrl, its example nextRecordsUrl.
            link = found.get("nextRecordsUrl") or found.get("nextRecordUrl")
            if found.get("done") is True or not link:
                return
            if not isinstance(link, str) or not link.lstrip("/").startswith("services/data/") or link in seen:
                raise incomplete(DOING)
            seen.add(link)
            path = link

    def behind(self, locator: str, records: int | None = None) -> Request:
        """The call for the page at a locator ("" for the first), of at most so many records."""
        params = {"maxRecords": str(records or PAGE), **({"locator": locator} if locator else {})}
        return Request(method="GET", path=f"{self.path}/results", params=params, headers=_CSV)


def listed(page: Page) -> Request:
    """The call for a page that the org lists."""
    return Request(method="GET", path=page.link, headers=_CSV)


def begin(gateway: Gateway, query: Soql) -> QueryJob:
    """Begin a job. One whose answer is lost is begun again; the other one is cleared away later.

    Raises
    ------
    Refused, Busy
        As the gateway does.
    """
    body = {
        "operation": "query",
        "query": query.text,
        "contentType": "CSV",
        "columnDelimiter": "COMMA",
        "lineEnding": "LF",
    }
    note = gateway.notes.asking("query", query.object, "query", query.text, query.fields)
    request = Request(method="POST", path="jobs/query", body=body)
    return QueryJob(gateway=gateway, id=made(gateway, note, request, DOING))


def made(gateway: Gateway, note: Asked, request: Request, doing: str) -> str:
    """The id of the job that a request makes, noted. Raises as the gateway does."""
    try:
        reply = gateway.send(request, doing)
        job = reply.document(doing).get("id")
        if not isinstance(job, str) or not _JOB.fullmatch(job):
            raise incomplete(doing)
    except Refused:
        gateway.notes.gone(note)
        raise
    except Busy:
        gateway.notes.lost(note)
        raise
    gateway.notes.came(note, job, reply.attempts)
    return job


def discarded(gateway: Gateway, kind: str, job: str) -> bool:
    """Abort a job where it runs, and delete it; whether it is surely gone. Nothing is raised."""
    path = f"jobs/{kind}/{job}"
    with suppress(ConnectorError):
        request = Request(method="PATCH", path=path, body={"state": "Aborted"}, again=False)
        gateway.send(request, CLEANING)
    return deleted(gateway, kind, job)


def deleted(gateway: Gateway, kind: str, job: str) -> bool:
    """Delete a job that ended; whether it is surely gone. Nothing is raised."""
    try:
        gateway.send(Request(method="DELETE", path=f"jobs/{kind}/{job}", again=False), CLEANING)
    except (Refused, Busy) as error:
        return error.code in _GONE
    except ConnectorError:
        return False
    return True


def next_locator(headers: Mapping[str, str]) -> str | None:
    """The locator of the page behind one; None behind the last (the literal text ``null``)."""
    found = headers.get("Sforce-Locator", "")
    return None if found in {"", "null"} else found


def announced_records(headers: Mapping[str, str]) -> int | None:
    """How many records a page announces."""
    found = headers.get("Sforce-NumberOfRecords", "")
    return int(found) if found.isdecimal() else None


def _listed(found: Document) -> Iterator[Page]:
    pages = found.get("resultPages")
    if not isinstance(pages, list):
        raise incomplete(DOING)
    for page in pages:
        link = page.get("resultUrl") if isinstance(page, dict) else None
        if not isinstance(link, str) or not link.lstrip("/").startswith("services/data/"):
            raise incomplete(DOING)
        yield Page(locator=next(iter(parse_qs(urlsplit(link).query).get("locator", [])), ""), link=link)


def _records_of(found: Document, state: str) -> int | None:
    if state == "JobComplete":
        number = found.get("numberRecordsProcessed")
        return number if isinstance(number, int) else None
    code = _code_in(found)
    msg = f"Salesforce could not finish the bulk query ({code}): pull again, or take fields out of the policy"
    if code in {"INVALID_FIELD", "INVALIDENTITY", "MALFORMED_QUERY"}:
        raise Refused(msg, code=code)
    raise Busy(msg, retry_after=_LONGEST_PAUSE * 2, code=JOB_FAILED)


def _code_in(found: Document) -> str:
    """The first known code in a job's message (``INVALID_FIELD: ...``), else its state; no other word."""
    text, state = found.get("errorMessage"), found.get("state")
    words = re.findall(r"[A-Z][A-Z0-9_]+", text if isinstance(text, str) else "")
    known = next((word for word in words if word in _CODES + _CODES_TOO), "")
    return known or (state if isinstance(state, str) and state in _ENDED else "UNKNOWN")
