"""Every metric of one attribute as a plain table: a row per group, a column per metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.estimate import Estimate
from audit.finding.reading import is_share
from audit.registry import METRICS, Chapter, metric
from audit.report.model import Report
from webapp.language import current, gettext, marked
from webapp.translations.metrics import explanation
from webapp.viewmodels.words import amount, between, is_band, metric_label, named

Group = tuple[str, ...]

CHAPTER_WORDS: dict[Chapter, str] = {
    "composition": marked("Who is in the data"),
    "decisions": marked("Who is selected"),
    "errors": marked("Right and wrong decisions"),
    "agreement": marked("How well decision and outcome agree"),
    "inequality": marked("How unequally benefits are spread"),
    "score": marked("The score"),
    "calibration": marked("What the score promises and what comes true"),
    "across": marked("Good and bad leads across groups"),
    "queue": marked("The work queue"),
    "together": marked("All groups together"),
    "treatment": marked("What people do with the leads"),
}
BANDS = marked("Conversion rate within each band of the score")


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
    """Every metric of one attribute's groups, a table for each chapter of the registry.

    ``attribute`` is () for all leads together. Conversion by score band has a table of its own.
    """
    estimates = {(e.group, e.metric): e.estimate for e in report.estimates if e.attribute == attribute}
    metrics = dict.fromkeys(name for _, name in estimates if name != "count")
    whole = gettext("All groups together") if attribute else gettext("All leads")
    chapters: dict[str, list[str]] = {}
    for name in metrics:
        chapters.setdefault(BANDS if is_band(name) else CHAPTER_WORDS[metric(name).chapter], []).append(name)
    return tuple(
        _table(_caption(words, attribute), chosen, estimates, whole) for words, chosen in chapters.items()
    )


def _caption(chapter: str, attribute: Group) -> str:
    if attribute:
        words = gettext("%(chapter)s by %(attribute)s, each with its plausible range")
        return words % {"chapter": gettext(chapter), "attribute": named(attribute)}
    words = gettext("%(chapter)s of all leads together, each with its plausible range")
    return words % {"chapter": gettext(chapter)}


def meanings(report: Report) -> tuple[Meaning, ...]:
    """What the metrics of the report mean, in its order; bands share one entry."""
    ids = dict.fromkeys(e.metric.split("@")[0] for e in report.estimates)
    known = [explanation(name, current()) for name in ids if name in METRICS]
    return tuple(Meaning(name=one.label, definition=one.definition, sign=one.sign) for one in known)


def _table(
    caption: str, metrics: Sequence[str], estimates: Mapping[tuple[Group, str], Estimate], whole: str
) -> MeasureTable:
    groups = dict.fromkeys(group for group, name in estimates if name in metrics)
    shown = [estimates[g, m].undefined for g in groups for m in metrics if (g, m) in estimates]
    reasons = tuple(dict.fromkeys(reason for reason in shown if reason))
    return MeasureTable(
        caption=caption,
        metrics=tuple(metric_label(metric) for metric in metrics),
        rows=tuple(
            (
                ", ".join(group) or whole,
                tuple(_cell(estimates.get((group, m)), m, reasons) for m in metrics),
            )
            for group in groups
        ),
        reasons=reasons,
    )


def _cell(estimate: Estimate | None, metric: str, reasons: tuple[str, ...]) -> Cell:
    if estimate is None:
        return Cell(value=gettext("not computed"), interval="")
    if estimate.value is None:
        note = reasons.index(estimate.undefined) + 1 if estimate.undefined else None
        return Cell(value=gettext("no value"), interval="", note=note)
    share = is_share(metric)
    return Cell(
        value=amount(estimate.value, share=share), interval=between(estimate.low, estimate.high, share=share)
    )
