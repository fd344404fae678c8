"""One number with its uncertainty, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value, its confidence interval and the number of leads behind it.

    ``value``, ``low`` and ``high`` are None exactly when ``undefined`` gives a reason in plain
    words; they are never NaN, and never 0 for "no data". ``n`` is the number of leads that the
    value is computed from: for a rate, its denominator. ``shrunk`` with its interval is what the value
    probably is, given the other groups (`audit.metrics.shrinkage`); None where that does not apply.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    undefined: str | None = None
    shrunk: float | None = None
    shrunk_low: float | None = None
    shrunk_high: float | None = None

    @classmethod
    def missing(cls, reason: str, n: int = 0) -> Estimate:
        """No number, for this reason."""
        return cls(value=None, low=None, high=None, n=n, undefined=reason)
