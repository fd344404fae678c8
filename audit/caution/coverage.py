"""Whether something is known, or done, as often for one group as for another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.arrays import sum_by
from audit.finding import Evidence, evidence
from audit.finding.words import percent, quoted
from audit.intervals import wilson
from audit.rows.levels import Reals, groups
from audit.rows.separating.separation import independence
from audit.schema import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A group, its share, and the Wilson interval of that."""

    group: str
    share: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """The group with its share and interval: "'b' leads 40.1 % (37.0 to 43.2 %)"."""
        low = percent(self.low).removesuffix(" %")
        return f"{percent(self.share)} ({low} to {percent(self.high)}) of {quoted(self.group)} leads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The groups with the lowest and the highest share, and the p-value of one share for all."""

    lowest: Side
    highest: Side
    p: float

    @property
    def words(self) -> str:
        """Both sides as part of a sentence."""
        return f"{self.lowest.words} against {self.highest.words}"

    def evidence(self, attribute: str) -> Evidence:
        """The numbers behind the sentence."""
        return evidence(
            attribute=attribute,
            lowest=self.lowest.share,
            lowest_from=self.lowest.low,
            lowest_to=self.lowest.high,
            lowest_group=self.lowest.group,
            highest=self.highest.share,
            highest_from=self.highest.low,
            highest_to=self.highest.high,
            highest_group=self.highest.group,
            p=self.p,
        )


def spread_of(table: pa.Table, hit: Reals, counted: Reals, attribute: str, stream: Stream) -> Spread | None:
    """Lowest and highest share of hits among counted leads, by group.

    None where they differ by no more than the tolerance, or not surely (chi-square, Bonferroni over the
    attributes and the two things that are looked at: work and outcomes), or where fewer than two groups
    have the minimum of leads.
    """
    levels = groups(table, attribute, stream.audit.minimum_group)
    known = levels.codes >= 0
    if levels.size < 2:
        return None
    n, hits = (sum_by(levels.codes[known], part[known], levels.size) for part in (counted, hit * counted))
    if n.min() < stream.audit.minimum_group:
        return None
    rate = hits / n
    bar = (1 - stream.audit.confidence) / (2 * len(stream.attributes))
    p = independence(np.stack([hits, n - hits]).astype(np.float64))
    if np.ptp(rate) <= stream.audit.tolerance_difference or p >= bar:
        return None
    low, high = wilson(hits, n, stream.audit.confidence)
    sides = [
        Side(group=levels.names[at], share=float(rate[at]), low=float(low[at]), high=float(high[at]))
        for at in (int(rate.argmin()), int(rate.argmax()))
    ]
    return Spread(lowest=sides[0], highest=sides[1], p=p)
