"""Whether a group is treated worse than everything that could explain it.

A group fulfils conditions c1 ... cd. Three kinds of comparison must all put it behind:

- all other leads;
- for each condition, the leads that fulfil all the others: the group without it, its parent. Where
  these fare alike, the shorter description says it all;
- for each condition, what is expected where it adds the same to the group as it does elsewhere: the
  difference of differences. Where the group is as expected, it says no more than its parts.

The test that all of them hold is the intersection-union test: the largest p-value of the parts is a
valid p-value of the whole.

References
----------
R. L. Berger (1982). Technometrics 24:295 (intersection-union tests).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.intervals import quantile
from audit.subgroups.treatment import SQUARES, SUM, N


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Moments of every combination of the levels of some fields.

    ``moments`` has the axes metric, (n, sum, sum of squares), and one per field. ``rate`` and
    ``spread`` (the variance of all leads) are per metric.
    """

    moments: FloatArray
    rate: BoolArray
    spread: FloatArray

    @property
    def fields(self) -> int:
        """Number of fields that are crossed."""
        return self.moments.ndim - 2

    @property
    def inner(self) -> tuple[int, ...]:
        """Where, with two levels of each field, all conditions hold."""
        return (1,) * self.fields


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Leads:
    """Some leads per group: moments with the axes (n, sum, sum of squares) and group."""

    moments: FloatArray
    rate: BoolArray
    spread: FloatArray

    @property
    def mean(self) -> FloatArray:
        return np.where(self.moments[N] > 0, self.moments[SUM] / self.moments[N], np.nan)

    @property
    def own(self) -> FloatArray:
        """Variance of a mean of a score: never below that of all leads, so that few alike are not sure."""
        n, total, squares = self.moments
        own = np.maximum(squares - total * self.mean, 0) / np.maximum(n - 1, 1)
        return np.asarray(np.maximum(own, self.spread))

    @property
    def error(self) -> FloatArray:
        """Squared standard error of the mean."""
        n, total, _ = self.moments
        padded = (total + 0.5) / (n + 1)
        return np.asarray(np.where(self.rate, padded * (1 - padded), self.own) / n)

    def but(self, *others: _Leads) -> _Leads:
        moments = self.moments - sum(other.moments for other in others)
        return _Leads(moments=moments, rate=self.rate, spread=self.spread)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Expected:
    """What a group's mean would be, and the squared error of that."""

    mean: FloatArray
    error: FloatArray


def against_all(block: Block) -> FloatArray:
    """How far every group lies from all other leads, in standard errors; axes metric, then fields.

    No group is further behind in its `weakest` comparison.
    """
    shape = (3, len(block.rate), *block.moments.shape[2:])
    joint = np.moveaxis(block.moments, 1, 0)
    total = np.broadcast_to(joint.sum(axis=tuple(range(2, joint.ndim)), keepdims=True), shape)
    per_metric = (-1, *(1,) * block.fields)
    rate, spread = block.rate.reshape(per_metric), block.spread.reshape(per_metric)
    group = _Leads(moments=joint, rate=rate, spread=spread)
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = _Leads(moments=total, rate=rate, spread=spread).but(group)
        return _distance(group, _Expected(mean=rest.mean, error=rest.error))


def weakest(block: Block, places: IntArray) -> FloatArray:
    """The weakest of the comparisons of some groups: how far below it they lie, in standard errors.

    Negative where a group is behind in all of them; NaN where one cannot be made. A place is the
    metric, then a code per field.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        group = _leads(block, block.moments, places)
        parts = [_distance(group, one) for one in _comparisons(block, group, places)]
        return np.asarray(np.maximum.reduce(parts))


def material(block: Block, places: IntArray, tolerance: float) -> BoolArray:
    """Whether some groups are behind by the tolerance in every comparison.

    Where little is expected of a rate, so that no group can be as far behind, by half of it.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        group = _leads(block, block.moments, places)
        parts = [
            one.mean - group.mean >= np.where(group.rate, np.minimum(tolerance, one.mean / 2), tolerance)
            for one in _comparisons(block, group, places)
        ]
        return np.asarray(np.logical_and.reduce(parts))


def surely(block: Block, places: IntArray, confidence: float) -> FloatArray:
    """By how much at least some groups are behind in every comparison: the nearest end of all intervals."""
    with np.errstate(invalid="ignore", divide="ignore"):
        group = _leads(block, block.moments, places)
        parts = []
        for one in _comparisons(block, group, places):
            error = np.sqrt(group.error + one.error)
            parts.append(one.mean - group.mean - quantile(confidence) * error)
        return np.asarray(np.maximum(np.nan_to_num(np.minimum.reduce(parts), nan=0.0), 0.0))


def p_value(block: Block, places: IntArray) -> FloatArray:
    """One-sided p-value that a group is behind in all comparisons; 1 where one cannot be made.

    For a rate each part is the larger of the normal and the exact binomial probability, for a mean
    Student's with the group's own degrees of freedom.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        group = _leads(block, block.moments, places)
        parts = [_tail(group, one) for one in _comparisons(block, group, places)]
        return np.asarray(np.nan_to_num(np.maximum.reduce(parts), nan=1.0))


def _leads(block: Block, moments: FloatArray, places: IntArray) -> _Leads:
    metric, codes = places[:, 0], places[:, 1:]
    at = tuple(np.where(size == 1, 0, code) for size, code in zip(moments.shape[2:], codes.T, strict=True))
    picked = np.stack([moments[metric, part, *at] for part in (N, SUM, SQUARES)])
    return _Leads(moments=picked, rate=block.rate[metric], spread=block.spread[metric])


def _comparisons(block: Block, group: _Leads, places: IntArray) -> Iterator[_Expected]:
    axes = tuple(range(2, block.moments.ndim))
    total = _leads(block, block.moments.sum(axis=axes, keepdims=True), places)
    rest = total.but(group)
    yield _Expected(mean=rest.mean, error=rest.error)
    for axis in axes:
        others = tuple(other for other in axes if other != axis)
        parent = _leads(block, block.moments.sum(axis=axis, keepdims=True), places)
        single = _leads(block, block.moments.sum(axis=others, keepdims=True), places)
        without, elsewhere = parent.but(group), single.but(group)
        yield _Expected(mean=without.mean, error=without.error)
        neither = total.but(group, without, elsewhere)
        yield _Expected(
            mean=without.mean + elsewhere.mean - neither.mean,
            error=without.error + elsewhere.error + neither.error,
        )


def _distance(group: _Leads, expected: _Expected) -> FloatArray:
    share = np.clip(expected.mean, 0, 1)
    variance = np.where(group.rate, share * (1 - share), group.own)
    distance = (group.mean - expected.mean) / np.sqrt(variance / group.moments[N] + expected.error)
    # A rate of which nothing is expected cannot be behind.
    return np.where(group.rate & (expected.mean <= 0), 0.0, distance)


def _tail(group: _Leads, expected: _Expected) -> FloatArray:
    from scipy.special import bdtr, ndtr, stdtr  # noqa: PLC0415 - keeps scipy out of the start of the web process

    n, total, _ = group.moments
    distance = _distance(group, expected)
    exact = bdtr(np.round(total), np.round(n).astype(np.int64), np.clip(expected.mean, 0, 1))
    rate = np.maximum(ndtr(distance), np.where(np.isnan(distance), np.nan, exact))
    return np.where(group.rate, rate, stdtr(np.maximum(n - 1, 1), distance))
