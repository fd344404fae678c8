"""What the page shows of leads that cannot be seen, and of groups that are only estimated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audit.finding.reading import reading
from audit.finding.words import amount, percent
from audit.membership import MembershipEstimate
from audit.report.model import Report
from audit.unseen import Bound

SHOWN = 24
SHOWN_ESTIMATED = 60
OUTCOME_METRICS = ("base_rate", "true_positive_rate", "precision")
GROUP_METRICS = ("selection_rate", "mean_score", "base_rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Two numbers as text, and the interval around them; ``reason`` where there are none."""

    text: str
    interval: str = ""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenRow:
    """One group and metric: as seen, like the seen, and whatever the unseen are."""

    group: str
    metric: str
    seen: str
    alike: Range
    worst: Range
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """The rows of one attribute for one cause; ``hidden`` more are in audit.json."""

    cause: str
    rows: tuple[UnseenRow, ...]
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """One estimated group and metric, or its gap to the reference."""

    attribute: str
    group: str
    metric: str
    leads: str
    value: Range
    bounds: Range


def unseen_tables(report: Report) -> dict[str, tuple[Unseen, ...]]:
    """By attribute, what is not seen of it; attributes without anything unseen are left out."""
    found: dict[str, tuple[Unseen, ...]] = {}
    for attribute in dict.fromkeys(one.attribute for one in report.bounds if one.attribute):
        causes = (_of_cause(report, attribute, cause) for cause in ("selective_labels", "unknown_group"))
        found[attribute[0]] = tuple(one for one in causes if one.rows)
    return found


def estimated_rows(report: Report) -> tuple[Estimated, ...]:
    """Every estimated group, then every gap, metric by metric; the first 60."""
    return tuple(_estimated(one) for one in report.membership[:SHOWN_ESTIMATED])


def _of_cause(report: Report, attribute: tuple[str, ...], cause: str) -> Unseen:
    wanted = OUTCOME_METRICS if cause == "selective_labels" else GROUP_METRICS
    rows = tuple(_rows(report, attribute, cause, wanted))
    return Unseen(cause=cause, rows=rows[:SHOWN], hidden=max(0, len(rows) - SHOWN))


def _rows(
    report: Report, attribute: tuple[str, ...], cause: str, wanted: tuple[str, ...]
) -> Iterator[UnseenRow]:
    own = [b for b in report.bounds if b.cause == cause and b.attribute == attribute and b.reference is None]
    worst = {(b.metric, b.group): b for b in own if b.method == "worst_case"}
    alike = {(b.metric, b.group): b for b in own if b.method == "missing_at_random"}
    seen = {(e.metric, e.group): e.estimate.value for e in report.estimates if e.attribute == attribute}
    for metric in wanted:
        for (name, group), bound in worst.items():
            if name == metric:
                yield UnseenRow(
                    group=group[0],
                    metric=reading(metric).label,
                    seen=_number(metric, seen.get((metric, group))),
                    alike=_range(alike.get((metric, group))),
                    worst=_range(bound),
                    missing=bound.missing,
                )


def _range(one: Bound | None) -> Range:
    if one is None or one.lower is None or one.upper is None:
        return Range(text="\N{EN DASH}", reason=one.undefined if one else "not measured")
    low, high = _number(one.metric, one.lower), _number(one.metric, one.upper)
    text = low if low == high else f"{low.removesuffix(' %')} to {high}"
    around = f"{_number(one.metric, one.low).removesuffix(' %')} to {_number(one.metric, one.high)}"
    return Range(text=text, interval=around)


def _number(metric: str, value: float | None) -> str:
    if value is None:
        return "\N{EN DASH}"
    shown = percent(value) if reading(metric).unit == "share" else amount(value)
    return shown.replace("-", "\N{MINUS SIGN}")


def _estimated(one: MembershipEstimate) -> Estimated:
    dash = Range(text="\N{EN DASH}", reason=one.undefined)
    value = dash if one.value is None else _with_interval(one.metric, one.value, one.low, one.high)
    bounds = dash
    if one.lower is not None and one.upper is not None:
        text = f"{_number(one.metric, one.lower).removesuffix(' %')} to {_number(one.metric, one.upper)}"
        low, high = _number(one.metric, one.bound_low), _number(one.metric, one.bound_high)
        bounds = Range(text=text, interval=f"{low.removesuffix(' %')} to {high}")
    against = "" if one.reference is None else f", minus {one.reference}"
    return Estimated(
        attribute=one.attribute,
        group=f"{one.group}{against}",
        metric=reading(one.metric).label,
        leads=f"about {one.leads:,.0f}",
        value=value,
        bounds=bounds,
    )


def _with_interval(metric: str, value: float, low: float | None, high: float | None) -> Range:
    around = f"{_number(metric, low).removesuffix(' %')} to {_number(metric, high)}"
    return Range(text=_number(metric, value), interval=around)
