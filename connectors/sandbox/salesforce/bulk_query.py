"""What a Bulk API 2.0 query job finds, and what SOQL it does not take."""

from __future__ import annotations

import base64
import binascii
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.sandbox.salesforce.bulk_csv import DELIMITERS, LINE_ENDINGS, line, rendered
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.soql_run import Json, Result, prepared, run
from connectors.sandbox.salesforce.tables import MadeLeads, Record
from connectors.sandbox.salesforce.users import User

# What makes a query impossible in bulk, and the platform's word for it.
_REFUSED = (
    (r"\bgroup\s+by\b", "Aggregate Relationships not supported in Bulk Query"),
    (r"\b(count|count_distinct|avg|sum|min|max)\s*\(", "Aggregate Relationships not supported in Bulk Query"),
    (r"\boffset\s+\d", "OFFSET is not supported in Bulk Query"),
    (r"\btypeof\b", "TYPEOF is not supported in Bulk Query"),
    (r"\(\s*select\b", "Nested Relationship Queries are not supported in Bulk Query"),
    (r"\bfields\s*\(", "FIELDS() is not supported in Bulk Query"),
)


@dataclass(slots=True, kw_only=True)
class QueryWork:
    """One query, run for one user when the job starts: the result is a snapshot of that moment."""

    org: Org
    user: User
    text: str
    deleted: bool
    delimiter: str
    ending: str
    result: Result | None = None
    complaint: str = ""
    thread: threading.Thread | None = None

    def start(self) -> None:
        """Run the query. Raises ValueError where it fails by now, as when a field went meanwhile.

        A million leads that are made as they are read take a while: these run beside the polls.
        """
        if isinstance(self.org.leads, MadeLeads):
            self.thread = threading.Thread(target=self._run, daemon=True)
            self.thread.start()
            self.thread.join(timeout=1.0)
        else:
            self._run()
            self.finish()

    @property
    def ready(self) -> bool:
        """Whether the result is there."""
        return self.thread is None or not self.thread.is_alive()

    def finish(self) -> None:
        """The snapshot is taken. Raises ValueError where the query failed."""
        if self.complaint:
            raise ValueError(self.complaint)

    def _run(self) -> None:
        try:
            self.result = run(self.org, self.user, self.text, deleted=self.deleted)
        except ApiError as error:
            self.complaint = f"InvalidBatch : Failed to process query: {error.code}: {error.message}"

    @property
    def total(self) -> int:
        """How many records were found so far."""
        return self.result.total if self.result else 0

    @property
    def rows(self) -> Sequence[Record]:
        """The records found."""
        return self.result.rows if self.result else ()

    def text_of(self, rows: Sequence[Record]) -> Iterator[bytes]:
        """Header and records as CSV, a thousand rows at a time."""
        columns = self.result.columns if self.result else ()
        yield self._line([".".join(column.path) for column in columns]).encode()
        for at in range(0, len(rows), 1000):
            cells = rendered(columns, rows[at : at + 1000])
            yield "".join(self._line(one) for one in cells).encode()

    def _line(self, cells: Sequence[str]) -> str:
        return line(cells, self.delimiter, self.ending)


def query_work(org: Org, user: User, body: Json) -> tuple[Json, QueryWork]:
    """A job's own account of itself and its work. Raises ApiError 400 for what bulk does not take."""
    text, operation = str(body.get("query") or ""), str(body.get("operation"))
    if operation not in {"query", "queryAll"}:
        raise ApiError(400, "INVALIDJOB", f"Unable to find operation: {operation}")
    delimiter, ending = str(body.get("columnDelimiter", "COMMA")), str(body.get("lineEnding", "LF"))
    check_format(body.get("contentType", "CSV"), delimiter, ending)
    about: Json = {"operation": operation, "object": _checked(org, user, text)}
    about |= {"lineEnding": ending, "columnDelimiter": delimiter}
    return about, QueryWork(
        org=org,
        user=user,
        text=text,
        deleted=operation == "queryAll",
        delimiter=DELIMITERS[delimiter],
        ending=LINE_ENDINGS[ending],
    )


def check_format(content_type: object, delimiter: str, ending: str) -> None:
    """Raises ApiError 400 for a format that the platform does not write."""
    if content_type != "CSV":
        raise ApiError(400, "INVALIDJOB", f"ContentType: {content_type} is not supported for this job")
    if delimiter not in DELIMITERS or ending not in LINE_ENDINGS:
        raise ApiError(400, "INVALIDJOB", "columnDelimiter or lineEnding is not a known value")


def _checked(org: Org, user: User, text: str) -> str:
    """The object that the query reads. Raises ApiError 400."""
    bare = re.sub(r"'(?:[^'\\]|\\.)*'", "''", text)
    for pattern, complaint in _REFUSED:
        if re.search(pattern, bare, re.IGNORECASE):
            raise ApiError(400, "API_ERROR", complaint)
    plan = prepared(org, user, text)
    if not plan.object.bulk:
        name = plan.object.name
        raise ApiError(400, "INVALIDENTITY", f"Entity '{name}' is not supported by the Bulk API.")
    if any(column.definition.type in {"address", "location"} for column in plan.columns):
        raise ApiError(400, "API_ERROR", "Selecting compound data not supported in Bulk Query")
    return plan.object.name


def locator(job_id: str, start: int) -> str:
    """The opaque name of the page that begins at a row."""
    return base64.urlsafe_b64encode(f"{job_id[9:15]}:{start}".encode()).decode().rstrip("=")


def place(job_id: str, text: str) -> int:
    """The row at which a page begins. Raises ApiError 400 for a locator of nothing here."""
    try:
        name, _, start = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")
    except (binascii.Error, ValueError):
        name, start = "", ""
    if name != job_id[9:15] or not start.isdigit():
        raise ApiError(400, "INVALIDLOCATOR", "Invalid locator")
    return int(start)
