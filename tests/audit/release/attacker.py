"""What an outsider can do with a release and a solver: nothing here knows how the release was made."""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack

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


class Historian:
    """Solves all releases of one stream at once: the counts at each, and what is known not to have shrunk.

    ``knows`` is "nothing but new leads came", "results became known too", "leads changed, none went", or
    "leads may have gone".
    """

    def __init__(self, releases: tuple[Release, ...], knows: str) -> None:
        self.times = len(releases)
        self.one = Outsider(*releases[:1])
        self.width = len(self.one.unknowns)
        equations, right = [], []
        for time, release in enumerate(releases):
            shown = {key: count for key, count in release.values().items() if count is not None}
            equations.append(self._at(time, np.array([self.one.row(key) for key in shown])))
            right += list(shown.values())
        self.equations, self.right = csr_array(vstack(equations)), np.array(right, dtype=float)
        known = self._known(knows)
        self.grown = csr_array(
            vstack([self._at(t, known) - self._at(t - 1, known) for t in range(1, self.times)])
        )

    def bounds(self, key: Key, time: int, since: int | None = None) -> tuple[float, float]:
        """The least and the most that a count can be, or its change since an earlier release."""
        row = self._at(time, self.one.row(key)[None, :])
        row = row if since is None else row - self._at(since, self.one.row(key)[None, :])
        ends = []
        for sign in (1, -1):
            solved = linprog(
                sign * row.toarray()[0],
                A_ub=-self.grown if self.grown.shape[0] else None,
                b_ub=np.zeros(self.grown.shape[0]) if self.grown.shape[0] else None,
                A_eq=self.equations,
                b_eq=self.right,
                method="highs",
            )
            ends.append(sign * solved.fun if solved.status == 0 else -sign * np.inf)
        return ends[0], ends[1]

    def _at(self, time: int, rows: np.ndarray) -> csr_array:
        none = [csr_array((len(rows), self.width)) for _ in range(self.times)]
        none[time] = csr_array(rows)
        return csr_array(hstack(none))

    def _known(self, knows: str) -> np.ndarray:
        """Sums of finest cells that did not shrink."""
        if knows == "nothing but new leads came":
            return np.eye(self.width)
        groups = [levels for levels, _ in self.one.unknowns]
        if knows == "results became known too":
            settled = [i for i, (_, fact) in enumerate(self.one.unknowns) if fact[1] in {"yes", "no"}]
            kinds = [(levels, fact[0], fact[2]) for levels, fact in self.one.unknowns]
            return np.concatenate([np.eye(self.width)[settled], _sums(kinds)])
        return _sums(groups) if knows == "leads changed, none went" else np.zeros((0, self.width))


def _sums(kinds: list[object]) -> np.ndarray:
    return np.array([[one == kind for one in kinds] for kind in dict.fromkeys(kinds)], dtype=float)
