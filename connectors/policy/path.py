"""A way to a policy under which every group of leads that look alike has at least `K`, and what it costs.

The cheapest way is NP-hard to find (Meyerson and Williams 2004). So two greedy ways are tried: at each turn
the step that takes the most leads out of small groups, and the one that does so for each bit that is lost
(how much less of the column is told: the entropy that goes). What turns out to be needless is taken back,
step by step, and the way that loses fewer bits is told. What it leads to is counted exactly.

References
----------
A. Meyerson, R. Williams (2004). On the complexity of optimal k-anonymity. PODS, 223-228.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from connectors.policy.coarser import rules_of
from connectors.policy.crowd import Crowd, crowd
from connectors.policy.ladder import Ladder, ladder
from connectors.policy.model import Policy, Rule
from connectors.policy.risk import K, Risk, risk_of

Depths = tuple[int, ...]
Worth = Callable[[int, float], float]
# Leads that leave small groups, and bits that are lost, to what a step is worth.
_WORTHS: tuple[Worth, ...] = (lambda leads, bits: leads / max(bits, 0.01), lambda leads, _: leads)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """What becomes of one column: ``rule`` makes it so, None where it is left out.

    ``was`` are the different values that the column had, ``values`` those that it still has.
    """

    column: str
    rule: Rule | None
    words: str
    was: int
    values: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Steps, one for each column that changes, to ``risk``; ``reached`` says whether that has groups of `K`.

    ``policy`` is the policy after all of them. Where there are fewer than `K` leads nothing is reached.
    """

    steps: tuple[PathStep, ...]
    policy: Policy
    risk: Risk
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Search:
    """The leads as they are, and the ladder of each column."""

    start: Crowd
    ladders: tuple[Ladder, ...]

    def at(self, depths: Depths) -> Crowd:
        """The leads with each column so many steps down."""
        found = self.start
        for one, depth in zip(self.ladders, depths, strict=True):
            found = one.applied(found, depth)
        return found.joined()

    def bits(self, depths: Depths) -> float:
        """How much is still told of all columns."""
        return sum(one.bits[depth] for one, depth in zip(self.ladders, depths, strict=True))

    def walked(self, worth: Worth) -> Depths:
        """Down, greedily, until every group is large enough; then up again where that was needless."""
        depths: Depths = (0,) * len(self.ladders)
        found, now = self.start, risk_of(self.start)
        while now.smallest < K and (options := self._next(found, depths)):
            few, bits = now.few, self.bits(depths)
            depths, found = max(
                options, key=lambda one: worth(few - risk_of(one[1]).few, bits - self.bits(one[0]))
            )
            now = risk_of(found)
        return self.pruned(depths)

    def _next(self, found: Crowd, depths: Depths) -> list[tuple[Depths, Crowd]]:
        """Each column one step further down."""
        return [
            (
                (*depths[:place], depth + 1, *depths[place + 1 :]),
                self.ladders[place].onward(found, depth),
            )
            for place, depth in enumerate(depths)
            if depth < self.ladders[place].end
        ]

    def pruned(self, depths: Depths) -> Depths:
        """Up again, wherever the groups stay large enough; what tells the most comes back first."""
        gains = [
            (self.bits(depths) - self.bits(up), up)
            for place, depth in enumerate(depths)
            if depth
            for up in [(*depths[:place], depth - 1, *depths[place + 1 :])]
        ]
        for _, up in sorted(gains):
            if risk_of(self.at(up)).smallest >= K:
                return self.pruned(up)
        return depths


def path_to_green(table: pa.Table, policy: Policy, columns: Sequence[str]) -> Path:
    """The steps that make every group of leads that look alike on ``columns`` at least `K` large."""
    start = crowd(table, columns)
    rules = rules_of(policy, columns) if start.leads else ()
    search = _Search(start=start, ladders=tuple(ladder(rule, start.counts_of(rule.column)) for rule in rules))
    depths = max((search.walked(worth) for worth in _WORTHS), key=search.bits)
    end = risk_of(search.at(depths))
    changes = [(one, depth) for one, depth in zip(search.ladders, depths, strict=True) if depth]
    return Path(
        steps=tuple(_step(one, depth) for one, depth in changes),
        policy=_changed(policy, {one.column: _rule(one, depth) for one, depth in changes}),
        risk=end,
        reached=end.smallest >= K,
    )


def _rule(one: Ladder, depth: int) -> Rule | None:
    return one.rules[depth] if depth < one.end else None


def _step(one: Ladder, depth: int) -> PathStep:
    rule = _rule(one, depth)
    words = f"{one.column}: {rule.operator.describe()}" if rule else f"leave out {one.column}"
    return PathStep(column=one.column, rule=rule, words=words, was=one.values[0], values=one.values[depth])


def _changed(policy: Policy, made: dict[str, Rule | None]) -> Policy:
    rules = (made.get(rule.column, rule) for rule in policy.rules)
    return replace(policy, rules=tuple(rule for rule in rules if rule is not None))
