"""How many API calls of the day are used, how many run at once, and when Fairlead waits or stops.

All processes that have the same note of an org keep to it together: the share of the day, the calls at
once, and the peace that the org asked for. One that was killed in a call leaves its place taken until its
answer could have come, as Salesforce goes on with the call, too.

References
----------
Salesforce, "API Request Limits and Allocations": calls of the last 24 hours by all apps; of the calls that
take 20 seconds or longer 25 at once, in a Developer Edition and a trial org 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from connectors.errors import Busy
from connectors.salesforce.usage import Counts, Usage, app_usage_in, as_text, counts_in, usage_in
from connectors.shared_notes import Note

LIMIT_REACHED, CONCURRENT = "limit_reached", "too_many_at_once"
# The limit counts the last 24 hours, so that an hour frees some of it.
NEXT_WINDOW = 3600.0
# How long a reading of the day's usage is believed; after it, one call may ask anew.
BELIEVED = 60.0
# What the smallest org has room for; the calls of one pull are three at once.
AT_ONCE = 5
# A longer wait is the caller's to plan: it gets Busy.
PATIENCE, LOOK_AGAIN = 30.0, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Stops calls once the org has used ``percent`` of its calls of the day, and lets few run at once.

    Where the org's admin gave this app a limit of its own, that one is used to its end.
    """

    percent: int
    note: Note = field(repr=False)

    @property
    def usage(self) -> Usage | None:
        """The org's usage as it was last told; None before."""
        with self._counts() as (counts, _):
            return counts.usage

    def told(self, usage: Usage | None) -> None:
        """Take note of a usage that the org told in a body; None says nothing."""
        with self._counts() as (counts, now):
            if usage is not None:
                counts.usage, counts.heard_at = usage, now

    def take(self, doing: str, pause: Callable[[float], None]) -> str:
        """Wait until one more call may run, and give it its place; `settle` wants the ticket.

        Raises
        ------
        Busy
            ``limit_reached``: the share of the day is used up. ``too_many_at_once``: that would take longer
            than ``PATIENCE``.
        """
        ticket, waited = uuid4().hex, 0.0
        while (wait := self._reserve(ticket, doing)) > 0:
            if waited + wait > PATIENCE:
                msg = f"too many calls of this org are under way for the {doing}: try again"
                raise Busy(msg, retry_after=max(wait, 1.0), code=CONCURRENT)
            pause(wait)
            waited += wait
        return ticket

    def settle(self, ticket: str, headers: Mapping[str, str]) -> None:
        """A call came to its end, or to nothing; what its answer says of the usage is noted."""
        with self._counts() as (counts, now):
            counts.under_way.pop(ticket, None)
            usage, app = usage_in(headers), app_usage_in(headers)
            if usage is not None or app is not None:
                counts.heard_at = now
            counts.usage, counts.app = usage or counts.usage, app or counts.app

    def close(self, seconds: float) -> None:
        """Hold everybody back for a while: the org has just told one of them that it has too much to do."""
        with self._counts() as (counts, now):
            counts.closed_until = max(counts.closed_until, now + seconds)

    def _reserve(self, ticket: str, doing: str) -> float:
        with self._counts() as (counts, now):
            if spent := _spent(counts, self.percent, doing):
                if now - counts.heard_at < BELIEVED:
                    raise Busy(spent, retry_after=NEXT_WINDOW, code=LIMIT_REACHED)
                # One call of all asks whether that is still so.
                counts.heard_at = now
            if now < counts.closed_until:
                return counts.closed_until - now
            counts.forget(now)
            if len(counts.under_way) >= AT_ONCE:
                return LOOK_AGAIN
            counts.under_way[ticket] = now
            return 0.0

    @contextmanager
    def _counts(self) -> Iterator[tuple[Counts, float]]:
        with self.note.open() as page:
            counts = counts_in(page.text, page.now)
            yield counts, page.now
            page.text = as_text(counts)


def _spent(counts: Counts, percent: int, doing: str) -> str:
    """Why no call of the day is left for us, in words; "" where some are."""
    usage, app = counts.usage, counts.app
    if app is not None and app.allowed and app.exhausted:
        return (
            f"the org lets this app make {app.allowed:,} API calls a day and {app.used:,} are used, so "
            f"the {doing} stopped: run it again tomorrow, or ask the org's admin for more"
        )
    if usage is None or usage.allowed == 0 or usage.used * 100 < usage.allowed * percent:
        return ""
    return (
        f"{usage.used:,} of the org's {usage.allowed:,} API calls of the day are used and Fairlead stops "
        f"at {percent} %, so the {doing} stopped: run it again tomorrow, or raise "
        "FAIRLEAD_SALESFORCE_API_PERCENT"
    )
