"""What an outsider can do with a release and a solver: nothing here knows how the release was made."""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from audit.release import Release
from audit.release.facts import Fact

Key = tuple[tuple[str, ...], tuple[str, ...], Fact]


class Outsider:
    """Unknown counts of every combination of groups and facts; every published count is an equation."""

    def __init__(self, *releases: Release) -> None:
        first = releases[0]
        self.names = [one.name for one in first.dimensions]
        groups = list(product(*(one.levels for one in first.dimensions)))
        finest = self._finest(first)
        self.unknowns = list(product(groups, finest))
        self.rows: dict[Key, np.ndarray] = {}
        equations, right = [], []
        for release in releases:
            for key, count in release.values().items():
                row = self.row(key)
                if count is not None:
                    equations.append(row)
                    right.append(count)
        self.equations, self.right = csr_array(np.array(equations)), np.array(right, dtype=float)

    def row(self, key: Key) -> np.ndarray:
        if key not in self.rows:
            attribute, group, fact = key
            wanted = dict(zip(attribute, group, strict=True))
            self.rows[key] = np.array(
                [
                    all(
                        wanted.get(name, level) == level
                        for name, level in zip(self.names, levels, strict=True)
                    )
                    and (fact.selected in {None, one[0]})
                    and (fact.result in {None, one[1]})
                    and (fact.band in {None, one[2]})
                    for levels, one in self.unknowns
                ],
                dtype=float,
            )
        return self.rows[key]

    def bounds(self, key: Key) -> tuple[float, float]:
        """The least and the most that a count can be."""
        ends = []
        for sign in (1, -1):
            solved = linprog(sign * self.row(key), A_eq=self.equations, b_eq=self.right, method="highs")
            ends.append(sign * solved.fun if solved.status == 0 else -sign * np.inf)
        return ends[0], ends[1]

    @staticmethod
    def _finest(release: Release) -> list[tuple[str | None, str | None, int | None]]:
        decisions = sorted({fact.selected for fact in release.facts if fact.selected}) or [None]
        results = sorted({fact.result for fact in release.facts if fact.result}) or [None]
        bands = sorted({fact.band for fact in release.facts if fact.band is not None}) or [None]
        return list(product(decisions, results, bands))
