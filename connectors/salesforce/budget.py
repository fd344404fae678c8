"""How many API calls of the day are used, and when Fairlead stops so that others still have some.

References
----------
Salesforce, REST API Developer Guide, "Limit Info Header" and "Limits".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.errors import Busy

LIMIT_REACHED = "limit_reached"
# The limit counts the last 24 hours, so that an hour frees some of it.
NEXT_WINDOW = 3600.0
_APP = re.compile(r"per-app-api-usage=([0-9]{1,12})/([0-9]{1,12})(?![0-9])")
_USAGE = re.compile(r"(?<![A-Za-z-])api-usage=([0-9]{1,12})/([0-9]{1,12})(?![0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The org's API calls of the last 24 hours, by every app together."""

    used: int
    allowed: int

    @property
    def exhausted(self) -> bool:
        """Whether none is left."""
        return self.used >= self.allowed


@dataclass(slots=True)
class Budget:
    """Stops calls once the org has used ``percent`` of its calls of the day.

    Where the org's admin gave this app a limit of its own (``app``), that one is used to its end.
    """

    percent: int
    usage: Usage | None = None
    app: Usage | None = None

    def hear(self, headers: Mapping[str, str]) -> None:
        """Take note of what an answer says of the usage."""
        self.usage = usage_in(headers) or self.usage
        self.app = _usage(_APP, headers) or self.app

    def check(self, doing: str) -> None:
        """Stop where the share is used up.

        Raises
        ------
        Busy
            ``code="limit_reached"``.
        """
        usage, app = self.usage, self.app
        if app is not None and app.allowed and app.exhausted:
            msg = (
                f"the org lets this app make {app.allowed:,} API calls a day and {app.used:,} are used, so "
                f"the {doing} stopped: run it again tomorrow, or ask the org's admin for more"
            )
            raise Busy(msg, retry_after=NEXT_WINDOW, code=LIMIT_REACHED)
        if usage is None or usage.allowed == 0 or usage.used * 100 < usage.allowed * self.percent:
            return
        msg = (
            f"{usage.used:,} of the org's {usage.allowed:,} API calls of the day are used and Fairlead stops "
            f"at {self.percent} %, so the {doing} stopped: run it again tomorrow, or raise "
            "FAIRLEAD_SALESFORCE_API_PERCENT"
        )
        raise Busy(msg, retry_after=NEXT_WINDOW, code=LIMIT_REACHED)


def usage_in(headers: Mapping[str, str]) -> Usage | None:
    """The usage in an answer's ``Sforce-Limit-Info``; None where it says nothing."""
    return _usage(_USAGE, headers)


def _usage(pattern: re.Pattern[str], headers: Mapping[str, str]) -> Usage | None:
    match = pattern.search(headers.get("Sforce-Limit-Info", ""))
    return Usage(used=int(match[1]), allowed=int(match[2])) if match else None


def usage_of(limits: Mapping[str, object]) -> Usage | None:
    """The usage in the answer of ``/limits``; None where it says nothing."""
    daily = limits.get("DailyApiRequests")
    most, left = (daily.get("Max"), daily.get("Remaining")) if isinstance(daily, dict) else (None, None)
    if not isinstance(most, int) or not isinstance(left, int):
        return None
    return Usage(used=max(0, most - left), allowed=most)
