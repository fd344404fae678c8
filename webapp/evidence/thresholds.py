"""What every threshold would do to each group: a curve a group, and a table of any one threshold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.thresholds import MEASURED, GroupCounts, Series, ThresholdCounts, series
from webapp.charts.curves import Curve, Dot, Frame, curves, panels
from webapp.evidence.figure import Figure, nothing
from webapp.evidence.sheet import Column, Sheet, Value
from webapp.evidence.source import NOT_KEPT, UNKNOWN, Names, Source
from webapp.viewmodels.words import counted, metric_label

MOST = 6
EACH = 10
"""Every so many thresholds one is in the table of a page."""
NO_SCORE = "This stream has a decision and no score, so there is no threshold to move."


@dataclass(frozen=True, slots=True, kw_only=True)
class AtThreshold:
    """One group at one threshold: its rate and its gap, each with its range, and how the range reads."""

    group: str
    is_reference: bool
    n: int
    hits: int
    value: float | None
    low: float | None
    high: float | None
    gap: float | None
    gap_low: float | None
    gap_high: float | None
    reads: str


def available(source: Source) -> tuple[str, ...]:
    """The metrics that the counts of an audit tell."""
    counts = source.counts
    if counts is None or not counts.thresholds:
        return ()
    return MEASURED if counts.outcomes else MEASURED[:1]


def lacking(source: Source, attribute: Names) -> str:
    """Why there is no threshold to move; empty where there is."""
    if source.counts is None or source.counts.of(attribute[0]) is None:
        return NOT_KEPT
    return "" if source.counts.thresholds else NO_SCORE


def thresholds_figure(source: Source, attribute: Names, metric: str) -> Figure:
    """A metric over all thresholds, a panel a group; the table has every threshold of every group."""
    title = f"{metric_label(metric)} at every threshold, by {attribute[0]}"
    why = lacking(source, attribute)
    if why:
        return nothing(title, why)
    if metric not in available(source):
        return nothing(
            title, "No outcome is known yet, so only who is selected can be told at each threshold."
        )
    counts = source.counts
    groups = None if counts is None else counts.of(attribute[0])
    if counts is None or groups is None:
        return nothing(title, NOT_KEPT)
    made = series(counts, groups, metric)
    order = _order(groups)
    shown = [_curve(counts, groups, made, place) for place in order[:MOST]]
    reference = None if groups.reference is None else _curve(counts, groups, made, groups.reference)
    frame = _frame(counts, reference)
    return Figure(
        title=title,
        lead=(
            "The line is a group's rate at each threshold, the band its plausible range, the dashed line the "
            "reference group. The dotted upright line is the threshold in force."
        ),
        sheet=_sheet(source, made, groups, metric),
        drawing=curves(shown, frame, title, _text(counts, groups, made)),
        panels=panels(shown, frame, title),
        notes=_notes(len(order)),
        special_category=groups.special_category,
    )


def at_threshold(source: Source, attribute: Names, metric: str, place: int) -> tuple[AtThreshold, ...]:
    """Every group at the threshold in this place; empty where there is none."""
    counts = source.counts
    groups = None if counts is None else counts.of(attribute[0])
    if counts is None or groups is None or not 0 <= place < len(counts.thresholds):
        return ()
    made = series(counts, groups, metric)
    return tuple(_at(source, made, groups, (place, group)) for group in _order(groups))


def place_of(counts: ThresholdCounts, asked: float | None) -> int:
    """The place of the threshold nearest to the one asked for; else of the stream's own, or the middle."""
    wanted = counts.own if asked is None else asked
    if wanted is None:
        return len(counts.thresholds) // 2
    return int(np.argmin(np.abs(np.array(counts.thresholds) - wanted)))


def _order(groups: GroupCounts) -> list[int]:
    """The reference first, then by leads, unknown last."""
    leads = groups.leads.sum(axis=1)
    return sorted(
        range(len(groups.groups)),
        key=lambda place: (place != groups.reference, groups.groups[place] == UNKNOWN, -int(leads[place])),
    )


def _at(source: Source, made: Series, groups: GroupCounts, where: tuple[int, int]) -> AtThreshold:
    names = ("value", "low", "high", "gap", "gap_low", "gap_high")
    numbers = {name: _number(getattr(made, name)[where]) for name in names}
    is_reference = where[1] == groups.reference
    if is_reference:
        numbers |= {"gap": None, "gap_low": None, "gap_high": None}
    return AtThreshold(
        group=groups.groups[where[1]],
        is_reference=is_reference,
        n=int(made.n[where]),
        hits=int(made.hits[where]),
        reads=_reads(source, made, groups, where),
        **numbers,
    )


def _reads(source: Source, made: Series, groups: GroupCounts, where: tuple[int, int]) -> str:
    """How the range of the gap lies to the tolerance; the same words as in thresholds.js."""
    row, place = where
    if groups.reference is None:
        return "not compared"
    if place == groups.reference:
        return "reference group"
    asked, other = source.report.settings, int(made.n[row, groups.reference])
    few = min(int(made.n[where]), other) < asked.minimum_group
    steady = groups.steady is None or (groups.steady[place] and groups.steady[groups.reference])
    low, high = made.gap_low[where], made.gap_high[where]
    if few or not steady or not np.isfinite(low):
        return "not enough data"
    if low > asked.tolerance_difference or high < -asked.tolerance_difference:
        return "outside tolerance"
    inside = low >= -asked.tolerance_difference and high <= asked.tolerance_difference
    return "within tolerance" if inside else "not enough data"


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _curve(counts: ThresholdCounts, groups: GroupCounts, made: Series, place: int) -> Curve:
    leads = int(groups.leads[place].sum())
    dots = tuple(_dots(counts, made, place))
    return Curve(
        name=f"{groups.groups[place]} (n {leads:,})",
        dots=dots,
        note="" if dots else "no value at any threshold",
    )


def _dots(counts: ThresholdCounts, made: Series, place: int) -> Iterator[Dot]:
    for row, threshold in enumerate(counts.thresholds):
        value, low, high = (float(part[row, place]) for part in (made.value, made.low, made.high))
        if np.isfinite(value):
            yield Dot(at=threshold, value=value, low=low, high=high)


def _frame(counts: ThresholdCounts, reference: Curve | None) -> Frame:
    side = "at least" if counts.higher_is_better else "at most"
    return Frame(
        reference=reference,
        x_words=f"Threshold (a score of {side})",
        x_tick=lambda value: f"{value:g}",
        y_tick=lambda value: f"{value * 100:g}%",
        span=(counts.thresholds[0], max(counts.thresholds[-1], counts.thresholds[0] + 1e-9)),
        within=(0.0, 1.0),
        at=counts.own,
    )


def _text(counts: ThresholdCounts, groups: GroupCounts, made: Series) -> str:
    if not np.isfinite(made.gap).any() or len(groups.groups) < 2:
        return f"{counted(len(groups.groups), 'group', 'groups')}. Every value is in the table."
    widest = int(np.nanargmax(np.abs(np.where(np.isfinite(made.gap), made.gap, 0.0))))
    row, place = divmod(widest, len(groups.groups))
    return (
        f"{counted(len(groups.groups), 'group', 'groups')}. Measured, the widest gap is "
        f"{made.gap[row, place] * 100:+.1f} points, for {groups.groups[place]} at threshold "
        f"{counts.thresholds[row]:g}. Every value is in the table."
    )


def _notes(groups: int) -> tuple[str, ...]:
    start = (
        "The ranges are those that the audit gives at that threshold. They are not corrected for looking at "
        "many thresholds or groups: choose one by its reasons, then let the next audit judge it."
    )
    if groups <= MOST:
        return (start,)
    return (start, f"{MOST} of {groups:,} groups are drawn; the table has all.")


def _sheet(source: Source, made: Series, groups: GroupCounts, metric: str) -> Sheet:
    columns = (
        Column(head="Group", name="group"),
        Column(head="Threshold", name="threshold", kind="plain"),
        Column(head="Leads (n)", name="n", kind="count"),
        Column(head=metric_label(metric), name=metric, kind="share"),
        Column(head="from", name="low", kind="share"),
        Column(head="to", name="high", kind="share"),
        Column(head="Difference from the reference", name="difference", kind="points"),
        Column(head="from", name="difference_low", kind="points"),
        Column(head="to", name="difference_high", kind="points"),
        Column(head="The range reads", name="reads"),
    )
    thresholds = source.counts.thresholds if source.counts else ()
    own = source.counts.own if source.counts else None
    order = _order(groups)
    kept = [row for row, one in enumerate(thresholds) if row % EACH == 0 or one == own]
    return Sheet(
        caption=(
            f"{metric_label(metric)} by {groups.attribute}, every tenth threshold and the one in force; the "
            f"file has all {len(thresholds):,}"
        ),
        columns=columns,
        rows=tuple(
            _cells(one, _at(source, made, groups, (row, place)))
            for place in order
            for row, one in enumerate(thresholds)
        ),
        shown=tuple(at * len(thresholds) + row for at in range(len(order)) for row in kept),
    )


def _cells(threshold: float, one: AtThreshold) -> tuple[Value, ...]:
    return (
        *(one.group, float(threshold), one.n, one.value, one.low, one.high),
        *(one.gap, one.gap_low, one.gap_high, one.reads),
    )
