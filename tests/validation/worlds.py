"""Made-up populations whose every number is known, as cubes: a draw costs cells and not leads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.cube import Axis, Cube
from audit.schema import Attribute, Stream, Tolerance

SCORES = np.arange(0.0, 101.0, 2.0)
THRESHOLD = 60.0
POPULATION = 10**9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """Shares of one group's leads over control, score, decision, outcome and worked.

    ``codes`` has one row per cell, ``score`` its score, ``shares`` one row per kind of group.
    """

    codes: IntArray
    score: FloatArray
    shares: FloatArray

    def drawn(self, random: np.random.Generator, kinds: list[int], sizes: list[int]) -> Cube:
        """A cube of groups r0000, r0001 ... of these kinds with so many leads each."""
        n = [random.multinomial(size, self.shares[kind]) for kind, size in zip(kinds, sizes, strict=True)]
        return self.cube(np.array(n))

    def population(self, kinds: list[int]) -> Cube:
        """So many leads that rounding them to whole ones decides nothing."""
        return self.cube(np.rint(self.shares[kinds] * POPULATION).astype(np.int64))

    def cube(self, n: IntArray) -> Cube:
        """The cube with these counts by group and cell."""
        groups = tuple(f"r{i:05d}" for i in range(len(n)))
        codes = np.column_stack([np.repeat(np.arange(len(n)), n.shape[1]), np.tile(self.codes, (len(n), 1))])
        score = np.tile(self.score, len(n))
        flat = n.reshape(-1)
        return Cube(
            axes=(Axis("attribute:g", groups), *AXES),
            codes=codes,
            n=flat,
            score_sum=flat * score,
            score_squares=flat * score**2,
        )


AXES = (
    Axis("control:size", ("large", "small")),
    Axis("score", (), tuple(SCORES.tolist())),
    Axis("selected", ("no", "unknown", "yes")),
    Axis("outcome", ("no", "not yet known", "yes")),
    Axis("worked", ("no", "unknown", "yes")),
)


def world(*kinds: tuple[float, float]) -> World:
    """One kind of group for each (base rate, shift of the scores); an outcome is told by the score.

    Nine leads of ten are worked, of these the outcome is known for nine of ten; small companies score
    and convert less, and the second kind of group has more of them.
    """
    size, score, outcome, known, worked = (
        part.reshape(-1)
        for part in np.meshgrid([0, 1], np.arange(len(SCORES)), [0, 1], [0, 1], [0, 1], indexing="ij")
    )
    shares = [_shares(kind, i, size, score, outcome) for i, kind in enumerate(kinds)]
    chance = np.where(known, 0.9, 0.1) * np.where(worked, 0.9, 0.1)
    selected = np.where(SCORES[score] >= THRESHOLD, 2, 0)
    result = np.where(known == 1, 2 * outcome, 1)
    return World(
        codes=np.column_stack([size, score + 1, selected, result, 2 * worked]),
        score=SCORES[score],
        shares=np.array([share * chance for share in shares]),
    )


def _shares(kind: tuple[float, float], place: int, *cell: IntArray) -> FloatArray:
    size, score, outcome = cell
    small = 0.4 + 0.1 * place
    base = np.clip(kind[0] - 0.05 * size, 0.01, 0.99)
    middle = 45 + 16 * outcome - 4 * size + kind[1]
    density = np.exp(-(((SCORES[score] - middle) / 18) ** 2) / 2)
    keys = (size * 2 + outcome).astype(np.int64)
    density = density / np.bincount(keys, density)[keys] * 4
    # Each (size, outcome) holds its scores four times: known or not, worked or not.
    share = np.where(size == 1, small, 1 - small) * np.where(outcome == 1, base, 1 - base) * density
    return np.asarray(share, dtype=np.float64)


def by_group(**changes: object) -> Stream:
    """The stream that reads these cubes."""
    tolerance = Tolerance(**{"minimum_group": 1, **changes})  # type: ignore[arg-type]
    return Stream(
        name="validation",
        attributes=(Attribute(name="g", column="g", reference="r00000"),),
        score="score",
        threshold=THRESHOLD,
        outcome="outcome",
        worked="worked",
        score_range=(0.0, 100.0),
        controls=("size",),
        audit=tolerance,
    )
