"""How many calls fit into a rolling window, counted so that HubSpot never counts more than we do.

HubSpot counts a call at some moment between our sending it and its answer. So a call takes its place
when it is sent, and the window moves over it only after its answer: whatever the network does, no
window of HubSpot's holds more calls than are ``allowed`` here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# An answer that has not come by then will not come: the process that waited for it may be dead.
UNANSWERED = 15.0
LEAST_WAIT = 0.001
"""Seconds to wait at least: whoever waits for less would only ask again."""


@dataclass(slots=True, kw_only=True)
class Window:
    """The calls of the last ``interval`` seconds, by ticket.

    ``places`` says when each call was answered; while it is under way, when it is given up.
    ``others`` is how many calls HubSpot counted beyond ours: other programs with the same app.
    """

    allowed: int
    interval: float
    others: int = 0
    closed_until: float = 0.0
    places: dict[str, float] = field(default_factory=dict)
    under_way: dict[str, float] = field(default_factory=dict)

    def reserve(self, ticket: str, now: float) -> float:
        """Give a call its place and return 0, or return how many seconds to wait before asking again."""
        self._forget(now)
        if now < self.closed_until:
            return self.closed_until - now
        taken = len(self.places) + len(self.under_way)
        if not taken or taken < self.allowed - self.others:
            self.under_way[ticket] = now
            return 0.0
        # A call under way keeps its place for a whole interval yet, even if it is answered at once.
        moments: list[float] = [*self.places.values(), *([now] if self.under_way else [])]
        return max(min(moments) + self.interval - now, LEAST_WAIT)

    def settle(self, ticket: str, now: float) -> None:
        """A call was answered, or came to nothing."""
        if self.under_way.pop(ticket, None) is not None:
            self.places[ticket] = now

    def _forget(self, now: float) -> None:
        lost = {ticket for ticket, sent in self.under_way.items() if sent + UNANSWERED <= now}
        for ticket in lost:
            self.places[ticket] = self.under_way.pop(ticket) + UNANSWERED
        # The same sum as the wait above: with another one rounding could make that wait zero.
        self.places = {name: at for name, at in self.places.items() if at + self.interval > now}
