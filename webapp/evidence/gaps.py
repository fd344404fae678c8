"""One comparison of every group with the reference: the gap, its range, and the tolerance around none."""

from __future__ import annotations

from collections.abc import Sequence

from audit.disparity import Disparity
from webapp.charts.intervals import Axis, Bar, intervals
from webapp.evidence.figure import Figure, nothing
from webapp.evidence.groups import LOOKS, ORDER
from webapp.evidence.sheet import Column, Kind, Ranged, Sheet, ends, ranged
from webapp.evidence.source import Names, Source, gap_kind, joined
from webapp.viewmodels.words import MINUS, NBSP, VERDICT_WORDS, counted, metric_label

SMALLEST = 1e-12


def gaps_figure(source: Source, attribute: Names, metric: str, kind: str = "difference") -> Figure:
    """The gaps of a metric, as differences or ratios; a metric that only compares has no other chart."""
    found = source.gaps(attribute, metric, kind)
    words = "Difference" if kind == "difference" else "Ratio"
    title = f"{words} from the reference in {_lower(metric_label(metric))}, by {' and '.join(attribute)}"
    if not found:
        return nothing(title, "No group was compared by this metric: one group alone, or too few leads.")
    rows = sorted(found.values(), key=lambda one: (ORDER[one.verdict], one.value or 0.0))
    sheet = _sheet(rows, metric, kind)
    if all(one.value is None for one in rows):
        why = next((one.undefined for one in rows if one.undefined), "no gap could be computed")
        return Figure(title=title, lead="", sheet=sheet, lacking=f"There is nothing to draw: {why}.")
    bars = [_bar(one, metric, kind) for one in rows]
    text = _text(rows, bars)
    return Figure(
        title=title,
        lead=_lead(source, rows, kind),
        sheet=sheet,
        drawing=intervals(bars, _axis(source, metric, kind), title, text),
        special_category=source.special(attribute),
    )


def _lower(label: str) -> str:
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _bar(one: Disparity, metric: str, kind: str) -> Bar:
    return Bar(
        name=joined(one.group),
        value=one.value,
        low=one.low,
        high=one.high,
        said=said_of(one, gap_kind(metric, kind)),
        look=LOOKS[one.verdict],
    )


def said_of(one: Ranged, kind: Kind) -> str:
    """A gap as it stands beside its bar: the axis says the unit."""
    return ranged(one, kind).replace(f"{NBSP}points", "").replace(f"{NBSP}times", "")


def _axis(source: Source, metric: str, kind: str) -> Axis:
    asked, unit = source.report.settings, gap_kind(metric, kind)
    if kind == "ratio":
        band = (asked.tolerance_ratio, 1 / asked.tolerance_ratio)
        return Axis(words="times the reference", tick=lambda v: f"{v:g}", goal=1.0, band=band)
    share, tolerance = unit == "points", asked.tolerated(metric)
    return Axis(
        words="points" if share else metric_label(metric),
        tick=lambda value: signed(value * 100 if share else value),
        goal=0.0,
        band=(-tolerance, tolerance),
    )


def signed(value: float) -> str:
    """A number with its sign, as a tick of an axis."""
    return "0" if abs(value) < SMALLEST else f"{value:+g}".replace("-", MINUS)


def _lead(source: Source, rows: Sequence[Disparity], kind: str) -> str:
    confidence = f"{source.report.settings.confidence * 100:g}{NBSP}%"
    none = "0 is no gap" if kind == "difference" else "1 is no gap"
    return (
        f"Each bar is the plausible range of the gap to {joined(rows[0].reference)} "
        f"(confidence {confidence}). {none}; the dotted lines are the tolerance. A verdict "
        "needs the whole bar on one side of it."
    )


def _text(rows: Sequence[Disparity], bars: Sequence[Bar]) -> str:
    told = [f"{bar.name} {bar.said}, {bar.look.words}" for bar in bars]
    if len(told) <= 8:
        return "; ".join(told)
    outside = sum(one.verdict == "fail" for one in rows)
    return f"{counted(len(told), 'group', 'groups')}, {outside:,} outside tolerance. All are in the table."


def _sheet(rows: Sequence[Disparity], metric: str, kind: str) -> Sheet:
    unit = gap_kind(metric, kind)
    columns = (
        Column(head="Group", name="group"),
        Column(head="Compared with", name="reference"),
        Column(head="Leads (n)", name="n", kind="count"),
        Column(head=kind.capitalize(), name=kind, kind=unit),
        *ends(unit),
        Column(head="p", name="p", kind="p"),
        Column(head="p, corrected", name="p_adjusted", kind="p"),
        Column(head="Verdict", name="verdict"),
        Column(head="Leads needed", name="n_needed", kind="count"),
        Column(head="Why there is no value", name="undefined"),
    )
    return Sheet(
        caption=f"{metric_label(metric)}: {kind} from the reference group",
        columns=columns,
        rows=tuple(
            (
                *(joined(one.group), joined(one.reference), one.n, one.value, one.low, one.high),
                *(one.p, one.p_adjusted, VERDICT_WORDS[one.verdict], one.n_needed, one.undefined or ""),
            )
            for one in rows
        ),
    )
