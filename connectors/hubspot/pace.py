"""Keep within a portal's call budget, and use it: a burst goes out at once, then the window decides.

References
----------
HubSpot, "API usage guidelines and limits": 100 to 250 calls per rolling 10 s by subscription, 110
for marketplace apps; search has 5 per second of its own. Answers carry ``X-HubSpot-RateLimit-Max``,
``-Remaining`` and ``-Interval-Milliseconds``, except those of search; where the day is limited too
(not for OAuth apps of the marketplace), ``X-HubSpot-RateLimit-Daily`` and ``-Daily-Remaining``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from uuid import uuid4

from connectors.errors import Busy
from connectors.hubspot.ledger import SHARE, Counts, Ledger
from connectors.hubspot.timing import Timing
from connectors.shared_notes import MemoryNote, Note, Notes

# A longer wait than this is the caller's to plan: it gets Busy at once.
PATIENCE = 30.0
LIMIT_REACHED = "limit_reached"
# How long a reading of the day's budget is believed; after it, one call may ask anew.
BELIEVED = 60.0
# The day ends at the portal's own midnight, which we do not know: an hour later is soon enough.
TRY_AGAIN = 3600.0
# Windows that HubSpot has or had, in milliseconds; one beyond them is no window of its.
_SHORTEST, _LONGEST = 1_000, 20_000
_WHOLE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The budget of one portal, shared by everyone who has the same ledger.

    ``percent`` is the share of the portal's calls of the day, by all apps together, at which Fairlead
    stops.
    """

    ledger: Ledger
    timing: Timing
    percent: int = 100

    @property
    def day(self) -> tuple[int, int] | None:
        """The calls of the day that are used, and how many there are, as HubSpot last told; else None."""
        with self.ledger.open() as (counts, _):
            return (counts.daily_used, counts.daily_allowed) if counts.daily_allowed else None

    def take(self, *, search: bool) -> str:
        """Wait until one more call fits into the window, and give it its place; `settle` wants the ticket.

        Raises
        ------
        Busy
            That would take longer than ``PATIENCE``; ``code="limit_reached"`` where the share of the
            day is used up.
        """
        ticket = uuid4().hex
        while (wait := self._reserve(ticket, search=search)) > 0:
            if wait > PATIENCE:
                msg = "the portal's budget of HubSpot calls leaves no room for another one now"
                raise Busy(msg, retry_after=wait)
            self.timing.sleep(wait)
        return ticket

    def settle(self, ticket: str, headers: Mapping[str, str] | None) -> None:
        """A call was answered (``headers``) or came to nothing; missing or senseless headers say nothing."""
        with self.ledger.open() as (counts, now):
            for search in (True, False):
                counts.window(search=search).settle(ticket, now)
            if headers is not None:
                _hear(counts, headers, now)

    def close(self, seconds: float, *, search: bool) -> None:
        """Hold everybody back for a while: HubSpot has just answered 429 to one of them."""
        with self.ledger.open() as (counts, now):
            window = counts.window(search=search)
            window.closed_until = max(window.closed_until, now + seconds)

    def _reserve(self, ticket: str, *, search: bool) -> float:
        with self.ledger.open() as (counts, now):
            used, allowed = counts.daily_used, counts.daily_allowed
            believed = 0 <= now - counts.heard_at < BELIEVED
            if not (believed and allowed and used * 100 >= allowed * self.percent):
                return counts.window(search=search).reserve(ticket, now)
        msg = (
            f"{used:,} of the portal's {allowed:,} HubSpot calls of the day are used and Fairlead stops at "
            f"{self.percent} %: run it again tomorrow, or raise FAIRLEAD_HUBSPOT_API_PERCENT"
        )
        raise Busy(msg, retry_after=TRY_AGAIN, code=LIMIT_REACHED)


def pace_of(portal: str, timing: Timing, notes: Notes | None, percent: int, api_url: str) -> Pace:
    """The one pace of a portal: of every process that has the same notes, or of this process alone."""
    note = notes(f"hubspot-{portal}") if notes else _in_memory(api_url, portal, timing)
    return Pace(ledger=Ledger(note=note), timing=timing, percent=percent)


@cache
def _in_memory(api_url: str, portal: str, timing: Timing) -> Note:
    del api_url, portal
    return MemoryNote(clock=timing.monotonic)


def _hear(counts: Counts, headers: Mapping[str, str], now: float) -> None:
    """Take the portal's real budget from an answer."""
    daily = _number(headers, "X-HubSpot-RateLimit-Daily")
    left = _number(headers, "X-HubSpot-RateLimit-Daily-Remaining")
    if daily and left is not None:
        counts.daily_allowed, counts.daily_used, counts.heard_at = daily, max(0, daily - left), now
    most = _number(headers, "X-HubSpot-RateLimit-Max")
    interval = _number(headers, "X-HubSpot-RateLimit-Interval-Milliseconds")
    if not most or interval is None or not _SHORTEST <= interval <= _LONGEST:
        return
    remaining, calls = _number(headers, "X-HubSpot-RateLimit-Remaining"), counts.calls
    calls.allowed, calls.interval = max(1, int(most * SHARE)), interval / 1000
    used = most - remaining if remaining is not None else 0
    calls.others = max(0, used - len(calls.places) - len(calls.under_way))


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if _WHOLE.fullmatch(text) else None
