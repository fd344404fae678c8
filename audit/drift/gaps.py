"""Drift of fairness: the gap of each group in the reference window, in the newest one, and its change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.arrays import IntArray
from audit.drift.changing import Gaps, gaps_of
from audit.drift.model import Gap, GapDrift
from audit.drift.rates import METRICS, Moments, Told, moments
from audit.drift.source import Coded, Source
from audit.schema import Attribute, Stream

MEAN = "mean_score"
WINDOWS = ("reference window", "newest window")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sides:
    """The known groups of an attribute as codes of each row (the last code: unknown), and the reference."""

    attribute: Attribute
    names: tuple[str, ...]
    codes: IntArray
    reference: int


def sides_of(column: Coded, attribute: Attribute, source: Source) -> Sides | None:
    """The groups of an attribute; None with fewer than two. Without a named reference it is the largest."""
    leads = source.counted(source.window, 2, column.codes, column.axis.size).sum(axis=0)
    known = [code for code in np.flatnonzero(leads).tolist() if code != column.missing]
    if len(known) < 2:
        return None
    place = np.full(column.axis.size, len(known), dtype=np.int64)
    place[known] = np.arange(len(known))
    names = tuple(column.axis.levels[code] for code in known)
    named = attribute.reference in names
    reference = names.index(str(attribute.reference)) if named else int(np.argmax(leads[known]))
    return Sides(attribute=attribute, names=names, codes=place[column.codes], reference=reference)


def gap_drifts(sides: Sides, source: Source, stream: Stream, width: float) -> Iterator[GapDrift]:
    """Every metric that the source has, for every known group beside the reference group.

    ``width`` is that of the score's range, the unit of a gap in mean score.
    """
    for metric, told_of in METRICS.items():
        told = told_of(source)
        if told is not None:
            scaled = _Told(metric=metric, told=told, width=width if metric == MEAN else 1.0)
            yield from _of_metric(scaled, sides, source, stream)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Told:
    """What a metric tells of each row, and the unit that its values are divided by."""

    metric: str
    told: Told
    width: float

    def moments(self, sides: Sides, source: Source, place: IntArray, places: int) -> Moments:
        """Of the known groups; the last group, which is unknown, is left out."""
        found = moments(self.told, source, place, (places, len(sides.names) + 1), sides.codes)
        total, squares = found.total[:, :-1] / self.width, found.squares[:, :-1] / self.width**2
        return Moments(total=total, squares=squares, n=found.n[:, :-1])


def _of_metric(one: _Told, sides: Sides, source: Source, stream: Stream) -> Iterator[GapDrift]:
    groups = len(sides.names)
    both = one.moments(sides, source, source.window, 2)
    if not both.n.any():
        return
    gaps = gaps_of(both, sides.reference, stream.audit.confidence, rate=one.metric != MEAN)
    series = _series(one, sides, source, stream.audit.minimum_group)
    for group in range(groups):
        if group == sides.reference:
            continue
        few = _few(both, sides, group, stream.audit.minimum_group)
        yield GapDrift(
            metric=one.metric,
            attribute=sides.attribute.name,
            group=sides.names[group],
            reference=sides.names[sides.reference],
            special=sides.attribute.special_category,
            undefined=few,
            verdict="insufficient",
            p_adjusted=None,
            series=series[group],
            **_figures(gaps, both, (group, sides.reference), defined=few is None),
        )


def _figures(gaps: Gaps, both: Moments, pair: tuple[int, int], *, defined: bool) -> dict[str, Any]:
    group, reference = pair
    if not defined:
        return dict.fromkeys(("before", "after", "change", "low", "high", "p_value"))
    windows = [
        Gap(
            value=float(gaps.value[place, group]),
            low=float(gaps.ends[0][place, group]),
            high=float(gaps.ends[1][place, group]),
            n=round(both.n[place, group]),
            reference_n=round(both.n[place, reference]),
        )
        for place in (0, 1)
    ]
    return {
        "before": windows[0],
        "after": windows[1],
        "change": float(gaps.change[group]),
        "low": float(gaps.change_ends[0][group]),
        "high": float(gaps.change_ends[1][group]),
        "p_value": float(gaps.p_value[group]),
    }


def _few(both: Moments, sides: Sides, group: int, least: int) -> str | None:
    """Which side of which window has too few leads for a gap."""
    for place, window in enumerate(WINDOWS):
        for side in (group, sides.reference):
            if both.n[place, side] < least:
                leads = round(both.n[place, side])
                return f"{leads:,} of {least:,} leads needed, in the {window} of {sides.names[side]!r}"
    return None


def _series(one: _Told, sides: Sides, source: Source, least: int) -> list[tuple[float | None, ...]]:
    groups = len(sides.names)
    if source.calendar is None:
        return [()] * groups
    periods = one.moments(sides, source, source.period, len(source.calendar.periods))
    enough = periods.n >= least
    gap = periods.mean - periods.mean[:, sides.reference : sides.reference + 1]
    enough &= enough[:, sides.reference : sides.reference + 1]
    return [
        tuple(
            float(value) if known else None
            for value, known in zip(gap[:, group], enough[:, group], strict=True)
        )
        for group in range(groups)
    ]
