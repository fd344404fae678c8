"""The steps of one column from its rule to leaving it out, whatever becomes of the other columns."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from connectors.policy.crowd import Crowd
from connectors.policy.model import Rule
from connectors.policy.steps import next_step

Counts = Mapping[str | None, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """``rules`` are the column's rule and its coarser ones; after the last the column is left out.

    ``changes`` make a value of each rule's of the rule's before it. ``bits`` is the entropy of the column
    under each rule and 0 at the end, ``values`` how many different ones there are.
    """

    rules: tuple[Rule, ...]
    changes: tuple[Callable[[str], str | None], ...]
    bits: tuple[float, ...]
    values: tuple[int, ...]

    @property
    def column(self) -> str:
        """The column's name."""
        return self.rules[0].column

    @property
    def end(self) -> int:
        """The depth at which the column is left out."""
        return len(self.rules)

    def applied(self, found: Crowd, depth: int) -> Crowd:
        """The leads with the column so many steps down; sorts that have become alike are not joined yet."""
        if depth == self.end:
            return found.unlabelled(self.column)
        return found.relabelled(self.column, lambda value: self._changed(value, depth)) if depth else found

    def onward(self, found: Crowd, depth: int) -> Crowd:
        """The leads with the column one step further down than ``depth``, where it is now."""
        if depth + 1 == self.end:
            return found.without(self.column)
        return found.recoded(self.column, self.changes[depth])

    def _changed(self, value: str, depth: int) -> str | None:
        made: str | None = value
        for change in self.changes[:depth]:
            made = None if made is None else change(made)
        return made


def ladder(rule: Rule, counts: Counts) -> Ladder:
    """Every step of a rule, where ``counts`` are the leads by value."""
    rules, changes, seen = [rule], list[Callable[[str], str | None]](), [counts]
    while (wider := next_step(rules[-1].operator, seen[-1])) is not None:
        rules.append(replace(rule, operator=wider.operator))
        changes.append(wider.change)
        joined = Counter[str | None]()
        for value, n in seen[-1].items():
            joined[None if value is None else wider.change(value)] += n
        seen.append(joined)
    return Ladder(
        rules=tuple(rules),
        changes=tuple(changes),
        bits=(*map(_bits, seen), 0.0),
        values=(*(len(one.keys() - {None}) for one in seen), 0),
    )


def _bits(counts: Counts) -> float:
    leads = sum(counts.values())
    return -sum(n / leads * math.log2(n / leads) for n in counts.values() if n)
