"""The call budgets: a rolling window for all calls, one of its own for search, and the day's.

References
----------
HubSpot, "API usage guidelines and limits". Search is exempt from the ten-second policy and its
answers carry no interval headers; the day ends at midnight in the account's time zone, and its headers
come with static tokens alone.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Response

from connectors.sandbox.hubspot.control import Control
from connectors.sandbox.hubspot.replies import Problem, problem

TIME_ZONE = "Europe/Berlin"
POLICIES = ("burst", "daily", "search", "secondly", "token")


@dataclass(slots=True, kw_only=True)
class Limits:
    """What a portal's calls of the last moments leave to be used."""

    control: Control
    _calls: deque[float] = field(default_factory=deque)
    _searches: deque[float] = field(default_factory=deque)
    _day: str = ""
    _today: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, app_id: str, portal: str, *, search: bool) -> None:
        """Count one call. Raises Problem (429) when the window is full or the day's budget is spent."""
        policy = self._spent(search=search)
        if policy is not None:
            raise self.refused(policy, app_id, portal)

    def describe(self, response: Response, *, search: bool, static: bool) -> None:
        """Add the headers that tell a client its budget."""
        control, headers = self.control, response.headers
        if static:
            headers["X-HubSpot-RateLimit-Daily"] = str(control.daily_maximum)
            headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(max(0, control.daily_maximum - self._today))
        if not search:
            remaining = max(0, control.burst_maximum - len(self._calls))
            headers["X-HubSpot-RateLimit-Max"] = str(control.burst_maximum)
            headers["X-HubSpot-RateLimit-Remaining"] = str(remaining)
            headers["X-HubSpot-RateLimit-Interval-Milliseconds"] = str(int(control.burst_seconds * 1000))

    def refused(self, policy: str, app_id: str, portal: str) -> Problem:
        """The 429 of one policy: burst, daily, search, secondly (its older form) or token."""
        if policy == "search":
            return self._hint(problem(429, "RATE_LIMITS", "You have reached your secondly limit."), 1)
        if policy == "token":
            return self._hint(problem(429, None, "You have reached your rate limit."), 10)
        message, name, seconds = _TEXTS[policy]
        more = {"errorType": "RATE_LIMIT", "policyName": name}
        if policy == "burst":
            more["groupName"] = f"publicapi:private_app-api-calls-ten-secondly:{app_id}:{portal}"
        return self._hint(problem(429, None, message, **more), seconds)

    def _spent(self, *, search: bool) -> str | None:
        """The policy that this call breaks, if any; what fits is counted."""
        control = self.control
        if not self._fits_the_day():
            return "daily"
        if search:
            return None if self._fits(self._searches, control.search_maximum, 1.0) else "search"
        return None if self._fits(self._calls, control.burst_maximum, control.burst_seconds) else "burst"

    def _fits_the_day(self) -> bool:
        now = datetime.fromtimestamp(self.control.clock.now(), ZoneInfo(TIME_ZONE))
        with self._lock:
            if (today := now.date().isoformat()) != self._day:
                self._day, self._today = today, 0
            if self.control.daily_budget_spent or self._today >= self.control.daily_maximum:
                return False
            self._today += 1
            return True

    def _fits(self, sent: deque[float], most: int, seconds: float) -> bool:
        now = self.control.clock.now()
        with self._lock:
            while sent and sent[0] <= now - seconds:
                sent.popleft()
            if len(sent) >= most:
                return False
            sent.append(now)
            return True

    def _hint(self, found: Problem, seconds: int) -> Problem:
        if self.control.send_retry_after:
            found.response.headers["Retry-After"] = str(seconds)
        return found


_TEXTS = {
    "burst": ("You have reached your ten_secondly_rolling limit.", "TEN_SECONDLY_ROLLING", 10),
    "secondly": ("You have reached your secondly limit.", "SECONDLY", 1),
    "daily": ("You have reached your daily limit.", "DAILY", 10),
}
