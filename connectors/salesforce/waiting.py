"""Waiting for a job at Salesforce: seldom, since every look is a call of the day, and not for ever."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

FIRST, LONGEST, GROWTH = 0.5, 30.0, 1.6
HOUR = 3600.0


@dataclass(slots=True)
class Patience:
    """Pauses that grow from half a second to half a minute, with jitter, until ``most`` seconds are spent."""

    pause: Callable[[float], None]
    most: float = HOUR
    spent: float = 0.0
    _next: float = FIRST

    def wait(self) -> bool:
        """Wait once more; False, without waiting, where the time is up."""
        if self.spent >= self.most:
            return False
        seconds = self._next * secrets.SystemRandom().uniform(0.8, 1.2)
        self.pause(seconds)
        self.spent += seconds
        self._next = min(LONGEST, self._next * GROWTH)
        return True
