"""Where the calls of a portal are counted: in a note, of all processes or of one.

The note ``hubspot-<portal>`` holds the calls of the last seconds: no id of a record, no address. One that
cannot be read counts as empty: HubSpot's own limit then tells.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from connectors.hubspot.window import Window
from connectors.shared_notes import Note

SHARE = 0.9
SMALLEST_BUDGET = 100
SEARCHES_PER_SECOND = 4
# Longer than any wait that is kept to here: what lies further ahead is of another clock.
_HORIZON = 60.0


def _calls() -> Window:
    # The smallest budget that HubSpot sells, until the first answer says what this portal has.
    return Window(allowed=int(SMALLEST_BUDGET * SHARE), interval=10.0)


def _searches() -> Window:
    return Window(allowed=SEARCHES_PER_SECOND, interval=1.0)


@dataclass(slots=True, kw_only=True)
class Counts:
    """The windows of one portal, and what HubSpot last said of the day (``heard_at`` 0: nothing)."""

    calls: Window = field(default_factory=_calls)
    searches: Window = field(default_factory=_searches)
    daily_used: int = 0
    daily_allowed: int = 0
    heard_at: float = 0.0

    def window(self, *, search: bool) -> Window:
        """The window that a call falls into."""
        return self.searches if search else self.calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The counts of one portal, for one caller at a time: of all who have the same note."""

    note: Note

    @contextmanager
    def open(self) -> Iterator[tuple[Counts, float]]:
        """The counts inside a ``with``, and the moment by the clock of the note (seconds).

        What is changed in them is written at its end.
        """
        with self.note.open() as page:
            counts = _read(page.text, page.now)
            yield counts, page.now
            page.text = json.dumps(asdict(counts))


def _read(text: str, now: float) -> Counts:
    """The counts of a note. A clock that was put back must not hold calls up for long."""
    with suppress(ValueError, TypeError, AttributeError, KeyError, RecursionError):
        found = json.loads(text)
        return Counts(
            calls=_window(found["calls"], now),
            searches=_window(found["searches"], now),
            daily_used=int(found["daily_used"]),
            daily_allowed=int(found["daily_allowed"]),
            heard_at=float(found["heard_at"]),
        )
    return Counts()


def _window(found: dict[str, Any], now: float) -> Window:
    return Window(
        allowed=int(found["allowed"]),
        interval=float(found["interval"]),
        others=int(found["others"]),
        closed_until=min(float(found["closed_until"]), now + _HORIZON),
        places={name: min(float(at), now) for name, at in found["places"].items()},
        under_way={name: min(float(at), now) for name, at in found["under_way"].items()},
    )
