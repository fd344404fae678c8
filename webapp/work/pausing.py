"""How long what was tried in vain waits before it is tried again."""

from __future__ import annotations

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 30.0, 3600.0


def pause(tries: int, retry_after: float) -> float:
    """The seconds after so many tries in vain: doubled each time, and as the other side asks at least."""
    return max(min(FIRST_PAUSE_SECONDS * 2.0**tries, LONGEST_PAUSE_SECONDS), retry_after)
