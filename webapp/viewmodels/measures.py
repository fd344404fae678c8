"""Every metric of one attribute as a plain table: a row per group, a column per metric."""

from __future__ import annotations

from dataclasses import dataclass

from audit.estimate import Estimate
from audit.report.model import Report
from webapp.viewmodels.words import amount, between, is_share, metric_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value with its interval; without a value, ``note`` is the number of the reason below the table."""

    value: str
    interval: str
    note: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTable:
    """All metrics of all groups of one attribute; ``reasons`` are numbered from 1."""

    title: str
    metrics: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    reasons: tuple[str, ...]


def measure_table(report: Report, attribute: tuple[str, ...]) -> MeasureTable:
    """Every metric of one attribute's groups, in the order of the report."""
    estimates = {(e.group, e.metric): e.estimate for e in report.estimates if e.attribute == attribute}
    metrics = tuple(dict.fromkeys(metric for _, metric in estimates if metric != "count"))
    groups = dict.fromkeys(group for group, _ in estimates)
    undefined = (e.undefined for (_, metric), e in estimates.items() if metric != "count" and e.undefined)
    reasons = tuple(dict.fromkeys(undefined))
    return MeasureTable(
        title=" and ".join(attribute),
        metrics=tuple(metric_label(metric) for metric in metrics),
        rows=tuple(
            (", ".join(group), tuple(_cell(estimates.get((group, m)), m, reasons) for m in metrics))
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
