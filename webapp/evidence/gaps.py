"""One comparison of every group with the reference: the gap, its range, and the tolerance around none."""

from __future__ import annotations

from collections.abc import Sequence

from audit.disparity import Disparity
from audit.report.einstein import METRIC
from webapp.charts.intervals import Axis, Bar, intervals
from webapp.evidence.einstein import einstein_ratio, notes_beside
from webapp.evidence.figure import Figure, nothing
from webapp.evidence.groups import LOOKS, ORDER
from webapp.evidence.sheet import Column, Kind, Ranged, Sheet, ends, ranged, reasons
from webapp.evidence.source import Names, Source, gap_kind, joined
from webapp.language import decimal, gettext, ngettext, pointed, shortest
from webapp.viewmodels.words import MINUS, NBSP, VERDICT_WORDS, metric_inside, metric_label, named, tick

SMALLEST = 1e-12


def gaps_figure(source: Source, attribute: Names, metric: str, kind: str = "difference") -> Figure:
    """The gaps of a metric, as differences or ratios; a metric that only compares has no other chart."""
    found = source.gaps(attribute, metric, kind)
    title = _title(attribute, metric, kind)
    if not found:
        why = gettext("No group was compared by this metric: one group alone, or too few leads.")
        return nothing(title, why)
    rows = sorted(found.values(), key=lambda one: (ORDER[one.verdict], one.value or 0.0))
    sheet = _sheet(rows, metric, kind)
    if all(one.value is None for one in rows):
        return Figure(title=title, lead="", sheet=sheet, lacking=_why(rows))
    bars, axis = [_bar(one, metric, kind) for one in rows], _axis(source, rows[0], kind)
    text = _text(rows, bars)
    return Figure(
        title=title,
        lead=_lead(source, rows, kind),
        sheet=sheet,
        drawing=intervals(bars, axis, title, text),
        notes=notes_beside(axis.beside),
        special_category=source.special(attribute),
    )


def _title(attribute: Names, metric: str, kind: str) -> str:
    words = {"metric": metric_inside(metric), "attribute": named(attribute)}
    if kind == "difference":
        return gettext("Difference from the reference in %(metric)s, by %(attribute)s", **words)
    return gettext("Ratio from the reference in %(metric)s, by %(attribute)s", **words)


def _why(rows: Sequence[Disparity]) -> str:
    why = next((one.undefined for one in rows if one.undefined), None)
    if why is None:
        return gettext("There is nothing to draw: no gap could be computed.")
    return gettext("There is nothing to draw: %(reason)s.", reason=why)


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
    times, points = gettext("%(value)s\N{NO-BREAK SPACE}times", value=""), gettext("points")
    return ranged(one, kind).replace(f"{NBSP}{points}", "").replace(times, "")


def _axis(source: Source, one: Disparity, kind: str) -> Axis:
    metric, asked = one.metric, source.report.settings
    unit = gap_kind(metric, kind)
    if kind == "ratio":
        return Axis(
            words=gettext("times the reference"),
            tick=lambda v: tick(v, share=False),
            goal=1.0,
            band=(asked.tolerance_ratio, 1 / asked.tolerance_ratio),
            beside=einstein_ratio(source, one.attribute, one.reference) if metric == METRIC else None,
        )
    share, tolerance = unit == "points", asked.tolerated(metric)
    return Axis(
        words=gettext("points") if share else metric_label(metric),
        tick=lambda value: signed(value * 100 if share else value),
        goal=0.0,
        band=(-tolerance, tolerance),
    )


def signed(value: float) -> str:
    """A number with its sign, as a tick of an axis."""
    return "0" if abs(value) < SMALLEST else pointed(f"{value:+g}").replace("-", MINUS)


def _lead(source: Source, rows: Sequence[Disparity], kind: str) -> str:
    return gettext(
        "Each bar is the plausible range of the gap to %(reference)s (confidence "
        "%(confidence)s\N{NO-BREAK SPACE}%%). %(none)s is no gap; the dotted lines are the tolerance. A "
        "verdict needs the whole bar on one side of it.",
        reference=joined(rows[0].reference),
        confidence=shortest(source.report.settings.confidence * 100),
        none="0" if kind == "difference" else "1",
    )


def _text(rows: Sequence[Disparity], bars: Sequence[Bar]) -> str:
    told = [f"{bar.name} {bar.said}, {gettext(bar.look.words)}" for bar in bars]
    if len(told) <= 8:
        return "; ".join(told)
    outside = sum(one.verdict == "fail" for one in rows)
    return ngettext(
        "%(n)s\N{NO-BREAK SPACE}group, %(outside)s outside tolerance. All are in the table.",
        "%(n)s\N{NO-BREAK SPACE}groups, %(outside)s outside tolerance. All are in the table.",
        len(told),
        outside=decimal(outside),
    )


def _sheet(rows: Sequence[Disparity], metric: str, kind: str) -> Sheet:
    unit, ratio = gap_kind(metric, kind), kind == "ratio"
    columns = (
        Column(head=gettext("Group"), name="group"),
        Column(head=gettext("Compared with"), name="reference"),
        Column(head=gettext("Leads (n)"), name="n", kind="count"),
        Column(head=gettext("Ratio") if ratio else gettext("Difference"), name=kind, kind=unit),
        *ends(unit),
        Column(head="p", name="p", kind="p"),
        Column(head=gettext("p, corrected"), name="p_adjusted", kind="p"),
        Column(head=gettext("Verdict"), name="verdict"),
        Column(head=gettext("Leads needed"), name="n_needed", kind="count"),
        reasons(),
    )
    return Sheet(
        caption=_caption(ratio=ratio) % {"metric": metric_label(metric)},
        columns=columns,
        rows=tuple(
            (
                *(joined(one.group), joined(one.reference), one.n, one.value, one.low, one.high),
                *(
                    one.p,
                    one.p_adjusted,
                    gettext(VERDICT_WORDS[one.verdict]),
                    one.n_needed,
                    one.undefined or "",
                ),
            )
            for one in rows
        ),
    )


def _caption(*, ratio: bool) -> str:
    if ratio:
        return gettext("%(metric)s: ratio from the reference group")
    return gettext("%(metric)s: difference from the reference group")
