"""Exposure in the work queue, group against reference: by difference and by ratio, one hypothesis.

The places of the two groups depend on each other and on everybody else's, so the variance is not that of
two independent values but comes from what each single lead does to both.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from audit.arrays import FloatArray
from audit.disparity.contrast import Contrast, Kind
from audit.grouping import Grouping
from audit.inference import student_p
from audit.intervals import student
from audit.metrics.exposure import SMALLEST_VARIANCE, Exposure, exposures, floor, outcomes, variance
from audit.metrics.level_table import LevelTable
from audit.registry import METRICS
from audit.schema import Tolerance

NO_RATIO = "the reference group has no exposure, so there is no ratio to it"


def exposure_contrasts(
    part: Grouping, table: LevelTable, reference: int, audit: Tolerance
) -> Iterator[Contrast]:
    """Every kind of exposure that is judged, in the order of the registry; nothing for crossings."""
    with np.errstate(invalid="ignore", divide="ignore"):
        for one in exposures(part, table):
            if METRICS[one.metric].family is not None:
                yield from _contrasts(one, table, reference, audit)


def _contrasts(one: Exposure, table: LevelTable, reference: int, audit: Tolerance) -> Iterator[Contrast]:
    value, other = one.value, one.value[reference]
    alike, n = one.alike(reference), one.counted.sum(axis=1)
    together = (n * value + n[reference] * other) / (n + n[reference])
    relative = _variance(one, table, reference, (np.ones(len(value)), 1.0))
    fewest = np.minimum(one.weakest, one.weakest[reference]) - 1
    df = np.maximum(np.where(alike > relative, n + n[reference] - 2, fewest), 1)
    relative = np.fmax(relative, alike)
    absolute = np.fmax(_variance(one, table, reference, (value, float(other))), alike * together**2)
    logarithm = np.log(value / other)
    p = student_p(np.where(logarithm == 0, 0.0, logarithm / np.sqrt(relative)), df)
    low, high = student(value - other, absolute, df, audit.confidence)
    limit = audit.tolerance_difference
    yield _contrast(
        one, reference, audit, ("difference", (value - other, low, high, p), (-limit, limit), absolute)
    )
    low, high = (np.exp(np.clip(end, -50, 50)) for end in student(logarithm, relative, df, audit.confidence))
    limits = (audit.tolerance_ratio, 1 / audit.tolerance_ratio)
    yield _contrast(one, reference, audit, ("ratio", (value / other, low, high, p), limits, relative))


def _variance(
    one: Exposure, table: LevelTable, reference: int, weights: tuple[FloatArray, float]
) -> FloatArray:
    """Squared standard error of a weighted difference of the logarithms of two exposures."""
    mine, theirs = weights[0][:, None], weights[1]
    counts, everyone = outcomes(one.table), slice(None)
    away, reference_away = one.away(everyone), one.away(reference)
    own = [mine * a - theirs * b for a, b in zip(one.own(everyone), reference_away, strict=True)]
    reference_own = [mine * a - theirs * b for a, b in zip(away, one.own(reference), strict=True)]
    neither = [mine * a - theirs * b for a, b in zip(away, reference_away, strict=True)]
    rest = [np.maximum(side.sum(axis=0) - side - side[reference], 0.0) for side in counts]
    found = variance(
        (
            *zip(counts, own, strict=True),
            *zip((side[reference] for side in counts), reference_own, strict=True),
            *zip(rest, neither, strict=True),
        )
    )
    still = floor(one, table)
    return np.where(found > SMALLEST_VARIANCE, found, weights[0] ** 2 * still + theirs**2 * still[reference])


def _contrast(
    one: Exposure,
    reference: int,
    audit: Tolerance,
    what: tuple[Kind, tuple[FloatArray, ...], tuple[float, float], FloatArray],
) -> Contrast:
    kind, (value, low, high, p), limits, squared_error = what
    other = one.undefined[reference]
    other = other and other.replace("this group", "the reference group")
    undefined = tuple(reason or other for reason in one.undefined)
    known = np.array([reason is None for reason in undefined], dtype=np.bool_)
    n = np.nan_to_num(one.n)
    # What one lead of either group adds.
    spread = squared_error / (1 / np.maximum(n, 1) + 1 / max(n[reference], 1.0))
    spread = np.where(np.isfinite(spread), spread, np.inf)
    return Contrast(
        metric=one.metric,
        kind=kind,
        value=value,
        low=np.fmin(low, value),
        high=np.fmax(high, value),
        p=np.where(known, p, np.nan),
        n=n.astype(np.int64),
        smallest=audit.minimum_group * n / np.maximum(one.weakest, 1),
        undefined=undefined,
        enough=known & (np.minimum(one.weakest, one.weakest[reference]) >= audit.minimum_group),
        reference_enough=bool(one.weakest[reference] >= audit.minimum_group),
        tolerance=limits,
        spread=spread,
        noise=float(np.max(spread, initial=0.0, where=np.isfinite(spread))) / max(n[reference], 1.0),
    )
