"""What the page shows of an explanation, in words and numbers that are ready to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit.estimate import Estimate
from audit.finding.words import amount, quoted
from audit.report.mitigation.view import DASH, MINUS, Cell, percent, signed
from audit.rows.explaining.model import Counterfactual, Driver, Explained, GroupRecourse, LeadStory, Verdict

MOST_ACROSS, MOST_DOWN = 12, 60
"""Groups of one attribute that a table shows across and down, those with most leads; all are in the JSON."""
VERDICTS: dict[Verdict, str] = {"agree": "agree", "in part": "agree in part", "disagree": "disagree"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTable:
    """Permutation importance among the leads of each group of one attribute: fields down, groups across.

    ``hidden`` is how many groups it leaves out.
    """

    attribute: str
    groups: tuple[str, ...]
    hidden: int
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecourseTable:
    """The groups of one attribute: who has a way over, and how long it is; ``hidden`` are left out."""

    attribute: str
    hidden: int
    rows: tuple[RecourseRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecourseRow:
    """One group; the cells of the reference's own gaps are dashes."""

    group: str
    reference: bool
    under: int
    way: Cell
    way_gap: Cell
    size: Cell
    size_gap: Cell


def names(fields: Sequence[str]) -> str:
    """Fields as one name: near copies stand together."""
    return " + ".join(fields)


def several(fields: Sequence[str]) -> str:
    """The same inside a sentence."""
    return " with ".join(quoted(one) for one in fields)


def points(one: Estimate) -> Cell:
    """Score points, as many digits as matter."""
    return _cell(one, plus=False)


def moved(one: Estimate) -> Cell:
    """The same with its sign: a part of a gap."""
    return _cell(one, plus=True)


def share_gap(one: Estimate) -> Cell:
    """A difference of shares in points."""
    if one.value is None or one.low is None or one.high is None:
        return Cell(value=DASH, reason=one.undefined or "")
    value, low, high = (signed(part * 100, 1, plus=True) for part in (one.value, one.low, one.high))
    return Cell(value=value, interval=f"{low} to {high}")


def group_tables(made: Explained) -> tuple[GroupTable, ...]:
    """One table for each attribute that has groups."""
    found: dict[str, list[tuple[str, int]]] = {}
    for one in made.drivers[0].groups if made.drivers else ():
        found.setdefault(one.attribute, []).append((one.group, one.estimate.n))
    return tuple(_group_table(made, attribute, groups) for attribute, groups in found.items())


def _group_table(made: Explained, attribute: str, sizes: Sequence[tuple[str, int]]) -> GroupTable:
    kept = _largest([n for _, n in sizes], MOST_ACROSS)
    shown = tuple(sizes[place][0] for place in kept)
    return GroupTable(
        attribute=attribute,
        groups=shown,
        hidden=len(sizes) - len(shown),
        rows=tuple((names(one.fields), _cells(one, attribute, shown)) for one in made.drivers),
    )


def recourse_tables(made: Explained) -> tuple[RecourseTable, ...]:
    """One table for each attribute."""
    found: dict[str, list[GroupRecourse]] = {}
    for one in made.recourse:
        found.setdefault(one.attribute, []).append(one)
    return tuple(_recourse_table(name, rows) for name, rows in found.items())


def _recourse_table(attribute: str, groups: Sequence[GroupRecourse]) -> RecourseTable:
    # The reference stays: all gaps are against it.
    kept = _largest([one.under + 10**9 * one.reference for one in groups], MOST_DOWN)
    return RecourseTable(
        attribute=attribute,
        hidden=len(groups) - len(kept),
        rows=tuple(_row(groups[place]) for place in kept),
    )


def _largest(sizes: Sequence[int], most: int) -> list[int]:
    """The places of the largest, in their own order."""
    return sorted(sorted(range(len(sizes)), key=lambda place: (-sizes[place], place))[:most])


def way(story: LeadStory, made: Explained) -> str:
    """What would bring one lead over the threshold, as a sentence."""
    found = story.counterfactual
    line = "" if made.threshold is None else f"{made.threshold:g}"
    told = {
        "undefined": made.no_recourse or "",
        "over": f"The model already has this lead on the selected side of {line}.",
        "none": (
            f"No change of one or two fields brings this lead to the selected side of {line}: all"
            f" {found.tried:,} combinations of the values above were tried."
        ),
        "found": _found(found, line),
    }[found.outcome]
    return told if told.endswith(".") else f"{told[:1].upper()}{told[1:]}."


def _found(found: Counterfactual, line: str) -> str:
    if found.reached is None:
        return ""
    steps = " and ".join(
        f"{one.field} from {quoted(one.before)} to {quoted(one.after)} ({_far(one.distance)})"
        for one in found.changes
    )
    return (
        f"The smallest change that brings this lead to the selected side of {line}: {steps}."
        " The model would then say"
        f" {amount(found.reached)}. {found.tried:,} combinations were tried; none that crosses is smaller."
    )


def _far(distance: float) -> str:
    return "another value" if distance == 1 else f"{distance * 100:.1f} % of all leads lie between"


def _cells(one: Driver, attribute: str, shown: Sequence[str]) -> tuple[Cell, ...]:
    told = {each.group: percent(each.estimate) for each in one.groups if each.attribute == attribute}
    return tuple(told[name] for name in shown)


def _row(one: GroupRecourse) -> RecourseRow:
    return RecourseRow(
        group=one.group,
        reference=one.reference,
        under=one.under,
        way=percent(one.way),
        way_gap=share_gap(one.way_gap),
        size=percent(one.size),
        size_gap=share_gap(one.size_gap),
    )


def _cell(one: Estimate, *, plus: bool) -> Cell:
    if one.value is None or one.low is None or one.high is None:
        return Cell(value=DASH, reason=one.undefined or "")
    value, low, high = (_amount(part, plus=plus) for part in (one.value, one.low, one.high))
    return Cell(value=value, interval=f"{low} to {high}")


def _amount(value: float, *, plus: bool) -> str:
    shown = f"{value:.3g}" if abs(value) < 1_000 else f"{value:,.0f}"
    shown = "0" if float(shown.replace(",", "")) == 0 else shown
    return ("+" if plus and value > 0 and shown != "0" else "") + shown.replace("-", MINUS)


def added(value: float | None) -> str:
    """What a field adds to one prediction; a dash where the method was not asked."""
    return DASH if value is None else _amount(value, plus=True)
