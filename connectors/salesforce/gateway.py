"""What may be asked of an org's data API; every call goes along the same patient line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.util import exception_handler

from connectors.errors import Busy, Refused
from connectors.oauth import GrantStore
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.asking import Document, Reply, Request, Stream
from connectors.salesforce.job_notes import JobNotes
from connectors.salesforce.line import Asked, Call, Line
from connectors.salesforce.long_query import composed, is_too_long, only_answer
from connectors.salesforce.trouble import unreachable
from connectors.salesforce.usage import Usage, usage_of

__all__ = ["Document", "Gateway", "Reply", "Request", "Stream"]

BATCH = 2000


class Gateway:
    """One org's data API. ``pause`` waits between attempts (seconds).

    Every call takes the newest token, renews it at most once, waits and tries again where that helps,
    and stops at the share of the day's calls that the settings allow. Each may raise `Refused` or `Busy`.
    ``notes`` tell which bulk jobs were asked for; ``organisation`` is the org's id.
    """

    def __init__(
        self,
        app: SalesforceApp,
        grants: GrantStore,
        pause: Callable[[float], None] = time.sleep,
        notes: JobNotes | None = None,
        organisation: str = "",
    ) -> None:
        self._line = Line(app, grants, pause, organisation)
        self.pause, self.notes = pause, notes or JobNotes()

    def query(self, soql: str, doing: str, *, deleted: bool = False, in_body: bool = False) -> Document:
        """The first page of a query of any length; ``deleted`` finds what is in the recycle bin too.

        A query that names a record goes ``in_body``: addresses end in logs.
        """
        headers = {"Sforce-Query-Options": f"batchSize={BATCH}"}

        def call(client: Salesforce, options: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
            if not (in_body or is_too_long(soql)):
                return client.query(soql, include_deleted=deleted, headers=headers, **options)
            request = composed(soql, client.base_url, deleted=deleted, headers=headers)
            return only_answer(_sent(client, request, options).json())

        return self._document(call, doing)

    def query_more(self, link: str, doing: str) -> Document:
        """The page behind a ``nextRecordsUrl``."""
        return self._document(
            lambda client, options: client.query_more(link, identifier_is_url=True, **options), doing
        )

    def describe(self, name: str) -> Document:
        """An object's fields as the connected user sees them."""
        path = f"sobjects/{name}/describe"
        return self._document(lambda client, options: client.restful(path, **options), "field listing")

    def update(self, records: Sequence[Mapping[str, object]], doing: str) -> Sequence[Document]:
        """Change up to 200 records; one result each, in order. Doing it twice changes nothing more."""
        body = {"allOrNone": False, "records": list(records)}
        headers = {"Sforce-Auto-Assign": "false"}
        request = Request(method="PATCH", path="composite/sobjects", body=body, headers=headers)
        reply = self.send(request, doing)
        if not reply.body:
            raise unreachable(doing)
        return reply.rows()

    def send(self, request: Request, doing: str) -> Reply:
        """Make a call that sends or reads JSON, or sends CSV; an answer without a body is none (204)."""
        made_before = list[None]()

        def call(client: Salesforce, options: Mapping[str, Any]) -> Reply:
            made_before.append(None)
            response = _sent(client, request, options)
            body = response.json() if response.content else None
            return Reply(body=body, headers=response.headers, attempts=len(made_before))

        made: Reply = self._line.ask(Asked(call=call, doing=doing, again=request.again)).found
        return made

    @contextmanager
    def stream(self, request: Request, doing: str) -> Iterator[Stream]:
        """The body of an answer piece by piece, unpacked; the ``with`` lets the connection go at its end.

        The call is retried until the body begins; where the body breaks off, iterating raises Busy. One
        body may take four minutes and 64 MB (`connectors.transport`).
        """

        def call(client: Salesforce, options: Mapping[str, Any]) -> requests.Response:
            return _sent(client, request, {**options, "stream": True})

        answered = self._line.ask(Asked(call=call, doing=doing, held=True))
        try:
            yield Stream(doing=doing, response=answered.found)
        finally:
            answered.found.close()
            self._line.let_go(answered)

    def version(self) -> str:
        """The API version that is spoken with the org; a Bulk job lives and dies with one."""
        return self._line.version()

    @property
    def usage(self) -> Usage | None:
        """The org's API calls of the day as the latest answer told them; None before the first."""
        return self._line.budget.usage

    def limits(self) -> Document:
        """What is left of the org's limits (``/limits``), for users who may view the setup."""
        found = self._document(lambda client, options: client.limits(**options), "limit check")
        self._line.budget.told(usage_of(found))
        return found

    def now(self) -> datetime:
        """The platform's own clock, from the Date header of a call that every user of the API may make.

        Where its answer does not tell the usage of the day, the limits do, if the user may see them.
        """
        doing = "time check"
        headers = self.send(Request(method="GET", path=""), doing).headers
        if self.usage is None:
            with suppress(Refused):
                self.limits()
        try:
            return parsedate_to_datetime(headers.get("Date", "")).astimezone(UTC)
        except ValueError:
            broken: Busy = unreachable(doing)
        raise broken

    def _document(self, call: Call, doing: str) -> Document:
        found = self._line.ask(Asked(call=call, doing=doing)).found
        if not isinstance(found, dict):
            raise unreachable(doing)
        return found


def _sent(client: Salesforce, request: Request, options: Mapping[str, Any]) -> requests.Response:
    """The answer to a call that the client library has no name for, judged as it judges its own."""
    headers = {**client.headers, **request.headers}
    more: dict[str, Any] = {"params": dict(request.params) or None, **options}
    if request.csv is not None:
        headers["Content-Type"] = "text/csv; charset=UTF-8"
        more["data"] = request.csv
    elif request.body is not None:
        more["json"] = request.body
    address = request.address(client.base_url)
    response = client.session.request(request.method, address, headers=headers, **more)
    if response.status_code >= 300:
        exception_handler(response)
    return response
