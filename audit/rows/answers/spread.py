"""How much the habits of single people widen shares: whole people as the units, not their answers.

Who disagrees with everything makes the group that they work look disagreed with. So each person's answers
move a share together (Liang and Zeger 1986, by `audit.rows.clusters`' rule), and nothing gets surer by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spread:
    """Design effects, one entry per group.

    ``own`` is that of the group's share, ``gap`` that of the difference to the reference; neither is below
    1. ``units`` is the effective number of people behind the group, and ``df``
    one less; it is infinite where each gave one answer. ``trials`` is how many rows count as drawn: all, but
    the effective people where all of a group are alike, as no variance is left there to tell their habits.
    ``people`` marks by group (rows) who answered (columns).
    """

    own: FloatArray
    gap: FloatArray
    units: FloatArray
    df: FloatArray
    trials: FloatArray
    people: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """The rows of one share: the group of each, whether it is a hit, and the unit that moves it.

    ``told`` marks the rows whose unit is a person: those that nobody answered about are units of their own.
    """

    group: IntArray
    hit: BoolArray
    unit: IntArray
    told: BoolArray

    def of(self, some: BoolArray) -> Rows:
        """Some of the rows."""
        return Rows(group=self.group[some], hit=self.hit[some], unit=self.unit[some], told=self.told[some])


def spread(rows: Rows, groups: int, reference: int) -> Spread:
    """The design effects of the shares of ``groups`` groups."""
    n = sum_by(rows.group, np.ones(len(rows.group)), groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = sum_by(rows.group, rows.hit.astype(np.float64), groups) / n
        plain = value * (1 - value) / n
    place, unit, moves = _moves(rows, value)
    with np.errstate(invalid="ignore", divide="ignore"):
        moves = moves * (np.sqrt(_bessel(place, groups, n)) / n)[place]
        clustered = sum_by(place, moves**2, groups)
        shared = _shared((place, unit, moves), groups, reference)
        gap = (clustered + clustered[reference] - 2 * shared) / (plain + plain[reference])
        own = clustered / plain
    units, alone = _effective(rows, groups)
    df = np.where(alone, np.inf, np.maximum(units - 1, 1.0))
    alike = ((value == 0) | (value == 1)) & (units >= 1)
    trials = np.where(alike, np.floor(units + _ROUNDING), n)
    return Spread(
        own=_at_least_1(own),
        gap=_at_least_1(gap),
        units=units,
        df=df,
        trials=trials,
        people=_people(rows, groups),
    )


def _moves(rows: Rows, value: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """How far each unit moves the sum of each group that it is in: group, unit, size."""
    size = int(rows.unit.max(initial=-1)) + 1
    key, place = np.unique(rows.group * max(size, 1) + rows.unit, return_inverse=True)
    moves = sum_by(place, rows.hit - value[rows.group], len(key))
    return key // max(size, 1), key % max(size, 1), moves


def _bessel(place: IntArray, groups: int, n: FloatArray) -> FloatArray:
    """The correction for few units; none where each row is its own."""
    units = sum_by(place, np.ones(len(place)), groups)
    return np.where(units < n, units / np.maximum(units - 1, 1), 1.0)


def _shared(told: tuple[IntArray, IntArray, FloatArray], groups: int, reference: int) -> FloatArray:
    """What units that are in both groups move of each, times what they move of the reference."""
    place, unit, moves = told
    base = np.zeros(int(unit.max(initial=-1)) + 1)
    base[unit[place == reference]] = moves[place == reference]
    return sum_by(place, moves * base[unit], groups)


def _effective(rows: Rows, groups: int) -> tuple[FloatArray, BoolArray]:
    """The square of the sum over the sum of squares of the answers of each person; whether all gave one."""
    group, unit = rows.group[rows.told], rows.unit[rows.told]
    size = max(int(unit.max(initial=-1)) + 1, 1)
    key, count = np.unique(group * size + unit, return_counts=True)
    total, squares = (sum_by(key // size, count.astype(np.float64) ** power, groups) for power in (1, 2))
    return total**2 / np.maximum(squares, 1.0), np.equal(total, squares)


def _people(rows: Rows, groups: int) -> BoolArray:
    unit = rows.unit[rows.told]
    people = np.zeros((groups, int(unit.max(initial=-1)) + 1), dtype=np.bool_)
    people[rows.group[rows.told], unit] = True
    return people


def _at_least_1(effect: FloatArray) -> FloatArray:
    """1 too where there is nothing to compare with."""
    return np.where(np.isfinite(effect), np.maximum(effect, 1.0), 1.0)
