"""Every group of up to ``depth`` conditions, looked at once: the most striking ones come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.schema import Tolerance
from audit.subgroups.contrast import Block, against_all, material, weakest
from audit.subgroups.fields import Field
from audit.subgroups.treatment import SQUARES, SUM, N

STRIKING = -2.0
"""Standard errors that a group must be behind in every comparison to be looked at further."""
KEPT = 200
COMBINATIONS = 2_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One group: its fields and their codes, the metric it is behind in, and by how many standard errors."""

    fields: tuple[int, ...]
    codes: tuple[int, ...]
    metric: int
    distance: float

    @property
    def conditions(self) -> frozenset[tuple[int, int]]:
        """Field and code of each condition."""
        return frozenset(zip(self.fields, self.codes, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lattice:
    """The cube that is searched: fields with a code per cell, moments per metric.

    ``least`` is the smallest size of a group, in leads of the cube. ``account`` is the account of each
    cell, where the stream names one; cells are then split by it.
    """

    fields: tuple[Field, ...]
    moments: FloatArray
    rate: BoolArray
    least: float
    tolerance: Tolerance
    account: IntArray | None = None

    @property
    def spread(self) -> FloatArray:
        """Variance of each metric over all leads."""
        n, total, squares = (self.moments[:, part].sum(axis=1) for part in (N, SUM, SQUARES))
        return np.asarray(np.maximum(squares - total**2 / np.maximum(n, 1), 0) / np.maximum(n - 1, 1))

    def block(self, key: IntArray, sizes: tuple[int, ...]) -> Block:
        """The moments summed over the cells that share a key."""
        size = int(np.prod(sizes))
        summed = [self._summed(key, metric, size) for metric in range(len(self.moments))]
        shaped = np.array(summed).reshape(len(self.moments), 3, *sizes)
        return Block(moments=shaped, rate=self.rate, spread=self.spread)

    def _summed(self, key: IntArray, metric: int, size: int) -> list[FloatArray]:
        n, total = (sum_by(key, self.moments[metric, part], size) for part in (N, SUM))
        squares = total if self.rate[metric] else sum_by(key, self.moments[metric, SQUARES], size)
        return [n, total, squares]


def combined(fields: int, attributes: int, depth: int) -> int:
    """How many combinations of 2 to ``depth`` fields there are that have an attribute among them."""
    others = fields - attributes
    return sum(comb(fields, size) - comb(others, size) for size in range(2, depth + 1))


def affordable(fields: int, attributes: int, depth: int) -> int:
    """How many of so many fields, attributes first, can be crossed within `COMBINATIONS`."""
    most = fields
    while combined(most, min(attributes, most), depth) > COMBINATIONS:
        most -= 1
    return most


def strongest(of: Lattice) -> list[int]:
    """The fields by how much treatment differs between their levels, most first; attributes before others.

    Only the order in which fields are given up where there are too many: attributes are kept.
    """
    return sorted(range(len(of.fields)), key=lambda i: (of.fields[i].role != "attribute", -_told(of, i), i))


def striking(of: Lattice, depth: int) -> tuple[list[Candidate], int]:
    """Groups that are materially behind in every comparison, the furthest first; and how many there were.

    A group has a condition on an attribute: others say what a score is made of, not who is treated how.
    Two bounds keep the search short: fields are not crossed where no group of a part of them is large
    enough, and a group is not looked at closely where even all other leads do not put it as far
    behind as the `KEPT` furthest so far.
    """
    found: list[Candidate] = []
    largest: dict[tuple[int, ...], float] = {(i,): np.inf for i in range(len(of.fields))}
    looked, bound = 0, STRIKING
    for chosen in _combinations(of.fields, depth):
        if min(largest.get(part, np.inf) for part in combinations(chosen, len(chosen) - 1)) < of.least:
            largest[chosen] = 0.0
            continue
        block = _crossed(of, chosen)
        inner = _named(block.moments[:, N])
        largest[chosen] = float(inner.max(initial=0))
        looked += int((inner >= of.least).sum())
        found += _candidates(of, block, chosen, bound)
        if len(found) >= 2 * KEPT:
            found = sorted(found, key=_order)[:KEPT]
            bound = found[-1].distance
    return sorted(found, key=_order)[:KEPT], looked


def _combinations(fields: tuple[Field, ...], depth: int) -> Iterator[tuple[int, ...]]:
    watched = {place for place, one in enumerate(fields) if one.role == "attribute"}
    for size in range(2, depth + 1):
        yield from (chosen for chosen in combinations(range(len(fields)), size) if watched & set(chosen))


def _named(leads: FloatArray) -> FloatArray:
    """Without the leads that no condition can name."""
    for axis in range(1, leads.ndim):
        leads = np.delete(leads, 0, axis)
    return leads


def _crossed(of: Lattice, chosen: tuple[int, ...]) -> Block:
    sizes = tuple(of.fields[i].size for i in chosen)
    key = np.ravel_multi_index(tuple(of.fields[i].codes for i in chosen), sizes)
    return of.block(np.asarray(key, dtype=np.int64), sizes)


def _candidates(of: Lattice, block: Block, chosen: tuple[int, ...], bound: float) -> list[Candidate]:
    with np.errstate(invalid="ignore"):
        behind = (block.moments[:, N] >= of.least) & (against_all(block) <= bound)
    for axis in range(1, behind.ndim):
        np.moveaxis(behind, axis, 0)[0] = False
    places = np.argwhere(behind)
    distance = weakest(block, places)
    near = (distance <= bound) & material(block, places, of.tolerance.tolerance_difference)
    return [
        Candidate(fields=chosen, codes=tuple(codes), metric=metric, distance=far)
        for (metric, *codes), far in zip(places[near].tolist(), distance[near].tolist(), strict=True)
    ]


def _order(one: Candidate) -> tuple[float, int, tuple[int, ...], tuple[int, ...]]:
    return one.distance, one.metric, one.fields, one.codes


def _told(of: Lattice, place: int) -> float:
    """The largest between-level chi-square over metrics, per level."""
    block = _crossed(of, (place,))
    n, total = block.moments[:, N], block.moments[:, SUM]
    overall = total.sum(axis=1, keepdims=True) / np.maximum(n.sum(axis=1, keepdims=True), 1)
    away = np.where(n > 0, (total - n * overall) ** 2 / np.maximum(n, 1), 0.0).sum(axis=1)
    return float(np.max(away / np.maximum(of.spread, 1e-300))) / max(of.fields[place].size - 1, 1)
