"""A way to a policy under which every group of leads that look alike has at least `K`, and what it costs.

Greedy: at each turn the step that takes the most leads out of small groups for what it loses, counted in bits
(how much less of the column is told: the entropy that goes). Greedy is not optimal, finding the best way
is NP-hard (Meyerson and Williams 2004); each step is counted exactly.

References
----------
A. Meyerson, R. Williams (2004). On the complexity of optimal k-anonymity. PODS, 223-228.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from connectors.policy.coarser import Step, Taken, each_step, rules_of
from connectors.policy.crowd import Crowd, crowd
from connectors.policy.model import Policy, Rule
from connectors.policy.risk import K, Risk, risk_of

MOST_STEPS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Steps, one for each column that changes, to ``risk``; ``reached`` says whether that has groups of `K`.

    The steps may be taken in any order. ``policy`` is the policy after all of them. Without a lead, and
    where there are fewer than `K`, nothing is reached.
    """

    steps: tuple[Step, ...]
    policy: Policy
    risk: Risk
    reached: bool


def path_to_green(table: pa.Table, policy: Policy, columns: Sequence[str]) -> Path:
    """The steps that make every group of leads that look alike on ``columns`` at least `K` large."""
    start = crowd(table, columns)
    taken = _joined(list(_walk(start, rules_of(policy, columns))))
    end = taken[-1].risk if taken else risk_of(start)
    return Path(steps=tuple(taken), policy=_changed(policy, taken), risk=end, reached=end.smallest >= K)


def _walk(found: Crowd, rules: Sequence[Rule]) -> Iterator[Step]:
    for _ in range(MOST_STEPS):
        now = risk_of(found)
        if not rules or not now.leads or now.smallest >= K:
            return
        best = max(each_step(found, rules), key=lambda taken: _worth(found, now, taken))
        yield best.step
        found = best.left
        rules = tuple(_next_rules(rules, best.step))


def _next_rules(rules: Sequence[Rule], taken: Step) -> Iterator[Rule]:
    for rule in rules:
        if rule.column != taken.column:
            yield rule
        elif taken.rule is not None:
            yield taken.rule


def _worth(found: Crowd, now: Risk, taken: Taken) -> tuple[float, int, str]:
    """Leads that no longer stand in a small group, for each bit that is lost."""
    column = taken.step.column
    lost = _bits(found, column) - (_bits(taken.left, column) if taken.step.rule else 0.0)
    return ((now.few - taken.step.risk.few) / max(lost, 0.01), taken.step.values, column)


def _bits(found: Crowd, column: str) -> float:
    """The entropy of a column."""
    shares = (n / found.leads for n in found.counts_of(column).values())
    return -sum(share * math.log2(share) for share in shares)


def _joined(walked: Sequence[Step]) -> list[Step]:
    """The steps of one column as one, in the order of their last ones; the last risk is that of all."""
    first: dict[str, Step] = {}
    last: dict[str, Step] = {}
    for step in walked:
        first.setdefault(step.column, step)
        last.pop(step.column, None)
        last[step.column] = step
    return [replace(step, was=first[column].was) for column, step in last.items()]


def _changed(policy: Policy, taken: Sequence[Step]) -> Policy:
    made = {step.column: step.rule for step in taken}
    rules = (made.get(rule.column, rule) for rule in policy.rules)
    return replace(policy, rules=tuple(rule for rule in rules if rule is not None))
