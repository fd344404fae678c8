"""What every threshold would do to each group: a curve a group, and a table of any one threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.thresholds import MEASURED, GroupCounts, Reads, Series, ThresholdCounts, reads, series
from webapp.charts.curves import Curve, Dot, Frame, curves, panels
from webapp.evidence.figure import Figure, nothing
from webapp.evidence.sheet import Column, Sheet, Value, ends
from webapp.evidence.source import NOT_KEPT, UNKNOWN, Names, Source
from webapp.language import decimal, gettext, marked, pointed
from webapp.viewmodels.words import counted, metric_label, tick

MOST = 6
EACH = 10
"""Every so many thresholds one is in the table of a page."""
NO_SCORE = marked("This stream has a decision and no score, so there is no threshold to move.")
NO_OUTCOME = marked("No outcome is known yet, so only who is selected can be told at each threshold.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AtThreshold:
    """One group at one threshold: its rate and its gap, each with its range, and how the range reads."""

    group: str
    is_reference: bool
    n: int
    value: float | None
    low: float | None
    high: float | None
    gap: float | None
    gap_low: float | None
    gap_high: float | None
    reads: Reads


@dataclass(frozen=True, slots=True, kw_only=True)
class _Over:
    """One metric of one attribute's groups over all thresholds."""

    counts: ThresholdCounts
    groups: GroupCounts
    made: Series
    reads: tuple[tuple[Reads, ...], ...]

    def order(self) -> list[int]:
        """The places of the groups: the reference first, then by leads, unknown last."""
        names, leads, reference = self.groups.groups, self.groups.leads.sum(axis=1), self.groups.reference
        return sorted(
            range(len(names)), key=lambda at: (at != reference, names[at] == UNKNOWN, -int(leads[at]))
        )

    def at(self, row: int, place: int) -> AtThreshold:
        """The group in a place at the threshold in a row; the reference has no gap to itself."""
        made, is_reference = self.made, place == self.groups.reference
        rate = (made.value, made.low, made.high)
        apart = (made.gap, made.gap_low, made.gap_high)
        value, low, high = (_number(part[row, place]) for part in rate)
        gap, gap_low, gap_high = (None if is_reference else _number(part[row, place]) for part in apart)
        return AtThreshold(
            group=self.groups.groups[place],
            is_reference=is_reference,
            n=int(made.n[row, place]),
            value=value,
            low=low,
            high=high,
            gap=gap,
            gap_low=gap_low,
            gap_high=gap_high,
            reads=self.reads[row][place],
        )

    def curve(self, place: int) -> Curve:
        """The rates of one group."""
        found = ((at, self.at(row, place)) for row, at in enumerate(self.counts.thresholds))
        dots = tuple(
            Dot(at=at, value=one.value, low=one.low, high=one.high)
            for at, one in found
            if one.value is not None and one.low is not None and one.high is not None
        )
        leads = int(self.groups.leads[place].sum())
        return Curve(
            name=f"{self.groups.groups[place]} (n {decimal(leads)})",
            dots=dots,
            note="" if dots else gettext("no value at any threshold"),
        )


def available(source: Source) -> tuple[str, ...]:
    """The metrics that the counts of an audit tell."""
    counts = source.counts
    if counts is None or not counts.thresholds:
        return ()
    return MEASURED if counts.outcomes else MEASURED[:1]


def lacking(source: Source, attribute: Names) -> str:
    """Why there is no threshold to move; empty where there is."""
    if source.counts is None or source.counts.of(attribute[0]) is None:
        return gettext(NOT_KEPT)
    return "" if source.counts.thresholds else gettext(NO_SCORE)


def thresholds_figure(source: Source, attribute: Names, metric: str) -> Figure:
    """A metric over all thresholds, a panel a group; the table has every threshold of every group."""
    words = gettext("%(metric)s at every threshold, by %(attribute)s")
    title = words % {"metric": metric_label(metric), "attribute": attribute[0]}
    over = _over(source, attribute, metric)
    if over is None:
        return nothing(title, lacking(source, attribute) or gettext(NO_OUTCOME))
    order, reference = over.order(), over.groups.reference
    shown = [over.curve(place) for place in order[:MOST]]
    frame = _frame(over.counts, None if reference is None else over.curve(reference))
    return Figure(
        title=title,
        lead=gettext(
            "The line is a group's rate at each threshold, the band its plausible range, the dashed line the "
            "reference group. The dotted upright line is the threshold in force."
        ),
        sheet=_sheet(over, order, metric),
        drawing=curves(shown, frame, title, _text(over)),
        panels=panels(shown, frame, title),
        notes=_notes(len(order)),
        special_category=over.groups.special_category,
    )


def at_threshold(source: Source, attribute: Names, metric: str, step: int) -> tuple[AtThreshold, ...]:
    """Every group at the threshold of this step; empty where there is none."""
    over = _over(source, attribute, metric)
    return () if over is None else tuple(over.at(step, place) for place in over.order())


def place_of(counts: ThresholdCounts, asked: float | None) -> int:
    """The place of the threshold nearest to the one asked for; else of the stream's own, or the middle."""
    wanted = counts.own if asked is None else asked
    if wanted is None:
        return len(counts.thresholds) // 2
    return int(np.argmin(np.abs(np.array(counts.thresholds) - wanted)))


def _over(source: Source, attribute: Names, metric: str) -> _Over | None:
    counts, asked = source.counts, source.report.settings
    groups = None if counts is None or metric not in available(source) else counts.of(attribute[0])
    if counts is None or groups is None:
        return None
    made = series(counts, groups, metric)
    read = reads(made, groups, asked.tolerance_difference, asked.minimum_group)
    return _Over(counts=counts, groups=groups, made=made, reads=read)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _frame(counts: ThresholdCounts, reference: Curve | None) -> Frame:
    up = counts.higher_is_better
    return Frame(
        reference=reference,
        x_words=gettext("Threshold (a score of at least)")
        if up
        else gettext("Threshold (a score of at most)"),
        x_tick=lambda value: tick(value, share=False),
        y_tick=lambda value: tick(value, share=True),
        span=(counts.thresholds[0], max(counts.thresholds[-1], counts.thresholds[0] + 1e-9)),
        within=(0.0, 1.0),
        at=counts.own,
    )


def _text(over: _Over) -> str:
    gap, names = np.nan_to_num(np.abs(over.made.gap)), over.groups.groups
    groups, table = counted(len(names), "group", "groups"), gettext("Every value is in the table.")
    if not gap.any():
        return f"{groups}. {table}"
    row, place = divmod(int(gap.argmax()), len(names))
    widest = gettext(
        "Measured, the widest gap is %(gap)s points, for %(group)s at threshold %(threshold)s.",
        gap=pointed(f"{over.made.gap[row, place] * 100:+.1f}"),
        group=names[place],
        threshold=tick(over.counts.thresholds[row], share=False),
    )
    return f"{groups}. {widest} {table}"


def _notes(groups: int) -> tuple[str, ...]:
    start = gettext(
        "The ranges are those that the audit gives at that threshold. They are not corrected for looking at "
        "many thresholds or groups: choose one by its reasons, then let the next audit judge it."
    )
    if groups <= MOST:
        return (start,)
    drawn = gettext("%(shown)s of %(groups)s groups are drawn; the table has all.")
    return (start, drawn % {"shown": MOST, "groups": decimal(groups)})


def _sheet(over: _Over, order: list[int], metric: str) -> Sheet:
    columns = (
        Column(head=gettext("Group"), name="group"),
        Column(head=gettext("Threshold"), name="threshold", kind="plain"),
        Column(head=gettext("Leads (n)"), name="n", kind="count"),
        Column(head=metric_label(metric), name=metric, kind="share"),
        *ends("share"),
        Column(head=gettext("Difference from the reference"), name="difference", kind="points"),
        *ends("points", "difference_"),
        Column(head=gettext("The range reads"), name="reads"),
    )
    thresholds = over.counts.thresholds
    kept = [row for row, one in enumerate(thresholds) if row % EACH == 0 or one == over.counts.own]
    return Sheet(
        caption=gettext(
            "%(metric)s by %(attribute)s, every tenth threshold and the one in force; the file has all "
            "%(all)s",
            metric=metric_label(metric),
            attribute=over.groups.attribute,
            all=decimal(len(thresholds)),
        ),
        columns=columns,
        rows=tuple(_cells(at, over.at(row, place)) for place in order for row, at in enumerate(thresholds)),
        shown=tuple(at * len(thresholds) + row for at in range(len(order)) for row in kept),
    )


def _cells(threshold: float, one: AtThreshold) -> tuple[Value, ...]:
    return (
        *(one.group, float(threshold), one.n, one.value, one.low, one.high),
        *(one.gap, one.gap_low, one.gap_high, gettext(one.reads)),
    )
