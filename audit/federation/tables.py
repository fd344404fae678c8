"""The joint tables: which are known to the last count, and these as the cube that an audit starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.cube import Axis, Cube
from audit.federation.added import Facts, Side, Sides, Sum
from audit.federation.model import Names, Party
from audit.federation.plan import Plan
from audit.federation.rates import Rates
from audit.grouping import Grouping, grouping
from audit.registry import METRICS
from audit.release.facts import Fact
from audit.tally.columns import ATTRIBUTE, NO, NOT_YET_KNOWN, OUTCOME, SELECTED, UNKNOWN, YES

_SELECTED = {"yes": YES, "no": NO, "none": UNKNOWN}
_OUTCOME = {"yes": YES, "no": NO, "open": NOT_YET_KNOWN}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """All joint counts of one plan, of one organisation or of several together."""

    plan: Plan
    sides: Sides
    facts: Facts
    k: int

    def groups(self, scope: Names) -> tuple[Names, ...]:
        """The groups of a table that may have a lead, in the order of their names."""
        found = {
            group
            for (attribute, group, fact), one in self.facts.items()
            if attribute == scope and fact == Fact() and (one.high > 0 or one.noise)
        }
        return tuple(sorted(found))

    def metrics(self, scope: Names) -> tuple[str, ...]:
        """The rates of a table, in the order of the registry; crossings lack those made for larger groups."""
        there = {metric for attribute, _, metric in self.sides if attribute == scope}
        return tuple(
            name for name, one in METRICS.items() if name in there and (len(scope) < 2 or one.crossed)
        )

    def rates(self, scope: Names, metric: str) -> Rates:
        """One rate of every group of a table."""
        return self.rates_of(scope, self.groups(scope), metric)

    def rates_of(self, scope: Names, groups: tuple[Names, ...], metric: str) -> Rates:
        """One rate of these groups; one that is not there has no lead."""
        sides = tuple(self.sides.get((scope, group, metric), Side()) for group in groups)
        return Rates(sides=sides, k=self.k)

    def certain(self, scope: Names) -> bool:
        """Whether every count by decision and result is known."""
        decisions = [one for one in self.plan.facts if one.band is None]
        return not any(
            one.hidden or one.noise
            for group in self.groups(scope)
            for fact in decisions
            for one in [self.facts.get((scope, group, fact), Sum())]
        )

    def part(self, scope: Names) -> Grouping:
        """The table as an audit has it; for tables that are `certain`."""
        axes = [
            *(Axis(ATTRIBUTE + name, self._levels(name)) for name in scope),
            *(Axis(name, tuple(levels.values())) for name, _, levels in self._truths()),
        ]
        cells = [
            (*(self._levels(name).index(level) for name, level in zip(scope, group, strict=True)), *places, n)
            for group in self.groups(scope)
            for places, fact in self._finest()
            for n in [self.facts.get((scope, group, fact), Sum()).low]
        ]
        rows = np.array(cells, dtype=np.int64).reshape(-1, len(axes) + 1)
        none = np.zeros(len(rows))
        cube = Cube(
            axes=tuple(axes), codes=rows[:, :-1], n=rows[:, -1], score_sum=none, score_squares=none.copy()
        )
        return grouping(cube, scope)

    def leads(self, scope: Names) -> dict[Names, int]:
        """Leads of every group, at the least; noise counts as it stands."""
        sums = {group: self.facts.get((scope, group, Fact()), Sum()) for group in self.groups(scope)}
        return {group: one.low + one.noisy for group, one in sums.items()}

    def _levels(self, name: str) -> Names:
        return next(one.levels for one in self.plan.dimensions if one.name == name)

    def _truths(self) -> list[tuple[str, str, dict[str, str]]]:
        kinds = ((SELECTED, "selected", _SELECTED), (OUTCOME, "result", _OUTCOME))
        return [one for one in kinds if any(getattr(fact, one[1]) is not None for fact in self.plan.facts)]

    def _finest(self) -> list[tuple[tuple[int, ...], Fact]]:
        """The finest facts without a score band, with their place on every axis."""
        found: list[tuple[tuple[int, ...], dict[str, str]]] = [((), {})]
        for _, field, levels in self._truths():
            found = [
                ((*places, i), {**chosen, field: word})
                for places, chosen in found
                for i, word in enumerate(levels)
            ]
        return [
            (places, Fact(selected=chosen.get("selected"), result=chosen.get("result")))
            for places, chosen in found
        ]


def least_shown(parties: tuple[Party, ...]) -> int:
    """The largest k of the releases: no group is told of that is smaller."""
    return max(party.release.k for party in parties)
