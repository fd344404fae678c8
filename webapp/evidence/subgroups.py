"""Groups of several conditions that are treated worst, with how they were found."""

from __future__ import annotations

from audit.report.model import Report, Subgroup
from webapp.charts.intervals import OUTSIDE, Axis, Bar, intervals
from webapp.evidence.figure import Figure, nothing
from webapp.evidence.gaps import said_of, signed
from webapp.evidence.sheet import Column, Sheet, Value, ends, in_words
from webapp.evidence.source import Names, Source, gap_kind, value_kind
from webapp.viewmodels.words import counted, metric_label

MOST = 20
TITLE = "Groups of several conditions that are treated worst"


def subgroups_figure(source: Source) -> Figure:
    """Every subgroup of the report; the chart has those whose gap is in shares, worst first."""
    report = source.report
    if not report.subgroups:
        return nothing(TITLE, _nobody(report))
    drawn = [one for one in report.subgroups if value_kind(one.metric) == "share"][:MOST]
    sheet = _sheet(report.subgroups)
    if not drawn:
        return Figure(
            title=TITLE, lead="", sheet=sheet, lacking="Their gaps are in points of the score; see the table."
        )
    bars = [_bar(one) for one in drawn]
    axis = Axis(words="Difference from all others", tick=lambda value: signed(value * 100), goal=0.0)
    special = any(source.special(one.attribute) for one in report.subgroups)
    return Figure(
        title=TITLE,
        lead=f"{_searched(report)} Each bar is the plausible range of the gap; 0 is no gap.",
        sheet=sheet,
        drawing=intervals(bars, axis, TITLE, "; ".join(f"{bar.name} {bar.said}" for bar in bars)),
        special_category=special,
    )


def conditions(attribute: Names, group: Names) -> str:
    """A subgroup in words: region south, source web."""
    return ", ".join(f"{name}: {level}" for name, level in zip(attribute, group, strict=False))


def _nobody(report: Report) -> str:
    searched = report.search
    if searched is None:
        return "Nothing was searched: there are too few leads or fields for groups of several conditions."
    return (
        f"No group of several conditions is surely treated worse than its conditions make out one by one. "
        f"{counted(searched.groups, 'group was', 'groups were')} looked at in {searched.looked_on:,} leads, "
        f"and the {searched.tested:,} most striking tested in the other {searched.confirmed_on:,}."
    )


def _searched(report: Report) -> str:
    searched = report.search
    if searched is None:
        return "They are crossings of attributes that fail beyond what their parts explain."
    return (
        f"{counted(searched.groups, 'group was', 'groups were')} looked at in {searched.looked_on:,} leads; "
        f"the {searched.tested:,} most striking were tested in the other {searched.confirmed_on:,}, and "
        "these figures come from there."
    )


def _bar(one: Subgroup) -> Bar:
    return Bar(
        name=conditions(one.attribute, one.group),
        value=one.value,
        low=one.low,
        high=one.high,
        said=said_of(one, gap_kind(one.metric)),
        look=OUTSIDE,
    )


def _sheet(found: tuple[Subgroup, ...]) -> Sheet:
    columns = (
        Column(head="Conditions", name="conditions"),
        Column(head="Leads (n)", name="n", kind="count"),
        Column(head="Metric", name="metric"),
        Column(head="Difference", name="difference"),
        *ends("text"),
        Column(head="p, corrected", name="p_adjusted", kind="p"),
        Column(head="Found by", name="found_by"),
    )
    return Sheet(caption=TITLE, columns=columns, rows=tuple(_cells(one) for one in found))


def _cells(one: Subgroup) -> tuple[Value, ...]:
    kind = gap_kind(one.metric)
    return (
        conditions(one.attribute, one.group),
        one.n,
        metric_label(one.metric),
        *(in_words(end, kind) for end in (one.value, one.low, one.high)),
        one.p_adjusted,
        "a search" if one.found_by == "search" else "a crossing of attributes",
    )
