"""Which column to make coarser next, and what that buys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from audit.schema import band_labels
from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.model import Operator, Policy, Rule
from connectors.policy.risk import Risk, risk

Change = Callable[[str], str]
_PERIODS = {"day": ("month", 7), "month": ("year", 4)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One column a step coarser: ``rule`` is the rule that makes it so, None where it is left out.

    ``risk`` is what remains. ``values`` are the different values that the column still has.
    """

    column: str
    rule: Rule | None
    words: str
    values: int
    risk: Risk


def steps(table: pa.Table, policy: Policy, columns: Sequence[str]) -> tuple[Step, ...]:
    """The next step of each column, the one first after which the fewest leads look like no other.

    Among equals, the one that leaves the larger smallest group, then the one that keeps more values.
    """
    rules = {rule.column: rule for rule in policy.rules}
    found = (_step(table, rules[name], columns) for name in columns)
    return tuple(sorted(found, key=lambda step: (step.risk.alone, -step.risk.smallest, -step.values)))


def _step(table: pa.Table, rule: Rule, columns: Sequence[str]) -> Step:
    coarser = _coarser(rule.operator)
    if coarser is None:
        rest = [name for name in columns if name != rule.column]
        words = f"leave out {rule.column}"
        return Step(column=rule.column, rule=None, words=words, values=0, risk=risk(table, rest))
    operator, change = coarser
    column = pa.array(
        [None if value is None else change(value) for value in table[rule.column].to_pylist()], pa.string()
    )
    place = table.column_names.index(rule.column)
    changed = table.set_column(place, rule.column, column)
    return Step(
        column=rule.column,
        rule=replace(rule, operator=operator),
        words=f"{rule.column}: {operator.describe()}",
        values=len(column.unique()) - (1 if column.null_count else 0),
        risk=risk(changed, columns),
    )


def _coarser(operator: Operator) -> tuple[Operator, Change] | None:
    """The next coarser operator, and what it makes of a value that the first one kept; None at the end."""
    if isinstance(operator, Band) and len(operator.bands) > 1:
        return _wider(operator)
    if isinstance(operator, Coarsen) and operator.by in _PERIODS:
        by, length = _PERIODS[operator.by]
        return replace(operator, by=by), lambda value: value[:length]
    if isinstance(operator, Coarsen) and (operator.characters or 0) > 1:
        shorter = (operator.characters or 0) - 1
        return replace(operator, characters=shorter), lambda value: value[:shorter]
    return None


def _wider(operator: Band) -> tuple[Operator, Change]:
    """Neighbouring bands become one: every second edge stays."""
    edges = operator.bands[1::2]
    names = band_labels(edges)
    # The band that begins at an edge lies in the wider one with the last edge that is not above it.
    into = {
        label: names[sum(edge <= low for edge in edges)]
        for label, low in zip(band_labels(operator.bands), (float("-inf"), *operator.bands), strict=True)
    }
    return replace(operator, bands=edges), lambda value: into[value]
