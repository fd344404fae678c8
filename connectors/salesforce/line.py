"""The patient line to one org: every data call goes along it, with its token, its retries and its budget.

simple-salesforce is used through its public names only. It neither renews a direct session nor
retries nor limits time, so that is done here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from connectors.errors import Busy, ConnectorError
from connectors.oauth import Grant, GrantStore
from connectors.salesforce.app import SalesforceApp, trusted_origin
from connectors.salesforce.budget import CONCURRENT, PATIENCE, Budget
from connectors.salesforce.oauth import refresh
from connectors.salesforce.reach import GONE, UNTRUSTED, is_unknown_host, is_untrusted
from connectors.salesforce.session import new_session
from connectors.salesforce.trouble import (
    EXPIRED,
    NOT_BEGUN,
    Failure,
    consequence,
    failure,
    unreachable,
)
from connectors.salesforce.versions import agreed
from connectors.shared_notes import MemoryNote

ATTEMPTS = 5
# The client library reads the answer, also its usage header, and lets through what it cannot read: a
# number of 5,000 digits, a list nested 100,000 deep, a document that has no length.
_UNREADABLE = (ValueError, TypeError, RecursionError)
_GONE = Failure(status=0, code=GONE, retry_after=None, day_is_used_up=False)
_UNTRUSTED = Failure(status=0, code=UNTRUSTED, retry_after=None, day_is_used_up=False)
# One call to make with a client; the options must go along with it.
Call = Callable[[Salesforce, Mapping[str, Any]], Any]
_BACKOFF = wait_exponential_jitter(multiplier=0.5, max=10, jitter=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a call is: ``doing`` names it in words, ``again`` says whether it may be made twice.

    ``held``: the body of its answer is read afterwards, and `Line.let_go` tells when that has ended.
    """

    call: Call = field(repr=False)
    doing: str
    again: bool = True
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of a call: what the client gave, the answer's headers, and the ticket of its place."""

    found: Any = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    ticket: str


@dataclass(slots=True)
class _Heard:
    """What is remembered over the attempts of one call: the latest headers (errors do not carry them)."""

    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    renewed: bool = False

    def __call__(self, response: requests.Response, *_: object, **__: object) -> None:
        """The response hook of requests."""
        self.headers, self.status = response.headers, response.status_code


class Line:
    """One org's data API. ``pause`` waits between attempts (seconds); ``organisation`` names its note."""

    def __init__(
        self,
        app: SalesforceApp,
        grants: GrantStore,
        pause: Callable[[float], None] = time.sleep,
        organisation: str = "",
    ) -> None:
        self._app = app
        self._grants = grants
        self._pause = pause
        self._session = new_session(app)
        self._versions: dict[str, str] = {}
        note = app.notes(f"salesforce-{organisation}") if app.notes else MemoryNote(clock=time.monotonic)
        self.budget = Budget(percent=app.api_percent, note=note)

    def ask(self, asked: Asked) -> Answered:
        """Make one call, patiently.

        Raises
        ------
        Refused
            Salesforce said no, or the connection has no usable grant.
        Busy
            Salesforce could not answer within a few attempts, or asked for a longer wait, or the share
            of the day's calls is used up.
        """
        retrying = Retrying(
            retry=retry_if_exception(lambda error: _worth_waiting(error, asked)),
            wait=_wait,
            stop=stop_after_attempt(ATTEMPTS),
            sleep=self._pause,
            reraise=True,
        )
        return retrying(self._attempt, asked, _Heard())

    def let_go(self, answered: Answered) -> None:
        """The body of an answer that was asked for as ``held`` has been read, or nobody wants it."""
        self.budget.settle(answered.ticket, {})

    def version(self) -> str:
        """The API version that is spoken with the org. Raises Refused where the org's are too old."""
        return self._version(self._grants.load())

    def _attempt(self, asked: Asked, heard: _Heard) -> Answered:
        """One call, with at most one renewal of the token over all attempts."""
        grant = self._grants.load()
        found = self._placed(grant, asked, heard)
        if isinstance(found, Failure) and found.status == EXPIRED and not heard.renewed:
            heard.renewed = True
            renewed = self._grants.renew(grant, lambda stale: refresh(self._app, stale))
            found = self._placed(renewed, asked, heard)
        # Raised here, outside any handler: an error of the client library holds the whole body.
        if isinstance(found, Failure):
            error = consequence(found, asked.doing)
            self._give_peace(error, found)
            raise error
        if found is None:
            raise unreachable(asked.doing)
        return found

    def _give_peace(self, error: ConnectorError, found: Failure) -> None:
        """Where the org has too much to do, everybody who shares its note waits, not only we."""
        if not isinstance(error, Busy) or error.retry_after > PATIENCE or self._app.notes is None:
            return
        if found.retry_after is not None or error.code == CONCURRENT:
            self.budget.close(error.retry_after)

    def _placed(self, grant: Grant, asked: Asked, heard: _Heard) -> Answered | Failure | None:
        """As `_once`, in a place that the budget gave; raises Busy where it has none."""
        ticket, found = self.budget.take(asked.doing, self._pause), None
        try:
            found = self._once(grant, asked.call, heard, ticket)
        finally:
            kept = asked.held and isinstance(found, Answered)
            self.budget.settle("" if kept else ticket, heard.headers)
        return found

    def _once(self, grant: Grant, call: Call, heard: _Heard, ticket: str) -> Answered | Failure | None:
        """The answer, a Failure, or None where the connection or the body broke."""
        options = {"hooks": {"response": heard}, "allow_redirects": False}
        client = self._client(grant)
        try:
            return Answered(found=call(client, options), headers=heard.headers, ticket=ticket)
        except SalesforceError as error:
            return failure(error, heard.headers)
        except requests.TooManyRedirects:
            return Failure(status=heard.status, code="", retry_after=None, day_is_used_up=False)
        except requests.RequestException as error:
            return _unreached(error)
        except _UNREADABLE:
            return None

    def _client(self, grant: Grant) -> Salesforce:
        return Salesforce(
            session_id=grant.access_token,
            instance_url=trusted_origin(self._app, grant.instance_url),
            version=self._version(grant),
            session=self._session,
            object_pairs_hook=None,
        )

    def _version(self, grant: Grant) -> str:
        origin = trusted_origin(self._app, grant.instance_url)
        if origin not in self._versions:
            self._versions[origin] = agreed(self._session, origin, self._app.api_version)
        return self._versions[origin]


def _unreached(error: requests.RequestException) -> Failure | None:
    """What will not mend itself, as a Failure; None where the connection or the body broke."""
    if is_unknown_host(error):
        return _GONE
    return _UNTRUSTED if is_untrusted(error) else None


def _worth_waiting(error: BaseException, asked: Asked) -> bool:
    """Whether another attempt may help, soon, and cannot do the same thing twice."""
    if not isinstance(error, Busy) or error.retry_after > PATIENCE:
        return False
    return asked.again or error.code in NOT_BEGUN


def _wait(state: RetryCallState) -> float:
    """What Salesforce asked for, and the backoff on top, so that not all come back at once."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, Busy) else 0.0
    return asked + float(_BACKOFF(state))
