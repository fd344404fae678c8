"""The axes of two cubes beside each other: what moved, what is new, and what that is worth as evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.cube import Axis, Cube
from audit.drift import distances
from audit.inference import holm

BINS = 10
"""Bins of a numeric axis where distances compare bins: tenths of the reference window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One axis in both windows.

    ``reference`` and ``newest`` are leads. ``kolmogorov_smirnov`` and ``wasserstein`` are None for names,
    which have no order, and where a window has no value; they leave out leads without one, all others count
    those as a level. ``appeared`` and ``gone`` are levels of one window only. ``p_value`` is that of the
    chi-squared test (None where there are too few leads for it), ``p_adjusted`` is corrected for all axes
    (Holm).
    """

    axis: str
    reference: int
    newest: int
    psi: float
    jensen_shannon: float
    hellinger: float
    kolmogorov_smirnov: float | None
    wasserstein: float | None
    chi_squared: float
    p_value: float | None
    p_adjusted: float | None
    appeared: tuple[str, ...]
    gone: tuple[str, ...]


def drifts(reference: Cube, newest: Cube) -> tuple[Drift, ...]:
    """Every axis of two cubes over the same axes, in their order.

    Parameters
    ----------
    reference, newest
        Counts of the two windows, such as sums of the cubes of their days.

    Raises
    ------
    ValueError
        Where the axes or the edges of a numeric axis differ, or where a window has no leads.
    """
    if not reference.total or not newest.total:
        message = "a window without leads has not drifted: count at least one lead in both"
        raise ValueError(message)
    both = reference + newest
    found = [_drift(axis, reference, newest) for axis in both.axes]
    known = [one.p_value for one in found if one.p_value is not None]
    adjusted = iter(holm(np.asarray(known)).tolist() if known else ())
    return tuple(one if one.p_value is None else replace(one, p_adjusted=next(adjusted)) for one in found)


def _drift(axis: Axis, reference: Cube, newest: Cube) -> Drift:
    one, other = _counts(reference, axis), _counts(newest, axis)
    ordered = _ordered(axis, one, other) if axis.edges else (None, None)
    p, q = (_binned(part, one) for part in (one, other)) if axis.edges else (one, other)
    statistic, chance = distances.chi_squared(p, q)
    return Drift(
        axis=axis.name,
        reference=reference.total,
        newest=newest.total,
        psi=distances.stability_index(p, q),
        jensen_shannon=distances.jensen_shannon(p, q),
        hellinger=distances.hellinger(p, q),
        kolmogorov_smirnov=ordered[0],
        wasserstein=ordered[1],
        chi_squared=statistic,
        p_value=chance,
        p_adjusted=None,
        appeared=_only(axis, other, one),
        gone=_only(axis, one, other),
    )


def _counts(cube: Cube, axis: Axis) -> FloatArray:
    """Leads of each code of ``axis``, which may have levels that the cube has none of."""
    codes = cube.column(axis.name)
    if not axis.edges:
        place = {level: code for code, level in enumerate(axis.levels)}
        names = cube.axis(axis.name).levels
        codes = np.asarray([place[level] for level in names], dtype=np.int64)[codes]
    return np.bincount(codes, cube.n, axis.size).astype(np.float64)


def _ordered(axis: Axis, one: FloatArray, other: FloatArray) -> tuple[float | None, float | None]:
    """Both distances of ordered values; a bin lies at its lower edge, the lowest one at the first edge."""
    p, q = one[:-1], other[:-1]
    if not p.sum() or not q.sum():
        return None, None
    places = np.asarray([axis.edges[0], *axis.edges])
    return distances.kolmogorov_smirnov(p, q), distances.wasserstein(p, q, places)


def _binned(counts: FloatArray, reference: FloatArray) -> FloatArray:
    """The bins of a numeric axis as tenths of the reference, and the leads without a value as the last."""
    starts = _starts(reference[:-1])
    return np.append(np.add.reduceat(counts[:-1], starts), counts[-1])


def _starts(reference: FloatArray) -> IntArray:
    """The first fine bin of each tenth; fewer than ten where a single value holds more than that."""
    whole = reference.sum()
    if not whole:
        return np.zeros(1, dtype=np.int64)
    before = np.concatenate([[0.0], np.cumsum(reference)[:-1]]) / whole
    tenth = np.floor(np.round(before * BINS, 9)).astype(np.int64)
    return np.unique(np.searchsorted(tenth, np.arange(BINS), side="left").clip(max=len(tenth) - 1))


def _only(axis: Axis, here: FloatArray, there: FloatArray) -> tuple[str, ...]:
    alone = (here > 0) & (there == 0)
    return tuple(level for level, found in zip(axis.levels, alone, strict=False) if found)
