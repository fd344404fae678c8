"""Keep within a portal's call budget, and use it: a burst goes out at once, then the window decides.

References
----------
HubSpot, "API usage guidelines and limits": 100 to 250 calls per rolling 10 s by subscription, 110
for marketplace apps; search has 5 per second of its own. Answers carry ``X-HubSpot-RateLimit-Max``,
``-Remaining`` and ``-Interval-Milliseconds``, except those of search.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from connectors.errors import Busy
from connectors.hubspot.timing import Timing

SHARE = 0.9
SMALLEST_BUDGET = 100
SEARCHES_PER_SECOND = 4
# A longer wait than this is the caller's to plan: it gets Busy at once.
PATIENCE = 30.0
# Windows that HubSpot has or had, in milliseconds; one beyond them is no window of its.
_SHORTEST, _LONGEST = 1_000, 20_000
_WHOLE = re.compile(r"[0-9]{1,9}")


@dataclass(slots=True, kw_only=True)
class Window:
    """A sliding log of the calls of the last ``interval`` seconds.

    ``others`` is how many calls HubSpot counted beyond ours: other workers of the same app.
    """

    allowed: int
    interval: float
    others: int = 0
    closed_until: float = 0.0
    sent: deque[float] = field(default_factory=deque)

    def reserve(self, now: float) -> float:
        """Record a call and return 0, or return how many seconds to wait before asking again."""
        # The same sum as the wait below: with another one rounding could make that wait zero.
        while self.sent and self.sent[0] + self.interval <= now:
            self.sent.popleft()
        if now < self.closed_until:
            return self.closed_until - now
        if not self.sent or len(self.sent) < self.allowed - self.others:
            self.sent.append(now)
            return 0.0
        return self.sent[0] + self.interval - now


class Pace:
    """The budget of one portal, shared by every thread that calls it."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._lock = threading.Lock()
        # The smallest budget that HubSpot sells, until the first answer says what this portal has.
        self._calls = Window(allowed=int(SMALLEST_BUDGET * SHARE), interval=10.0)
        self._searches = Window(allowed=SEARCHES_PER_SECOND, interval=1.0)

    def take(self, *, search: bool) -> None:
        """Wait until one more call fits into the window, and record it.

        Raises
        ------
        Busy
            That would take longer than ``PATIENCE``.
        """
        while (wait := self._reserve(self._window(search))) > 0:
            if wait > PATIENCE:
                msg = "the portal's budget of HubSpot calls leaves no room for another one now"
                raise Busy(msg, retry_after=wait)
            self._timing.sleep(wait)

    def close(self, seconds: float, *, search: bool) -> None:
        """Hold every thread back for a while: HubSpot has just answered 429 to one of them."""
        with self._lock:
            self._window(search).closed_until = self._timing.monotonic() + seconds

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take the portal's real budget from an answer; missing or senseless headers change nothing."""
        most = _number(headers, "X-HubSpot-RateLimit-Max")
        interval = _number(headers, "X-HubSpot-RateLimit-Interval-Milliseconds")
        if not most or interval is None or not _SHORTEST <= interval <= _LONGEST:
            return
        remaining = _number(headers, "X-HubSpot-RateLimit-Remaining")
        with self._lock:
            self._calls.allowed = max(1, int(most * SHARE))
            self._calls.interval = interval / 1000
            used = most - remaining if remaining is not None else 0
            self._calls.others = max(0, used - len(self._calls.sent))

    def _window(self, search: bool) -> Window:
        return self._searches if search else self._calls

    def _reserve(self, window: Window) -> float:
        with self._lock:
            return window.reserve(self._timing.monotonic())


@cache
def shared_pace(api_url: str, organisation: str, timing: Timing) -> Pace:
    """The one pace of a portal in this process: two jobs on one portal share its budget."""
    del api_url, organisation
    return Pace(timing)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if _WHOLE.fullmatch(text) else None
