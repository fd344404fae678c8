"""The rows and drawings of the section on performance before outcomes are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from audit.estimate import Estimate
from audit.expected import METRICS, Expected, Reconciled, Record
from audit.finding.reading import reading
from audit.report.monitoring.expected_chart import chart, title
from audit.report.monitoring.expected_words import (
    STATES,
    ExpectedSummary,
    difference,
    expected_summary,
    figure,
    whose,
)  # fmt: skip

LISTED = 120
"""Rows of a table on the page; all are in the JSON."""
DASH = "\N{EM DASH}"
VERDICTS = {"pass": "expected within", "fail": "expected outside", "insufficient": "cannot be told yet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of a table as texts, of which ``total`` there are; ``special`` says which are marked."""

    rows: tuple[tuple[str, ...], ...]
    special: tuple[bool, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart with its title."""

    title: str
    svg: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Everything that the template shows."""

    made: Expected
    summary: ExpectedSummary
    forecasts: Table
    cohorts: Table
    gaps: Table
    drawings: tuple[Drawing, ...]
    records: Table
    by_group: Table
    past: Table


def section(made: Expected) -> Section:
    """The section of these figures."""
    return Section(
        made=made,
        summary=expected_summary(made),
        forecasts=_table(_forecasts(made, cohorts=False), made.special),
        cohorts=_table(_forecasts(made, cohorts=True), made.special),
        gaps=_table(_gaps(made), made.special),
        drawings=tuple(_drawings(made)),
        records=_table(_records(made.records, groups=False), made.special),
        by_group=_table(_records(made.records, groups=True), made.special),
        past=_table(_past(made.reconciled), made.special),
    )


def _table(found: Iterable[tuple[str, tuple[str, ...]]], special: tuple[str, ...]) -> Table:
    every = tuple(found)
    shown = every[:LISTED]
    return Table(
        rows=tuple(row for _, row in shown),
        special=tuple(attribute in special for attribute, _ in shown),
        total=len(every),
    )


def _span(metric: str, one: Estimate) -> str:
    """Value and interval, or why there is none; above the table stands what is withheld, and why."""
    if (one.undefined or "").startswith(STATES["withheld"]):
        return STATES["withheld"]
    if one.value is None or one.low is None or one.high is None:
        return one.undefined or DASH
    return f"{figure(metric, one.value)} ({figure(metric, one.low)} to {figure(metric, one.high)})"


def _ends(metric: str, low: float | None, high: float | None) -> str:
    return DASH if low is None or high is None else f"{figure(metric, low)} to {figure(metric, high)}"


def _forecasts(made: Expected, *, cohorts: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in made.forecasts:
        if bool(one.cohort) == cohorts:
            yield (
                one.attribute,
                (
                    f"{whose(one.attribute, one.group)}{', ' + one.cohort if cohorts else ''}",
                    reading(one.metric).label,
                    _span(one.metric, one.estimate),
                    _ends(one.metric, one.all_low, one.all_high),
                    f"{one.estimate.n:,}",
                    f"{one.taught:,}",
                ),
            )


def _gaps(made: Expected) -> Iterator[tuple[str, tuple[str, ...]]]:
    order = ("fail", "insufficient", "pass")
    for one in sorted(made.gaps, key=lambda gap: order.index(gap.verdict)):
        metric, estimate = one.metric, one.estimate
        shown = estimate.undefined or DASH
        if estimate.value is not None and estimate.low is not None and estimate.high is not None:
            value, low, high = (
                difference(metric, end) for end in (estimate.value, estimate.low, estimate.high)
            )
            shown = f"{value} ({low} to {high})"
        worst = DASH
        if one.all_low is not None and one.all_high is not None:
            worst = f"{difference(metric, one.all_low)} to {difference(metric, one.all_high)}"
        name = f"{reading(metric).label}: {whose(one.attribute, one.group, one.reference)}"
        yield one.attribute, (name, VERDICTS[one.verdict], shown, worst)


def _drawings(made: Expected) -> Iterator[Drawing]:
    for metric in METRICS:
        rows = tuple(one for one in made.reconciled if one.metric == metric and not one.attribute)
        if rows:
            yield Drawing(title=title(rows), svg=chart(rows))


def _records(found: tuple[Record, ...], *, groups: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in sorted(found, key=lambda record: (record.attribute, record.group)):
        if not one.compared or bool(one.attribute) != groups:
            continue
        state = STATES[one.state]
        if one.attribute:
            state = "too few held" if one.state in {"widened", "withheld"} else DASH
        elif one.state == "widened":
            state = f"widened {one.factor or 1.0:.1f} times"
        yield (
            one.attribute,
            (
                whose(one.attribute, one.group) if one.attribute else "all groups together",
                f"{reading(one.metric).label}{', gap' if one.gaps else ''}",
                f"{one.held} of {one.compared}",
                difference(one.metric, one.mean_error or 0.0),
                difference(one.metric, one.mean_absolute_error or 0.0).lstrip("+"),
                state,
            ),
        )


def _past(found: tuple[Reconciled, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in found:
        gap = bool(one.reference)
        told = difference if gap else figure
        low, high = (told(one.metric, end or 0.0) for end in (one.estimate.low, one.estimate.high))
        yield (
            one.attribute,
            (
                f"{one.cohort}: {whose(one.attribute, one.group, one.reference)}",
                f"{reading(one.metric).label}{', gap' if gap else ''}",
                f"{told(one.metric, one.estimate.value or 0.0)} ({low} to {high})",
                told(one.metric, one.truth),
                difference(one.metric, one.error),
                "held" if one.held else "did not hold",
            ),
        )
