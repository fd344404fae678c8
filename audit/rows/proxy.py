"""How well each feature gives an attribute away, and how much of the gap flows through it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """One feature as a stand-in for one attribute.

    ``auc`` is held-out (0.5: tells nothing, 1: gives the attribute away). ``share`` is the share
    of the mean score gap that goes through the feature; None where there is no gap to share.
    """

    feature: str
    attribute: str
    auc: float
    low: float
    high: float
    p_adjusted: float
    share: float | None
    share_low: float | None
    share_high: float | None
    rank: int
