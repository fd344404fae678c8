"""How much wider figures about treatment are where leads of one account are not independent.

The delete-a-group jackknife of `audit.clustering`, with 20 random groups of accounts: each figure is
computed again without each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.clustering.accounts import Accounts
from audit.clustering.effect import ESTIMATE, Effect, Key
from audit.grouping import Grouping
from audit.intervals import quantile
from audit.rows.treatment.acts import Acts
from audit.rows.treatment.figures import gaps, measures
from audit.schema import Tolerance

BUCKETS = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """The rows of one attribute: their groups, and which group is the reference (None: no comparison)."""

    part: Grouping
    group: IntArray
    reference: int | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Figure:
    """Values of all groups, and the standard errors of independent leads; logarithms for a ratio."""

    value: FloatArray
    error: FloatArray


def treatment_effects(
    each: tuple[Rows, ...], acts: Acts, accounts: Accounts, audit: Tolerance
) -> dict[Key, Effect]:
    """The design effect of every figure of every attribute; nothing where there is a single account."""
    buckets = min(BUCKETS, accounts.buckets)
    if buckets < 2:
        return {}
    bucket = accounts.bucket % buckets
    whole = {key: one for rows in each for key, one in _figures(rows, rows.group, acts, audit)}
    squares, told = ({key: np.zeros_like(one.value) for key, one in whole.items()} for _ in range(2))
    for code in range(buckets):
        left = bucket != code
        some = acts.of(left)
        for rows in each:
            for key, one in _figures(rows, rows.group[left], some, audit):
                moved = (one.value - whole[key].value) ** 2
                told[key] += np.isfinite(moved)
                squares[key] += np.nan_to_num(moved, nan=0.0, posinf=0.0)
    df = {rows.part.attributes: _df(rows, bucket, buckets) for rows in each}
    # A figure that is not told without one of the random groups has fewer moves, of which the mean counts.
    with np.errstate(invalid="ignore", divide="ignore"):
        variances = {key: (buckets - 1) * squares[key] / told[key] for key in whole}
    return {key: _effect(whole[key], variances[key], df[key[0]]) for key in whole}


def _figures(rows: Rows, group: IntArray, acts: Acts, audit: Tolerance) -> Iterator[tuple[Key, _Figure]]:
    names, z = rows.part.attributes, 2 * quantile(audit.confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        for one in measures(group, len(rows.part.groups), acts, audit.confidence):
            yield (names, one.metric, ESTIMATE), _Figure(value=one.value, error=(one.high - one.low) / z)
            if rows.reference is not None:
                value = one.value - one.value[rows.reference]
                error = np.sqrt(one.variance + one.variance[rows.reference])
                yield (names, one.metric, "difference"), _Figure(value=value, error=error)
        if rows.reference is None:
            return
        for gap in gaps(group, (rows.part, rows.reference), acts, audit).contrasts:
            value, low, high = gap.value, gap.low, gap.high
            if gap.kind == "ratio":
                value, low, high = np.log(value), np.log(low), np.log(high)
            yield (names, gap.metric, gap.kind), _Figure(value=value, error=(high - low) / z)


def _df(rows: Rows, bucket: IntArray, buckets: int) -> FloatArray:
    """One less than the effective number of random groups that hold each group's leads."""
    groups = len(rows.part.groups)
    leads = np.bincount(rows.group * buckets + bucket, minlength=groups * buckets).reshape(groups, buckets)
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = leads.sum(axis=1) ** 2 / (leads.astype(np.float64) ** 2).sum(axis=1)
    return np.asarray(np.nan_to_num(effective, nan=1.0) - 1, dtype=np.float64)


def _effect(whole: _Figure, variance: FloatArray, df: FloatArray) -> Effect:
    with np.errstate(invalid="ignore", divide="ignore"):
        deff = variance / whole.error**2
    return Effect(deff=np.maximum(np.nan_to_num(deff, nan=1.0, posinf=1.0), 1.0), df=np.maximum(df, 1.0))
