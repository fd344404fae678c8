"""The decisions with several options as the page shows them, attribute by attribute."""

from __future__ import annotations

from dataclasses import dataclass

from audit.disparity import Disparity
from audit.disparity.association import Association
from audit.estimate import Estimate
from audit.finding.option_reading import OPTION_METRICS
from audit.finding.reading import reading
from audit.finding.words import percent, plain
from audit.report.model import Report
from audit.report.views.view import SHOWN, Cell, cell
from audit.schema import LEVELS

MARKS = {"fail": "outside tolerance", "pass": "", "insufficient": "not enough data"}
MOST_COLUMNS = 12
SUPERIORITY = "level_superiority"
CHANCE = "Chance of the higher level against the reference (50 % is even)"
LEVELS_CAPTION, OPTIONS_CAPTION = "Share at each level or above", "Share given each option"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionCell:
    """How often a group is given an option, and the verdict on it in words."""

    cell: Cell
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRow:
    """One group."""

    name: str
    is_reference: bool
    cells: tuple[OptionCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSheet:
    """The options of one attribute: one column each, one row for each group."""

    caption: str
    summary: str
    columns: tuple[str, ...]
    hidden_columns: int
    rows: tuple[OptionRow, ...]
    hidden_rows: int


def option_sheets(report: Report) -> dict[str, OptionSheet]:
    """By attribute; empty where decisions are yes or no."""
    return {one.attribute: _sheet(one, report) for one in report.decisions}


def _sheet(one: Association, report: Report) -> OptionSheet:
    attribute = (one.attribute,)
    found = {
        (e.group[0], e.metric): e.estimate
        for e in report.estimates
        if e.attribute == attribute and e.metric.startswith(OPTION_METRICS)
    }
    gaps = [d for d in report.disparities if d.attribute == attribute and d.kind == "difference"]
    compared = {(d.group[0], d.metric): d for d in gaps}
    metrics = tuple(dict.fromkeys(metric for _, metric in found))
    groups = tuple(dict.fromkeys(group for group, _ in found))
    reference = {d.reference[0] for d in gaps if d.metric in metrics}
    shown = metrics[:MOST_COLUMNS]
    levels = one.kind == LEVELS

    def row(group: str) -> OptionRow:
        cells = [_cell(m, found.get((group, m)), compared.get((group, m))) for m in shown]
        cells += [_chance(compared.get((group, SUPERIORITY)))] if levels else []
        return OptionRow(name=plain(group), is_reference=group in reference, cells=tuple(cells))

    return OptionSheet(
        caption=f"{LEVELS_CAPTION if levels else OPTIONS_CAPTION} by {plain(one.attribute)}",
        summary=_summary(one, report.settings.confidence),
        columns=(*(reading(metric).label for metric in shown), *((CHANCE,) if levels else ())),
        hidden_columns=len(metrics) - len(shown),
        rows=tuple(row(group) for group in sorted(groups, key=lambda name: name not in reference)[:SHOWN]),
        hidden_rows=max(0, len(groups) - SHOWN),
    )


def _cell(metric: str, estimate: Estimate | None, compared: Disparity | None) -> OptionCell:
    return OptionCell(cell=cell(metric, estimate), mark=_mark(compared))


def _chance(compared: Disparity | None) -> OptionCell:
    """The chance of the higher level against the reference, which is one half for the reference itself."""
    if compared is None or compared.value is None or compared.low is None or compared.high is None:
        reason = compared.undefined if compared is not None else "this is the reference"
        return OptionCell(cell=Cell(value="\N{EN DASH}", interval="", reason=reason), mark="")
    value, low, high = (percent(0.5 + part) for part in (compared.value, compared.low, compared.high))
    interval = f"{low.removesuffix(' %')} to {high}"
    return OptionCell(cell=Cell(value=value, interval=interval), mark=_mark(compared))


def _mark(one: Disparity | None) -> str:
    return MARKS[one.verdict] if one is not None else ""


def _summary(one: Association, confidence: float) -> str:
    if one.cramers_v is None or one.low is None or one.high is None or one.p_adjusted is None:
        return f"All options together could not be tested: {one.undefined}."
    p = "below 0.0001" if one.p_adjusted < 1e-4 else f"{one.p_adjusted:.4f}"
    depends = "depend" if one.p_adjusted < 1 - confidence else "are not shown to depend"
    return (
        f"All options together: decisions {depends} on {plain(one.attribute)} (corrected p-value {p}). "
        f"Strength of the dependence, Cramer's V: {one.cramers_v:.3f} ({one.low:.3f} to {one.high:.3f}); "
        "0 is none, 1 is complete."
    )
