"""What the page shows of each attribute: the groups that matter, their numbers, their verdicts."""

from __future__ import annotations

from dataclasses import dataclass

from audit.disparity import Disparity, Verdict
from audit.estimate import Estimate
from audit.finding.facts import Names
from audit.finding.option_reading import OPTION_METRICS
from audit.finding.reading import BAND, reading
from audit.finding.words import amount, hours, percent
from audit.report.model import Report
from audit.rows.proxy import Proxy, informative

SHOWN = 20
SHOWN_PROXIES = 12
HEADLINES = ("selection_rate", "mean_score")
COLUMNS = (
    "selection_rate",
    "base_rate",
    "true_positive_rate",
    "false_positive_rate",
    "precision",
    "negative_predictive_value",
    "accuracy",
    "mean_score",
    "auc",
    "contact_rate",
)
RANKING_COLUMNS = (
    "group_share",
    "queue_share@queue",
    "queue_share@tenth",
    "queue_rate@queue",
    "queue_rate@tenth",
    "exposure",
    "converting_exposure",
    "ndcg",
    "xauc_positive",
    "xauc_negative",
    "calibration_slope",
    "calibration_intercept",
)
VERDICT_WORDS: dict[Verdict, str] = {
    "fail": "outside tolerance",
    "pass": "within tolerance",
    "insufficient": "not enough data",
}
_ORDER: tuple[Verdict, ...] = ("fail", "insufficient", "pass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A number with its interval, as text; ``reason`` where there is none."""

    value: str
    interval: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One group of an attribute."""

    name: str
    n: int
    verdict: str
    headline: Estimate | None
    cells: tuple[Cell, ...]
    ranking: tuple[Cell, ...]
    bands: tuple[tuple[str, Estimate], ...]
    is_reference: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One attribute on the page. ``hidden`` groups are in metrics.csv only.

    ``proxies`` are the features that surely tell something about it, ``silent`` names the others.
    """

    attribute: str
    special_category: bool
    metric: str
    metric_label: str
    labels: tuple[str, ...]
    ranking_labels: tuple[str, ...]
    rows: tuple[GroupRow, ...]
    hidden: int
    proxies: tuple[Proxy, ...]
    silent: tuple[str, ...]
    reasons: tuple[str, ...]


def sections(report: Report) -> tuple[Section, ...]:
    """Every single attribute, in the order of the report; crossings are told in the findings."""
    singles = dict.fromkeys(one.attribute for one in report.estimates if len(one.attribute) == 1)
    return tuple(_section(attribute, report) for attribute in singles)


def cell(metric: str, estimate: Estimate | None) -> Cell:
    """An estimate as a person reads it."""
    if estimate is None or estimate.value is None:
        return Cell(
            value="\N{EN DASH}", interval="", reason=estimate.undefined if estimate else "not measured"
        )
    show = {"share": percent, "score": amount, "index": "{:.3f}".format, "hours": hours}[reading(metric).unit]
    if estimate.low is None or estimate.high is None:
        return Cell(value=show(estimate.value), interval="")
    low = show(estimate.low).removesuffix(" %").removesuffix(" hours")
    return Cell(value=show(estimate.value), interval=f"{low} to {show(estimate.high)}")


def _section(attribute: Names, report: Report) -> Section:
    by_group: dict[str, dict[str, Estimate]] = {}
    for one in report.estimates:
        if one.attribute == attribute and one.group:
            by_group.setdefault(one.group[0], {})[one.metric] = one.estimate
    present = {metric for estimates in by_group.values() for metric in estimates}
    metric = next((name for name in HEADLINES if name in present), "") or _of_an_option(
        present, [one for one in report.disparities if one.attribute == attribute]
    )
    compared = [one for one in report.disparities if one.attribute == attribute and one.metric == metric]
    columns = tuple(name for name in COLUMNS if name in present)
    ranking = tuple(name for name in RANKING_COLUMNS if name in present) if "exposure" in present else ()
    reference = {one.reference[0] for one in compared}
    ordered = sorted(by_group, key=lambda group: (group not in reference, *_urgency(group, compared)))
    proxies = [one for one in report.proxies if one.attribute == attribute[0]]
    confidence = report.settings.confidence
    rows = tuple(
        _row(group, by_group[group], metric, (columns, ranking), compared) for group in ordered[:SHOWN]
    )
    return Section(
        attribute=attribute[0],
        special_category=attribute[0] in report.settings.special_categories,
        metric=metric,
        metric_label=reading(metric).label,
        labels=tuple(reading(name).label for name in columns),
        ranking_labels=tuple(reading(name).label for name in ranking),
        rows=rows,
        hidden=max(0, len(by_group) - SHOWN),
        proxies=tuple(one for one in proxies if informative(one, confidence))[:SHOWN_PROXIES],
        silent=tuple(one.feature for one in proxies if not informative(one, confidence)),
        reasons=tuple(
            dict.fromkeys(c.reason for row in rows for c in (*row.cells, *row.ranking) if c.reason)
        ),
    )


def _of_an_option(present: set[str], own: list[Disparity]) -> str:
    """The option whose rate differs most, where decisions have several; else what there is."""
    options = [one for one in own if one.metric.startswith(OPTION_METRICS) and one.kind == "difference"]
    first = min(options, key=lambda one: (_ORDER.index(one.verdict), -abs(one.value or 0.0)), default=None)
    named = sorted(name for name in present if name.startswith(OPTION_METRICS))
    if first is not None or named:
        return first.metric if first is not None else named[0]
    return "base_rate" if "base_rate" in present else "count"


def _row(
    group: str,
    estimates: dict[str, Estimate],
    metric: str,
    columns: tuple[tuple[str, ...], tuple[str, ...]],
    compared: list[Disparity],
) -> GroupRow:
    own = [one for one in compared if one.group == (group,)]
    is_reference = any(one.reference == (group,) for one in compared)
    count = estimates.get("count") or estimates.get(metric)
    return GroupRow(
        name=group,
        n=count.n if count else 0,
        verdict=_verdict(own, is_reference=is_reference),
        headline=estimates.get(metric),
        cells=tuple(cell(name, estimates.get(name)) for name in columns[0]),
        ranking=tuple(cell(name, estimates.get(name)) for name in columns[1]),
        bands=tuple((name[len(BAND) :], one) for name, one in estimates.items() if name.startswith(BAND)),
        is_reference=is_reference,
    )


def _verdict(own: list[Disparity], *, is_reference: bool) -> str:
    if is_reference:
        return "reference"
    worst = min((_ORDER.index(one.verdict) for one in own), default=None)
    return "not compared" if worst is None else VERDICT_WORDS[_ORDER[worst]]


def _urgency(group: str, compared: list[Disparity]) -> tuple[int, float, str]:
    own = [one for one in compared if one.group == (group,)]
    worst = min((_ORDER.index(one.verdict) for one in own), default=len(_ORDER))
    size = max((abs(one.value or 0.0) for one in own if one.kind == "difference"), default=0.0)
    return worst, -size, group
