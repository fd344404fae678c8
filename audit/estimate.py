"""One number with its uncertainty, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value, its confidence interval and the number of leads behind it.

    ``value``, ``low`` and ``high`` are None exactly when ``undefined`` gives a reason in plain
    words; they are never NaN, and never 0 for "no data".
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    undefined: str | None = None
