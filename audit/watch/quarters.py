"""Scorecards by quarter: the leads of three months of creation, once their outcomes are ripe.

A quarter is looked at once, when it is complete: intervals for a fixed number of leads do then (Wilson for a
share, Newcombe for a gap). Within one quarter and metric a group fails only beyond the interval that is
corrected for the number of groups (Bonferroni): among thirty equal groups some gap always looks large.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from audit.disparity import Verdict
from audit.intervals import mover, wilson
from audit.watch.counting import DayCounts

Tally = Mapping[str, tuple[float, float]]
"""Of each group how many leads something happened to, and how many count."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Quarter:
    """Three months: ``number`` is 1 to 4."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        after = date(self.year + self.number // 4, 3 * (self.number % 4) + 1, 1)
        return after - timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A value with its ends; all are None where there is no lead."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """What a metric is held against: the largest tolerated gap, the least share; None where there is none."""

    gap: float | None = None
    least: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One metric of one group; ``gap`` is None for the reference, a verdict where none is asked for."""

    group: str
    n: int
    share: Range
    gap: Range | None
    by_gap: Verdict | None
    by_least: Verdict | None


NOTHING = Range(value=None, low=None, high=None)


def quarter_of(day: date) -> Quarter:
    """The quarter that a day lies in."""
    return Quarter(year=day.year, number=(day.month + 2) // 3)


def by_quarter(parts: Iterable[DayCounts]) -> dict[Quarter, dict[str, tuple[float, float]]]:
    """Day counts of one metric and attribute, which have no day in common, summed by quarter."""
    found: dict[Quarter, dict[str, tuple[float, float]]] = {}
    for counts in parts:
        quarters = [quarter_of(day) for day in counts.day]
        for quarter in dict.fromkeys(quarters):
            there = np.array([one == quarter for one in quarters])
            sums = counts.happened[there].sum(axis=0), counts.n[there].sum(axis=0)
            tally = found.setdefault(quarter, {})
            for group, hits, n in zip(counts.group, *sums, strict=True):
                before = tally.get(group, (0.0, 0.0))
                if n:
                    tally[group] = (before[0] + float(hits), before[1] + float(n))
    return found


def scored(tally: Tally, reference: str, standard: Standard, rules: tuple[float, int]) -> tuple[Scored, ...]:
    """One metric of one quarter: every group by itself, and beside the reference.

    Parameters
    ----------
    tally
        The counts of the quarter.
    reference
        The group that the others are compared with.
    standard
        What they are held against.
    rules
        The confidence, and how many leads a group needs for a verdict.
    """
    large = [name for name, (_, n) in tally.items() if n >= rules[1]]
    family = max(1, len([name for name in large if name != reference]))
    strict = 1 - (1 - rules[0]) / family
    compared = reference if reference in large else ""
    return tuple(
        _scored(name, tally, compared, (standard, rules[0], strict, name in large)) for name in tally
    )


def _scored(name: str, tally: Tally, reference: str, by: tuple[Standard, float, float, bool]) -> Scored:
    standard, confidence, strict, large = by
    share, wide = (_share(tally[name], each) for each in (confidence, strict))
    gap = surely = None
    if reference and name != reference:
        gap, surely = (_gap(tally[name], tally[reference], each) for each in (confidence, strict))
    asked = standard.gap if name != reference else None
    return Scored(
        group=name,
        n=round(tally[name][1]),
        share=share,
        gap=gap,
        by_gap=_within(gap if large else None, surely, asked),
        by_least=_above(share, wide, standard.least, large=large),
    )


def _share(counted: tuple[float, float], confidence: float) -> Range:
    hits, n = (np.asarray([one]) for one in counted)
    if not counted[1]:
        return NOTHING
    low, high = wilson(hits, n, confidence)
    return Range(value=float(hits[0] / n[0]), low=float(low[0]), high=float(high[0]))


def _gap(one: tuple[float, float], other: tuple[float, float], confidence: float) -> Range:
    parts = [tuple(np.asarray([value]) for value in each) for each in (one, other)]
    rates = [hits / np.maximum(n, 1) for hits, n in parts]
    if not (one[1] and other[1]):
        return NOTHING
    ends = [wilson(hits, n, confidence) for hits, n in parts]
    low, high = mover(rates[0], ends[0], rates[1], ends[1])
    return Range(value=float(rates[0][0] - rates[1][0]), low=float(low[0]), high=float(high[0]))


def _within(gap: Range | None, surely: Range | None, tolerance: float | None) -> Verdict | None:
    if tolerance is None:
        return None
    if gap is None or surely is None or gap.low is None or gap.high is None:
        return "insufficient"
    if surely.low is not None and surely.high is not None and _outside(surely.low, surely.high, tolerance):
        return "fail"
    return "pass" if gap.low >= -tolerance and gap.high <= tolerance else "insufficient"


def _outside(low: float, high: float, tolerance: float) -> bool:
    return low > tolerance or high < -tolerance


def _above(share: Range, surely: Range, least: float | None, *, large: bool) -> Verdict | None:
    if least is None:
        return None
    if not large or share.low is None or surely.high is None:
        return "insufficient"
    if surely.high < least:
        return "fail"
    return "pass" if share.low >= least else "insufficient"


def last_quarters(every: Iterable[Quarter], most: int) -> Sequence[Quarter]:
    """The newest quarters, the newest first."""
    return sorted(every, reverse=True)[:most]
