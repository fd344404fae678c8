"""The one place that every data call goes through: simple-salesforce, token, retry, errors.

simple-salesforce is used through its public names only. It neither renews a direct session nor
retries nor limits time, so that is done here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from connectors.errors import Busy
from connectors.oauth import Grant, GrantStore
from connectors.salesforce.app import SalesforceApp, trusted_origin
from connectors.salesforce.oauth import refresh
from connectors.salesforce.session import new_session
from connectors.salesforce.trouble import EXPIRED, PATIENCE, Failure, consequence, failure, unreachable

ATTEMPTS = 5
BATCH = 2000
# The client library reads the answer, also its usage header, and lets through what it cannot read: a
# number of 5,000 digits, a list nested 100,000 deep, a document that has no length.
_UNREADABLE = (ValueError, TypeError, RecursionError)
Document = Mapping[str, Any]
# One call to make with a client; the hooks must go along with it.
Call = Callable[[Salesforce, Mapping[str, Any]], Any]
_BACKOFF = wait_exponential_jitter(multiplier=0.5, max=10, jitter=1)


@dataclass(slots=True)
class _Heard:
    """The headers of the latest answer to one call (its errors do not carry them)."""

    headers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, response: requests.Response, *_: object, **__: object) -> None:
        """The response hook of requests."""
        self.headers = response.headers


class Gateway:
    """One org's data API. ``pause`` waits between attempts (seconds)."""

    def __init__(
        self, app: SalesforceApp, grants: GrantStore, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._app = app
        self._grants = grants
        self._pause = pause
        self._session = new_session(app)

    def query(self, soql: str, doing: str) -> Document:
        """The first page of a query."""
        headers = {"Sforce-Query-Options": f"batchSize={BATCH}"}
        return self._document(lambda client, hooks: client.query(soql, headers=headers, **hooks), doing)

    def query_more(self, link: str, doing: str) -> Document:
        """The page behind a ``nextRecordsUrl``."""
        return self._document(
            lambda client, hooks: client.query_more(link, identifier_is_url=True, **hooks), doing
        )

    def describe(self, name: str) -> Document:
        """An object's fields as the connected user sees them."""
        path = f"sobjects/{name}/describe"
        return self._document(lambda client, hooks: client.restful(path, **hooks), "field listing")

    def update(self, records: Sequence[Mapping[str, object]], doing: str) -> Sequence[Document]:
        """Change up to 200 records; one result each, in order. Doing it twice changes nothing more."""
        body = {"allOrNone": False, "records": list(records)}
        headers = {"Sforce-Auto-Assign": "false"}
        found = self._call(
            lambda client, hooks: client.restful(
                "composite/sobjects", method="PATCH", json=body, headers=headers, **hooks
            ),
            doing,
        )
        return [row if isinstance(row, dict) else {} for row in found] if isinstance(found, list) else []

    def now(self) -> datetime:
        """The platform's own clock, from the Date header of a small call."""
        heard, doing = _Heard(), "time check"
        self._call(lambda client, hooks: client.limits(**hooks), doing, heard)
        try:
            return parsedate_to_datetime(heard.headers.get("Date", "")).astimezone(UTC)
        except ValueError:
            raise unreachable(doing) from None

    def _document(self, call: Call, doing: str) -> Document:
        found = self._call(call, doing)
        if not isinstance(found, dict):
            raise unreachable(doing)
        return found

    def _call(self, call: Call, doing: str, heard: _Heard | None = None) -> Any:  # noqa: ANN401 - JSON
        """Make one call, patiently.

        Raises
        ------
        Refused
            Salesforce said no, or the connection has no usable grant.
        Busy
            Salesforce could not answer within a few attempts, or asked for a longer wait.
        """
        retrying = Retrying(
            retry=retry_if_exception(_worth_waiting),
            wait=_wait,
            stop=stop_after_attempt(ATTEMPTS),
            sleep=self._pause,
            reraise=True,
        )
        return retrying(self._attempt, call, doing, heard or _Heard())

    def _attempt(self, call: Call, doing: str, heard: _Heard) -> Any:  # noqa: ANN401 - JSON
        """One call, with at most one renewal of the token."""
        grant = self._grants.load()
        found = self._once(grant, call, heard)
        if isinstance(found, Failure) and found.status == EXPIRED:
            renewed = self._grants.renew(grant, lambda stale: refresh(self._app, stale))
            found = self._once(renewed, call, heard)
        # Raised here, outside any handler: an error of the client library holds the whole body.
        if isinstance(found, Failure):
            raise consequence(found, doing)
        if found is None:
            raise unreachable(doing)
        return found

    def _once(self, grant: Grant, call: Call, heard: _Heard) -> Any:  # noqa: ANN401 - JSON
        """The answer, a Failure, or None where the connection or the body broke."""
        try:
            return call(self._client(grant), {"hooks": {"response": heard}})
        except SalesforceError as error:
            return failure(error, heard.headers)
        except (requests.RequestException, *_UNREADABLE):
            return None

    def _client(self, grant: Grant) -> Salesforce:
        return Salesforce(
            session_id=grant.access_token,
            instance_url=trusted_origin(self._app, grant.instance_url),
            version=self._app.api_version,
            session=self._session,
            object_pairs_hook=None,
        )


def _worth_waiting(error: BaseException) -> bool:
    return isinstance(error, Busy) and error.retry_after <= PATIENCE


def _wait(state: RetryCallState) -> float:
    """What Salesforce asked for, or the backoff where that is longer."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, Busy) else 0.0
    return max(asked, _BACKOFF(state))
