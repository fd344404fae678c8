"""The table of one attribute: a row per group, its rate with a picture, its gap to the reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audit.disparity import Disparity, Verdict
from audit.estimate import Estimate
from audit.finding.reading import is_share
from audit.finding.words import FEW, roughly
from audit.report.model import Report
from webapp.language import decimal, gettext, pointed
from webapp.viewmodels.picture import Picture, Scale, scale_of
from webapp.viewmodels.words import (
    VERDICT_WORDS,
    amount,
    between,
    gap,
    low_to_high,
    metric_label,
    named,
    number,
)

MAIN_METRICS = ("selection_rate", "mean_score", "base_rate")
SHOWN_AT_FIRST = 12
WORST_FIRST: tuple[Verdict, ...] = ("fail", "insufficient", "pass")
# The reference group and groups that were not compared come first.
ORDER: tuple[Verdict | None, ...] = (None, *WORST_FIRST)

Group = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One comparison with the reference group, in words; ``reason`` says that the note is the audit's own."""

    verdict: Verdict
    words: str
    value: str
    interval: str
    note: str
    reason: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One group; ``value`` is a number or why there is none (then without picture).

    ``reason`` says that this is the audit's own sentence.
    """

    group: str
    is_reference: bool
    leads: int
    count: str
    value: str
    interval: str
    picture: Picture | None
    verdict: Verdict | None
    difference: Compared | None
    ratio: Compared | None
    reason: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeTable:
    """All groups of one attribute (or crossing); ``rest`` is what is folded away at first."""

    anchor: str
    attribute: Group
    title: str
    crossed: bool
    metric: str
    reference: str | None
    scale_low: str
    scale_high: str
    first: tuple[GroupRow, ...]
    rest: tuple[GroupRow, ...]

    @property
    def groups(self) -> int:
        """How many groups the table has."""
        return len(self.first) + len(self.rest)


def attribute_tables(report: Report) -> tuple[AttributeTable, ...]:
    """One table per attribute of the report, single attributes before crossings."""
    attributes = sorted(dict.fromkeys(e.attribute for e in report.estimates if e.attribute), key=len)
    return tuple(_table(report, attribute, f"groups-{i}") for i, attribute in enumerate(attributes, start=1))


def group_name(group: Group) -> str:
    """A group's name; a crossing names its parts."""
    return ", ".join(group)


def _table(report: Report, attribute: Group, anchor: str) -> AttributeTable:
    estimates = {(e.group, e.metric): e.estimate for e in report.estimates if e.attribute == attribute}
    metric = _main_metric(estimates)
    compared = [d for d in report.disparities if d.attribute == attribute and d.metric == metric]
    reference = next((d.reference for d in compared), None)
    main = {group: e for (group, name), e in estimates.items() if name == metric}
    scale = scale_of(_ends(main.values()), share=is_share(metric))
    column = _Column(
        metric=metric,
        estimates=estimates,
        compared=compared,
        reference=reference,
        scale=scale,
        minimum=report.settings.minimum_group,
    )
    rows = sorted((column.row(group) for group in main), key=_order)
    return AttributeTable(
        anchor=anchor,
        attribute=attribute,
        title=named(attribute),
        crossed=len(attribute) > 1,
        metric=metric_label(metric),
        reference=group_name(reference) if reference else None,
        scale_low=amount(scale.low, share=is_share(metric)),
        scale_high=amount(scale.high, share=is_share(metric)),
        first=tuple(rows[:SHOWN_AT_FIRST]),
        rest=tuple(rows[SHOWN_AT_FIRST:]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """What every row of one table shares."""

    metric: str
    estimates: Mapping[tuple[Group, str], Estimate]
    compared: Sequence[Disparity]
    reference: Group | None
    scale: Scale
    minimum: int

    def row(self, group: Group) -> GroupRow:
        estimate = self.estimates[group, self.metric]
        leads = self._count(group, estimate)
        difference = self._compared(group, "difference")
        ratio = self._compared(group, "ratio")
        share = is_share(self.metric)
        return GroupRow(
            group=group_name(group),
            is_reference=group == self.reference,
            leads=int(leads),
            count=number(leads),
            value=value_or_reason(estimate, share=share),
            interval=between(estimate.low, estimate.high, share=share),
            picture=self._picture(estimate),
            verdict=_worst(difference, ratio),
            difference=difference,
            ratio=ratio,
            reason=bool(estimate.undefined),
        )

    def _count(self, group: Group, estimate: Estimate) -> float:
        counted = self.estimates.get((group, "count"))
        return counted.value if counted and counted.value is not None else estimate.n

    def _compared(self, group: Group, kind: str) -> Compared | None:
        found = next((d for d in self.compared if d.group == group and d.kind == kind), None)
        return None if found is None else compared_words(found, small=self._small_reference())

    def _small_reference(self) -> bool:
        other = self.estimates.get((self.reference, self.metric)) if self.reference else None
        return other is not None and other.n < self.minimum

    def _picture(self, estimate: Estimate) -> Picture | None:
        if estimate.value is None or estimate.low is None or estimate.high is None:
            return None
        share = is_share(self.metric)
        interval = between(estimate.low, estimate.high, share=share)
        goal = self.estimates.get((self.reference, self.metric)) if self.reference else None
        return Picture(
            low=self.scale.x(estimate.low),
            high=self.scale.x(estimate.high),
            dot=self.scale.x(estimate.value),
            goal=self.scale.x(goal.value) if goal and goal.value is not None else None,
            text=range_said(amount(estimate.value, share=share), interval),
        )


def range_said(value: str, interval: str) -> str:
    """What a picture of a range says to who does not see it."""
    return gettext("%(value)s, plausible range %(range)s", value=value, range=interval)


def compared_words(disparity: Disparity, *, small: bool) -> Compared:
    """One comparison as a verdict, a value, an interval and what is still missing.

    ``small`` says that the reference group itself is too small for a verdict.
    """
    share = is_share(disparity.metric)
    as_words = gap if disparity.kind == "difference" else _times
    bounds = (disparity.low, disparity.high)
    known = [as_words(bound, share=share) for bound in bounds if bound is not None]
    return Compared(
        verdict=disparity.verdict,
        words=gettext(VERDICT_WORDS[disparity.verdict]),
        value=as_words(disparity.value, share=share) if disparity.value is not None else gettext("no value"),
        interval=low_to_high(*known) if len(known) == len(bounds) else "",
        note=_note(disparity, small=small),
        reason=bool(disparity.undefined),
    )


def _times(value: float, *, share: bool) -> str:  # noqa: ARG001 - called like `gap`
    return gettext("%(value)s times", value=pointed(f"{value:.2f}"))


def _note(disparity: Disparity, *, small: bool) -> str:
    """Why there is no verdict, or how many leads are missing for one."""
    if disparity.undefined:
        return disparity.undefined
    if disparity.verdict != "insufficient":
        return ""
    if disparity.n_needed:
        return _enough(disparity.n_needed - disparity.n)
    return gettext("the reference group is too small") if small else gettext("too uncertain to tell")


def _enough(missing: int) -> str:
    """How many more leads would do, as roughly as it is known: 764 is about 770."""
    if missing < FEW:
        return gettext("a few more leads would be enough")
    return gettext("about %(n)s more leads would be enough", n=decimal(roughly(missing)))


def _worst(*compared: Compared | None) -> Verdict | None:
    verdicts = {c.verdict for c in compared if c is not None}
    return next((verdict for verdict in WORST_FIRST if verdict in verdicts), None)


def _order(row: GroupRow) -> tuple[bool, int, int, str]:
    return (not row.is_reference, ORDER.index(row.verdict), -row.leads, row.group)


def value_or_reason(estimate: Estimate, *, share: bool) -> str:
    """An estimate's value, or the reason why it has none."""
    if estimate.value is None:
        return estimate.undefined or gettext("no value")
    return amount(estimate.value, share=share)


def _main_metric(estimates: Mapping[tuple[Group, str], Estimate]) -> str:
    present = [name for _, name in estimates]
    return next((name for name in MAIN_METRICS if name in present), present[0])


def _ends(estimates: Iterable[Estimate]) -> list[float]:
    return [end for e in estimates for end in (e.low, e.high, e.value) if end is not None]
