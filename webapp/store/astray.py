"""Moments that a clock wrote which was ahead and was set right since: they are not to be waited for."""

from __future__ import annotations

from datetime import datetime, timedelta

ASTRAY = timedelta(hours=1)
"""Clocks of several workers differ by less; one that was further ahead was wrong, and was set back."""


def is_astray(written: datetime, now: datetime) -> bool:
    """Whether a moment that lies behind, as it was written down, lies far ahead by the clock as it is now."""
    return written - now > ASTRAY
