"""Groups of several conditions that are treated worst, with how they were found."""

from __future__ import annotations

from audit.report.model import Report, Subgroup
from audit.subgroups.model import Search
from webapp.charts.intervals import OUTSIDE, Axis, Bar, intervals
from webapp.evidence.figure import Figure, nothing
from webapp.evidence.gaps import said_of, signed
from webapp.evidence.sheet import Column, Sheet, Value, ends, in_words
from webapp.evidence.source import Names, Source, gap_kind, value_kind
from webapp.language import decimal, gettext, marked, ngettext
from webapp.viewmodels.words import metric_label

MOST = 20
TITLE = marked("Groups of several conditions that are treated worst")


def subgroups_figure(source: Source) -> Figure:
    """Every subgroup of the report; the chart has those whose gap is in shares, worst first."""
    report, title = source.report, gettext(TITLE)
    if not report.subgroups:
        return nothing(title, _nobody(report))
    drawn = [one for one in report.subgroups if value_kind(one.metric) == "share"][:MOST]
    sheet = _sheet(report.subgroups)
    if not drawn:
        why = gettext("Their gaps are in points of the score; see the table.")
        return Figure(title=title, lead="", sheet=sheet, lacking=why)
    bars = [_bar(one) for one in drawn]
    axis = Axis(words=gettext("Difference from all others"), tick=lambda value: signed(value * 100), goal=0.0)
    bar = gettext("Each bar is the plausible range of the gap; 0 is no gap.")
    special = any(source.special(one.attribute) for one in report.subgroups)
    return Figure(
        title=title,
        lead=f"{_searched(report)} {bar}",
        sheet=sheet,
        drawing=intervals(bars, axis, title, "; ".join(f"{bar.name} {bar.said}" for bar in bars)),
        special_category=special,
    )


def conditions(attribute: Names, group: Names) -> str:
    """A subgroup in words: region south, source web."""
    return ", ".join(f"{name}: {level}" for name, level in zip(attribute, group, strict=False))


def _nobody(report: Report) -> str:
    searched = report.search
    if searched is None:
        return gettext(
            "Nothing was searched: there are too few leads or fields for groups of several conditions."
        )
    return ngettext(
        "No group of several conditions is surely treated worse than its conditions make out one by one. "
        "%(n)s\N{NO-BREAK SPACE}group was looked at in %(leads)s leads, and the %(tested)s most striking "
        "tested in the other %(others)s.",
        "No group of several conditions is surely treated worse than its conditions make out one by one. "
        "%(n)s\N{NO-BREAK SPACE}groups were looked at in %(leads)s leads, and the %(tested)s most striking "
        "tested in the other %(others)s.",
        searched.groups,
        **_counts(searched),
    )


def _searched(report: Report) -> str:
    searched = report.search
    if searched is None:
        return gettext("They are crossings of attributes that fail beyond what their parts explain.")
    return ngettext(
        "%(n)s\N{NO-BREAK SPACE}group was looked at in %(leads)s leads; the %(tested)s most striking were "
        "tested in the other %(others)s, and these figures come from there.",
        "%(n)s\N{NO-BREAK SPACE}groups were looked at in %(leads)s leads; the %(tested)s most striking were "
        "tested in the other %(others)s, and these figures come from there.",
        searched.groups,
        **_counts(searched),
    )


def _counts(searched: Search) -> dict[str, str]:
    return {
        "leads": decimal(searched.looked_on),
        "tested": decimal(searched.tested),
        "others": decimal(searched.confirmed_on),
    }


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
        Column(head=gettext("Conditions"), name="conditions"),
        Column(head=gettext("Leads (n)"), name="n", kind="count"),
        Column(head=gettext("Metric"), name="metric"),
        Column(head=gettext("Difference"), name="difference"),
        *ends("text"),
        Column(head=gettext("p, corrected"), name="p_adjusted", kind="p"),
        Column(head=gettext("Found by"), name="found_by"),
    )
    return Sheet(caption=gettext(TITLE), columns=columns, rows=tuple(_cells(one) for one in found))


def _cells(one: Subgroup) -> tuple[Value, ...]:
    kind = gap_kind(one.metric)
    return (
        conditions(one.attribute, one.group),
        one.n,
        metric_label(one.metric),
        *(in_words(end, kind) for end in (one.value, one.low, one.high)),
        one.p_adjusted,
        gettext("a search") if one.found_by == "search" else gettext("a crossing of attributes"),
    )
