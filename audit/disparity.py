"""Gaps and ratios between a group and its reference, each with a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["difference", "ratio"]
Verdict = Literal["pass", "fail", "insufficient"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disparity:
    """One comparison of a group with its reference group on one metric.

    ``kind`` "difference" is group minus reference, "ratio" is group over reference. ``attribute``,
    ``group`` and ``reference`` have one entry per crossed attribute. ``p`` tests equality;
    ``p_adjusted`` is corrected over the family the comparison belongs to. ``n_needed`` says how
    many leads the group would need for a verdict, when the verdict is "insufficient" and a finite
    answer exists. ``undefined`` gives the reason exactly when ``value`` is None.
    """

    attribute: tuple[str, ...]
    group: tuple[str, ...]
    reference: tuple[str, ...]
    metric: str
    kind: Kind
    value: float | None
    low: float | None
    high: float | None
    n: int
    p: float | None
    p_adjusted: float | None
    verdict: Verdict
    n_needed: int | None
    undefined: str | None = None
