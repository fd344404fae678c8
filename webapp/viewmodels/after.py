"""What changed after which remedy, as the scorecards' page shows it: a table for each event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from audit.watch.around import LEAST, Compared, Course
from audit.watch.quarters import Range
from webapp.gap_watch.after import EventAfter, MetricAfter
from webapp.language import decimal, gettext, iso_day, marked, ngettext
from webapp.viewmodels.words import gap, low_to_high, metric_label

COURSES: Mapping[Course, tuple[str, str]] = {
    "smaller": ("pass", marked("Surely smaller after")),
    "larger": ("failed", marked("Surely larger after")),
    "unsure": ("not_enough_data", marked("No sure change")),
    "insufficient": ("not_enough_data", marked("Too few leads")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterLine:
    """One gap: values with their ranges, "" where there are too few leads."""

    metric: str
    days: str
    group: str
    leads: str
    before: str
    after: str
    change: str
    badge: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTable:
    """One event. ``unsaid`` are sentences on metrics that nothing can be said of yet."""

    when: str
    words: str
    others: str
    lines: tuple[AfterLine, ...]
    unsaid: tuple[str, ...]


def event_table(one: EventAfter) -> EventTable:
    """One event with the gaps around it."""
    return EventTable(
        when=iso_day(one.event.day),
        words=one.event.words,
        others=_others(one.others),
        lines=tuple(line for metric in one.metrics for line in _lines(metric)),
        unsaid=tuple(said for metric in one.metrics if (said := _unsaid(metric))),
    )


def _others(others: int) -> str:
    if not others:
        return ""
    return ngettext(
        "%(n)s other change lies in the same days, so what came after is not of this one alone.",
        "%(n)s other changes lie in the same days, so what came after is not of this one alone.",
        others,
    )


def _unsaid(metric: MetricAfter) -> str:
    name = metric_label(metric.metric)
    if metric.wait:
        return ngettext(
            "%(metric)s: too early; %(n)s further day must close.",
            "%(metric)s: too early; %(n)s further days must close.",
            metric.wait,
            metric=name,
        )
    if metric.windows.days < LEAST:
        return gettext("%(metric)s: too few days are known before it.", metric=name)
    if not metric.groups:
        return gettext("%(metric)s: no lead counts in these days.", metric=name)
    return ""


def _lines(metric: MetricAfter) -> Iterator[AfterLine]:
    days = _days(metric)
    for one in metric.groups:
        kind, words = COURSES[one.course]
        yield AfterLine(
            metric=metric_label(metric.metric),
            days=days,
            group=gettext("%(group)s beside %(reference)s", group=one.group, reference=metric.reference),
            leads=gettext("%(before)s, then %(after)s", before=decimal(one.n[0]), after=decimal(one.n[1])),
            **_values(one),
            badge=(kind, gettext(words)),
        )


def _days(metric: MetricAfter) -> str:
    made = metric.windows
    ends = (
        (made.first, made.first + timedelta(days=made.days - 1)),
        (made.after, made.after + timedelta(days=made.days - 1)),
    )
    before, after = (low_to_high(iso_day(low), iso_day(high)) for low, high in ends)
    return gettext("%(before)s; then %(after)s", before=before, after=after)


def _values(one: Compared) -> dict[str, str]:
    return {name: _ranged(getattr(one, name)) for name in ("before", "after", "change")}


def _ranged(one: Range) -> str:
    if one.value is None or one.low is None or one.high is None:
        return ""
    low, high = (gap(end, share=True) for end in (one.low, one.high))
    return f"{gap(one.value, share=True)} ({low_to_high(low, high)})"
