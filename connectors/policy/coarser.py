"""Which column to make coarser next, what that buys and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taken:
    """A step with the leads as they are after it."""

    step: Step
    left: Crowd


def steps(table: pa.Table, policy: Policy, columns: Sequence[str]) -> tuple[Step, ...]:
    """The next step of each column, the one first after which the fewest leads look like no other.

    Among equals, the one that leaves the larger smallest group, then the one that keeps more values.
    """
    found = crowd(table, columns)
    return best_first(one.step for one in each_step(found, rules_of(policy, columns)))


def best_first(found: Iterable[Step]) -> tuple[Step, ...]:
    """Steps in the order of what they buy."""
    return tuple(sorted(found, key=lambda step: (step.risk.alone, -step.risk.smallest, -step.values)))


def rules_of(policy: Policy, columns: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of some columns, in their order."""
    rules = {rule.column: rule for rule in policy.rules}
    return tuple(rules[name] for name in columns)


def each_step(found: Crowd, rules: Sequence[Rule]) -> tuple[Taken, ...]:
    """The next step of each of the rules, whose columns are those of the crowd."""
    return tuple(_taken(found, rule) for rule in rules)


def _taken(found: Crowd, rule: Rule) -> Taken:
    counts = found.counts_of(rule.column)
    wider = next_step(rule.operator, counts)
    if wider is None:
        return _left_out(found, rule, _values(found, rule.column))
    left = found.recoded(rule.column, wider.change)
    step = Step(
        column=rule.column,
        rule=replace(rule, operator=wider.operator),
        words=f"{rule.column}: {wider.operator.describe()}",
        was=_values(found, rule.column),
        values=_values(left, rule.column),
        risk=risk_of(left),
    )
    return Taken(step=step, left=left)


def _left_out(found: Crowd, rule: Rule, was: int) -> Taken:
    left = found.without(rule.column)
    words = f"leave out {rule.column}"
    return Taken(
        step=Step(column=rule.column, rule=None, words=words, was=was, values=0, risk=risk_of(left)),
        left=left,
    )


def _values(found: Crowd, column: str) -> int:
    return len(found.counts_of(column).keys() - {None})
