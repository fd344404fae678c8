"""The usage of an org's API as its answers tell it, and what all processes note of it.

References
----------
Salesforce, REST API Developer Guide, "Limit Info Header" and "Limits".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field

# No answer takes longer (`connectors.transport`).
LOST = 250.0
# Longer than any wait that is kept to here: what lies further ahead is of another clock.
_HORIZON = 60.0
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


@dataclass(slots=True, kw_only=True)
class Counts:
    """What is known of one org: its usage, when that was heard, and since when each call is under way.

    Nobody calls before ``closed_until``: the org said that it has too much to do.
    """

    usage: Usage | None = None
    app: Usage | None = None
    heard_at: float = 0.0
    closed_until: float = 0.0
    under_way: dict[str, float] = field(default_factory=dict)

    def forget(self, now: float) -> None:
        """Let go of the calls whose answer will not come: the process that waited may be dead."""
        self.under_way = {one: sent for one, sent in self.under_way.items() if now < sent + LOST}


def usage_in(headers: Mapping[str, str]) -> Usage | None:
    """The usage in an answer's ``Sforce-Limit-Info``; None where it says nothing."""
    return _usage(_USAGE, headers)


def app_usage_in(headers: Mapping[str, str]) -> Usage | None:
    """That of this app alone, where the org's admin gave it a limit of its own; else None."""
    return _usage(_APP, headers)


def usage_of(limits: Mapping[str, object]) -> Usage | None:
    """The usage in the answer of ``/limits``; None where it says nothing."""
    daily = limits.get("DailyApiRequests")
    most, left = (daily.get("Max"), daily.get("Remaining")) if isinstance(daily, dict) else (None, None)
    if not isinstance(most, int) or not isinstance(left, int):
        return None
    return Usage(used=max(0, most - left), allowed=most)


def counts_in(text: str, now: float) -> Counts:
    """The counts of a note; empty ones where it cannot be read. A clock that was put back holds nobody up."""
    with suppress(ValueError, TypeError, AttributeError, KeyError, RecursionError):
        found = json.loads(text)
        return Counts(
            usage=Usage(**found["usage"]) if found["usage"] else None,
            app=Usage(**found["app"]) if found["app"] else None,
            heard_at=min(float(found["heard_at"]), now),
            closed_until=min(float(found["closed_until"]), now + _HORIZON),
            under_way={one: min(float(sent), now) for one, sent in found["under_way"].items()},
        )
    return Counts()


def as_text(counts: Counts) -> str:
    """The counts as a note keeps them: numbers and random names only."""
    return json.dumps(asdict(counts))


def _usage(pattern: re.Pattern[str], headers: Mapping[str, str]) -> Usage | None:
    match = pattern.search(headers.get("Sforce-Limit-Info", ""))
    return Usage(used=int(match[1]), allowed=int(match[2])) if match else None
