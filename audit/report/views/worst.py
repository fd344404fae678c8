"""What the page says of the groups that are treated worst."""

from __future__ import annotations

from dataclasses import dataclass

from audit.finding.words import count
from audit.report.model import Report
from audit.subgroups.model import Search, Subgroup

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstRow:
    """One group: its sentence, its gap to all other leads, and how sure that is."""

    text: str
    gap: str
    interval: str
    surely: str
    p_adjusted: float
    special_category: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The groups that the search found, worst first, and how it went. ``hidden`` are in audit.json only."""

    rows: tuple[WorstRow, ...]
    hidden: int
    method: str
    left_out: tuple[str, ...]


def worst(report: Report) -> Worst | None:
    """None where nothing was searched."""
    if report.search is None:
        return None
    found = [one for one in report.subgroups if one.found_by == "search"]
    special = report.settings.special_categories
    return Worst(
        rows=tuple(_row(one, special) for one in found[:SHOWN]),
        hidden=max(len(found) - SHOWN, 0),
        method=_method(report.search),
        left_out=report.search.left_out,
    )


def _row(one: Subgroup, special: tuple[str, ...]) -> WorstRow:
    factor = 1.0 if one.metric == "mean_score" else 100.0
    value, low, high = (f"{end * factor:+.1f}" for end in (one.value, one.low, one.high))
    return WorstRow(
        text=one.text or "",
        gap=f"{value} points",
        interval=f"{low} to {high}",
        surely=f"{(one.surely or 0) * factor:.1f} points",
        p_adjusted=one.p_adjusted,
        special_category=bool(set(one.attribute) & set(special)),
    )


def _method(made: Search) -> str:
    return (
        f"{count(made.groups, 'group')} of up to {made.depth} conditions on {len(made.fields)} fields were"
        f" looked at in {count(made.looked_on)}, picked at random. {_tested(made)}"
    )


def _tested(made: Search) -> str:
    if not made.tested:
        return "None was striking enough to be tested."
    what = "The most striking one was" if made.tested == 1 else f"The {made.tested} most striking were"
    return f"{what} put to the test in the other {count(made.confirmed_on)}."
