"""What the page shows of the numbers under another library's names: a table of names by groups."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from audit.compat import Compat
from audit.compat.names import CLARIFY
from audit.report.model import Report

SHOWN_GROUPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatCell:
    """Our number with its interval, and the library's where it is another."""

    value: str
    interval: str
    theirs: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatRow:
    """One name of the library, for every group that is shown."""

    name: str
    title: str
    formula: str
    cells: tuple[CompatCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatTable:
    """The largest groups of one attribute, each against all others; ``hidden`` more are in audit.json."""

    attribute: str
    groups: tuple[str, ...]
    hidden: int
    rows: tuple[CompatRow, ...]
    notes: tuple[str, ...]
    reasons: tuple[str, ...]


def compat_tables(report: Report) -> dict[str, CompatTable]:
    """One table per attribute that has such numbers."""
    attributes = dict.fromkeys(one.attribute[0] for one in report.compat)
    return {name: _table(name, report) for name in attributes}


def _table(attribute: str, report: Report) -> CompatTable:
    rest = [one for one in report.compat if one.attribute == (attribute,) and one.reference is None]
    sizes = {
        e.group: e.estimate.n for e in report.estimates if e.attribute == (attribute,) and e.metric == "count"
    }
    groups = sorted({one.group for one in rest if one.group}, key=lambda group: (-sizes.get(group, 0), group))
    shown = groups[:SHOWN_GROUPS]
    found = {(one.name, one.group): one for one in rest}
    used = [one for one in rest if one.group in shown]
    return CompatTable(
        attribute=attribute,
        groups=tuple(group[0] for group in shown),
        hidden=len(groups) - len(shown),
        rows=tuple(
            CompatRow(
                name=name,
                title=what.title,
                formula=what.formula,
                # What is about all leads is the same for every group.
                cells=tuple(_cell(found.get((name, group)) or found.get((name, ()))) for group in shown),
            )
            for name, what in CLARIFY.items()
            if any((name, group) in found for group in (*shown, ()))
        ),
        notes=_sentences(one.note for one in used),
        reasons=_sentences(one.undefined for one in used),
    )


def _sentences(texts: Iterable[str | None]) -> tuple[str, ...]:
    parts = [part for text in texts if text for part in text.removesuffix(".").split(". ")]
    return tuple(dict.fromkeys(parts))


def _cell(one: Compat | None) -> CompatCell:
    if one is None:
        return CompatCell(value="\N{EN DASH}", interval="", theirs="", reason="not measured")
    theirs = "" if one.note is None else f"Clarify: {_number(one.compat_value)}"
    if one.value is None:
        return CompatCell(value="\N{EN DASH}", interval="", theirs=theirs, reason=one.undefined)
    interval = "" if one.low is None else f"{_number(one.low)} to {_end(one.high)}"
    return CompatCell(value=_number(one.value), interval=interval, theirs=theirs, reason=None)


def _number(value: float | None) -> str:
    if value is None:
        return "an error"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    return f"{value:.4f}".replace("-", "\N{MINUS SIGN}")


def _end(value: float | None) -> str:
    return "no limit" if value is None else _number(value)
