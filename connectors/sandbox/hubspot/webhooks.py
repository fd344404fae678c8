"""The sender of webhooks: events in batches, signed, retried, in whatever order the network makes of them.

References
----------
HubSpot, "Webhooks": an array of up to 100 events, an answer within five seconds, ten more attempts over
24 hours, no promise of order or of once only. v1 signs secret and body, v3 method, address, body and
time. Retry delays are assumed: they double from a minute.
"""

from __future__ import annotations

import hashlib
import json
import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

import requests

from connectors.sandbox.hubspot.clock import Clock
from connectors.sandbox.hubspot.events import Happening, Subscription
from connectors.sandbox.hubspot.signing import sign

BATCH = 100
ATTEMPTS = 11
TIMEOUT_SECONDS = 5.0
_FIRST_DELAY = 60.0
_LONGEST_DELAY = 4 * 3600.0
_DAY = 24 * 3600.0
Order = Literal["as_it_happened", "reversed", "shuffled"]


@dataclass(slots=True, kw_only=True)
class _Queued:
    """An event that waits to be sent."""

    event: dict[str, Any]
    due: float
    since: float
    attempt: int = 0


@dataclass(slots=True, kw_only=True)
class Webhooks:
    """The app's subscriptions in one portal and what is to be sent. ``deliver`` sends what is due.

    ``duplicates`` sends every event twice, the second time in a batch of its own; ``order`` is that
    within a delivery; ``batch`` is the largest array.
    """

    portal: str
    app_id: str
    secret: str
    clock: Clock
    target: str = ""
    subscriptions: tuple[Subscription, ...] = ()
    duplicates: bool = False
    order: Order = "as_it_happened"
    batch: int = BATCH
    sent: Counter[int] = field(default_factory=Counter)
    dropped: int = 0
    _queue: list[_Queued] = field(default_factory=list)
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def waiting(self) -> int:
        """How many events wait to be sent."""
        return len(self._queue)

    def note(self, happening: Happening) -> None:
        """Something happened: an event for each subscription that wants it."""
        if not self.target:
            return
        now = self.clock.now()
        for one in self.subscriptions:
            if one.wants(happening):
                self._count += 1
                event = {
                    "eventId": self._count,
                    **one.event(happening, self.portal, self.app_id, int(now * 1000)),
                }
                with self._lock:
                    self._queue.append(_Queued(event=event, due=now, since=now))

    def deliver(self) -> list[int]:
        """Send what is due now, in batches; the status of each, 0 where no answer came in time."""
        now = self.clock.now()
        with self._lock:
            due = [one for one in self._queue if one.due <= now]
            self._queue = [one for one in self._queue if one.due > now]
        ordered = self._ordered(due)
        size = max(1, min(self.batch, BATCH))
        batches = [ordered[start : start + size] for start in range(0, len(ordered), size)]
        statuses = [self._send(batch) for batch in batches]
        if self.duplicates:
            statuses += [self._post(batch)[0] for batch in batches]
        return statuses

    def _ordered(self, due: list[_Queued]) -> list[_Queued]:
        if self.order == "reversed":
            return due[::-1]
        return random.sample(due, len(due)) if self.order == "shuffled" else due

    def _send(self, batch: list[_Queued]) -> int:
        status, wait = self._post(batch)
        if 200 <= status < 300:
            return status
        now = self.clock.now()
        for one in batch:
            one.attempt += 1
            one.due = now + max(wait, min(_FIRST_DELAY * 2**one.attempt, _LONGEST_DELAY))
            if one.attempt < ATTEMPTS and one.due - one.since <= _DAY:
                with self._lock:
                    self._queue.append(one)
            else:
                self.dropped += 1
        return status

    def _post(self, batch: list[_Queued]) -> tuple[int, float]:
        """One request with a fresh timestamp; its status, and how long it asks to wait."""
        events = [{**one.event, "attemptNumber": one.attempt} for one in batch]
        body = json.dumps(events, separators=(",", ":")).encode()
        timestamp = str(self.clock.milliseconds())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "HubSpot Connect 2.0 (stand-in)",
            "X-HubSpot-Signature": hashlib.sha256(self.secret.encode() + body).hexdigest(),
            "X-HubSpot-Signature-Version": "v1",
            "X-HubSpot-Signature-v3": sign(self.secret, "POST", self.target, body, timestamp),
            "X-HubSpot-Request-Timestamp": timestamp,
        }
        status, wait = _posted(self.target, body, headers)
        self.sent[status] += len(events)
        return status, wait


def _posted(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, float]:
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(
                url, data=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException:
            return 0, 0.0
    asked = answer.headers.get("Retry-After", "")
    return answer.status_code, float(asked) if answer.status_code == 429 and asked.isdecimal() else 0.0
