"""Which column to make coarser next, what that buys and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from connectors.policy.crowd import Crowd, crowd
from connectors.policy.model import Policy, Rule
from connectors.policy.risk import Risk, risk_of
from connectors.policy.steps import next_step


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One column a step coarser: ``rule`` is the rule that makes it so, None where it is left out.

    ``risk`` is what remains. ``was`` are the different values that the column had, ``values`` those that it
    still has.
    """

    column: str
    rule: Rule | None
    words: str
    was: int
    values: int
    risk: Risk


def steps(table: pa.Table, policy: Policy, columns: Sequence[str]) -> tuple[Step, ...]:
    """The next step of each column, the one first after which the fewest leads look like no other.

    Among equals, the one that leaves the larger smallest group, then the one that keeps more values.
    """
    found = crowd(table, columns)
    taken = (_step(found, rule) for rule in rules_of(policy, columns))
    return tuple(sorted(taken, key=lambda step: (step.risk.alone, -step.risk.smallest, -step.values)))


def rules_of(policy: Policy, columns: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of some columns, in their order."""
    rules = {rule.column: rule for rule in policy.rules}
    return tuple(rules[name] for name in columns)


def _step(found: Crowd, rule: Rule) -> Step:
    wider = next_step(rule.operator, found.counts_of(rule.column))
    was = _values(found, rule.column)
    if wider is None:
        left = risk_of(found.without(rule.column))
        return Step(
            column=rule.column, rule=None, words=f"leave out {rule.column}", was=was, values=0, risk=left
        )
    coarser = found.recoded(rule.column, wider.change)
    return Step(
        column=rule.column,
        rule=replace(rule, operator=wider.operator),
        words=f"{rule.column}: {wider.operator.describe()}",
        was=was,
        values=_values(coarser, rule.column),
        risk=risk_of(coarser),
    )


def _values(found: Crowd, column: str) -> int:
    return len(found.counts_of(column).keys() - {None})
