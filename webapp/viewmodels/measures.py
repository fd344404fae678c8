"""Every metric of one attribute as a plain table: a row per group, a column per metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.estimate import Estimate
from audit.registry import METRICS
from audit.report.model import Report
from webapp.viewmodels.words import amount, between, is_band, is_share, metric_label

Group = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value with its interval; without a value, ``note`` is the number of the reason below the table."""

    value: str
    interval: str
    note: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTable:
    """Metrics of all groups of one attribute; ``reasons`` are numbered from 1."""

    caption: str
    metrics: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a metric is, and what a positive difference says."""

    name: str
    definition: str
    sign: str


def measure_tables(report: Report, attribute: Group) -> tuple[MeasureTable, ...]:
    """Every metric of one attribute's groups: the metrics, and conversion by score band where it is known.

    ``attribute`` is () for all leads together.
    """
    estimates = {(e.group, e.metric): e.estimate for e in report.estimates if e.attribute == attribute}
    metrics = dict.fromkeys(metric for _, metric in estimates if metric != "count")
    of = f"by {' and '.join(attribute)}" if attribute else "of all leads together"
    halves = (
        (f"Every metric {of}, each with its plausible range", [m for m in metrics if not is_band(m)]),
        (f"Conversion rate {of} within each band of the score", [m for m in metrics if is_band(m)]),
    )
    return tuple(_table(caption, chosen, estimates) for caption, chosen in halves if chosen)


def meanings(report: Report) -> tuple[Meaning, ...]:
    """What the metrics of the report mean, in its order; bands share one entry."""
    ids = dict.fromkeys(e.metric.split("@")[0] for e in report.estimates)
    known = [METRICS[name] for name in ids if name in METRICS]
    return tuple(Meaning(name=metric_label(m.id), definition=m.definition, sign=m.sign) for m in known)


def _table(
    caption: str, metrics: Sequence[str], estimates: Mapping[tuple[Group, str], Estimate]
) -> MeasureTable:
    groups = dict.fromkeys(group for group, _ in estimates)
    shown = [estimates[g, m].undefined for g in groups for m in metrics if (g, m) in estimates]
    reasons = tuple(dict.fromkeys(reason for reason in shown if reason))
    return MeasureTable(
        caption=caption,
        metrics=tuple(metric_label(metric) for metric in metrics),
        rows=tuple(
            (
                ", ".join(group) or "All leads",
                tuple(_cell(estimates.get((group, m)), m, reasons) for m in metrics),
            )
            for group in groups
        ),
        reasons=reasons,
    )


def _cell(estimate: Estimate | None, metric: str, reasons: tuple[str, ...]) -> Cell:
    if estimate is None:
        return Cell(value="not computed", interval="")
    if estimate.value is None:
        note = reasons.index(estimate.undefined) + 1 if estimate.undefined else None
        return Cell(value="no value", interval="", note=note)
    share = is_share(metric)
    return Cell(
        value=amount(estimate.value, share=share), interval=between(estimate.low, estimate.high, share=share)
    )
