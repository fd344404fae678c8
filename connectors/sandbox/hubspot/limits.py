"""The call budgets: a rolling window for all calls, a window of its own for search.

References
----------
HubSpot, "API usage guidelines and limits". Search is exempt from the ten-second policy and its
answers carry no interval headers.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from werkzeug.wrappers import Response

from connectors.sandbox.hubspot.control import Control
from connectors.sandbox.hubspot.replies import Problem, problem


@dataclass(slots=True, kw_only=True)
class Limits:
    """What a portal's calls of the last moments leave to be used."""

    control: Control
    _calls: deque[float] = field(default_factory=deque)
    _searches: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, app_id: str, portal: str, *, search: bool) -> None:
        """Count one call. Raises Problem (429) when the window is full or the day's budget is spent."""
        if self.control.daily_budget_spent:
            message = "You have reached your daily limit."
            raise self._too_many(message, "DAILY")
        if search:
            if not self._fits(self._searches, self.control.search_maximum, 1.0):
                raise self._hint(problem(429, "RATE_LIMITS", "You have reached your secondly limit."), 1)
        elif not self._fits(self._calls, self.control.burst_maximum, self.control.burst_seconds):
            group = f"publicapi:private_app-api-calls-ten-secondly:{app_id}:{portal}"
            message = "You have reached your ten_secondly_rolling limit."
            raise self._too_many(message, "TEN_SECONDLY_ROLLING", group)

    def describe(self, response: Response) -> None:
        """Add the headers that tell a client its budget."""
        control = self.control
        response.headers["X-HubSpot-RateLimit-Max"] = str(control.burst_maximum)
        remaining = max(0, control.burst_maximum - len(self._calls))
        response.headers["X-HubSpot-RateLimit-Remaining"] = str(remaining)
        response.headers["X-HubSpot-RateLimit-Interval-Milliseconds"] = str(int(control.burst_seconds * 1000))

    def _fits(self, sent: deque[float], most: int, seconds: float) -> bool:
        now = self.control.clock.now()
        with self._lock:
            while sent and sent[0] <= now - seconds:
                sent.popleft()
            if len(sent) >= most:
                return False
            sent.append(now)
            return True

    def _too_many(self, message: str, policy: str, group: str = "") -> Problem:
        more = {"errorType": "RATE_LIMIT", "policyName": policy, **({"groupName": group} if group else {})}
        return self._hint(problem(429, None, message, **more), 10)

    def _hint(self, found: Problem, seconds: int) -> Problem:
        if self.control.send_retry_after:
            found.response.headers["Retry-After"] = str(seconds)
        return found
