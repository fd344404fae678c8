"""The one place that every HubSpot call goes through: token, pace, retry, errors by consequence.

It stands where the generated clients of hubspot-api-client expect their urllib3 pool, so that no
call of theirs can pass it by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import urllib3
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from connectors.errors import Busy, ConnectorError, Refused
from connectors.hubspot.answers import read_object
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.oauth import refresh
from connectors.hubspot.pace import PATIENCE, Pace
from connectors.hubspot.paths import dated, operation, repeatable
from connectors.hubspot.timing import Timing
from connectors.hubspot.trouble import NOT_BEGUN, UNAUTHENTICATED, trouble
from connectors.oauth import Grant, GrantStore
from connectors.retry_after import told_moment
from connectors.transport import pieces, timed

ATTEMPTS = 5
RENEW_AT = 0.75
AGAIN_SECONDS, LAST_MOMENT = 30.0, timedelta(seconds=30)
TIMEOUT = urllib3.Timeout(connect=5, read=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A success: its status (207 is one) and its JSON."""

    status: int
    document: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """An answer as it came, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One call as the generated client made it, on its dated path."""

    method: str
    url: str
    doing: str
    again: bool
    options: Mapping[str, Any] = field(repr=False)

    @property
    def search(self) -> bool:
        return self.doing.endswith(" search")


class Gate:
    """Sends one portal's calls. Thread-safe as far as its ``grants`` are."""

    def __init__(self, app: HubSpotApp, grants: GrantStore, pace: Pace, timing: Timing) -> None:
        self._app = app
        self._grants = grants
        self._pace = pace
        self._timing = timing
        self._patient_until = float("-inf")
        self._ahead = timedelta()
        trusted = str(app.ca_file) if app.ca_file else None
        self._pool = timed(urllib3.PoolManager(maxsize=4, cert_reqs="CERT_REQUIRED", ca_certs=trusted))

    def request(self, method: str, url: str, **options: Any) -> Answer:  # noqa: ANN401 - urllib3's own
        """What the generated client calls; it must be told ``_preload_content=False``.

        Raises
        ------
        Refused
            HubSpot said no, or the connection has no usable grant.
        Busy
            HubSpot could not answer within a few attempts, or asked for a longer wait.
        """
        call = self._call(method, url, options)
        retrying = Retrying(
            retry=retry_if_exception(lambda error: _worth_waiting(error) and _harmless(error, call)),
            wait=_wait,
            stop=stop_after_attempt(ATTEMPTS),
            sleep=self._timing.sleep,
            reraise=True,
        )
        return retrying(self._attempt, call)

    def now(self) -> datetime:
        """HubSpot's own time, as its last answer told it; ours until one did."""
        return self._timing.now() - self._ahead

    def pause(self, seconds: float) -> None:
        """Wait, by the clock that paces the calls."""
        if seconds > 0:
            self._timing.sleep(seconds)

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def _call(self, method: str, url: str, options: dict[str, Any]) -> _Call:
        path = urlsplit(url).path
        address = url.replace(path, dated(path, self._app.api_version), 1)
        chosen = {name: options[name] for name in ("body", "fields") if options.get(name) is not None}
        chosen["headers"] = {
            name: value for name, value in options["headers"].items() if name != "Authorization"
        }
        again = repeatable(method, path)
        return _Call(method=method, url=address, doing=operation(path), again=again, options=chosen)

    def _attempt(self, call: _Call) -> Answer:
        grant = self._fresh()
        outcome = self._exchange(call, grant)
        if isinstance(outcome, Refused) and outcome.code in UNAUTHENTICATED:
            outcome = self._exchange(call, self._renewed(grant))
        if isinstance(outcome, ConnectorError):
            raise outcome
        return outcome

    def _exchange(self, call: _Call, grant: Grant) -> Answer | ConnectorError:
        ticket, heard = self._pace.take(search=call.search), None
        try:
            heard = self._send(call, grant)
        finally:
            self._pace.settle(ticket, heard.headers if heard else None)
        if heard is None:
            return Busy(f"HubSpot could not be reached for the {call.doing}", retry_after=0.5)
        error = trouble(heard.status, heard.headers, heard.body, call.doing)
        if heard.status == 429 and isinstance(error, Busy) and _worth_waiting(error):
            self._pace.close(error.retry_after, search=call.search)
        if error is None and (told := told_moment(heard.headers.get("Date", ""))) is not None:
            self._ahead = self._timing.now() - told
        return _answer(heard, call.doing) if error is None else error

    def _send(self, call: _Call, grant: Grant) -> _Heard | None:
        headers = {**call.options["headers"], "Authorization": f"Bearer {grant.access_token}"}
        options = {**call.options, "headers": headers, "timeout": TIMEOUT, "preload_content": False}
        try:
            response = self._pool.request(call.method, call.url, **options, retries=False, redirect=False)
            return _Heard(status=response.status, headers=response.headers, body=b"".join(pieces(response)))
        except urllib3.exceptions.HTTPError:
            # The library's error names the URL; what is returned instead names the operation only.
            return None

    def _fresh(self) -> Grant:
        grant = self._grants.load()
        if grant.expires_at is None:
            return grant
        lifetime = grant.expires_at - grant.issued_at
        due = grant.issued_at + max(lifetime, timedelta()) * RENEW_AT
        if self._timing.now() < due or self._timing.monotonic() < self._patient_until:
            return grant
        try:
            return self._renewed(grant)
        except Busy as error:
            if self._timing.now() >= grant.expires_at - LAST_MOMENT:
                raise
            # The old one is good for some minutes yet; until then the token endpoint has its peace.
            self._patient_until = self._timing.monotonic() + max(error.retry_after, AGAIN_SECONDS)
            return grant

    def _renewed(self, stale: Grant) -> Grant:
        return self._grants.renew(stale, lambda grant: refresh(self._app, grant, self._timing))


def _answer(heard: _Heard, doing: str) -> Answer | Busy:
    if heard.status == 204:
        return Answer(status=204, document={})
    document = read_object(heard.body)
    if not document:
        # A page of the network between us, or an answer that was cut short.
        return Busy(f"HubSpot's answer to the {doing} could not be read", retry_after=0.5)
    return Answer(status=heard.status, document=document)


def _worth_waiting(error: BaseException) -> bool:
    return isinstance(error, Busy) and error.retry_after <= PATIENCE


def _harmless(error: BaseException, call: _Call) -> bool:
    """Whether to call again cannot do the same thing twice."""
    return call.again or (isinstance(error, Busy) and error.code == NOT_BEGUN)


_backoff = wait_exponential_jitter(multiplier=0.5, max=10, jitter=0.25)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, Busy) else 0.0
    return max(asked, _backoff(state))
