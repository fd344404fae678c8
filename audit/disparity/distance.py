"""Distances between the scores of each group and those of its reference, over all thresholds.

A distance is never below 0, so noise alone moves it up. The interval therefore reaches as far down
and up as sampling can move the two distributions (triangle inequality), and can end at 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, sum_by
from audit.disparity.contrast import Contrast
from audit.grouping import Grouping
from audit.intervals import quantile
from audit.metrics.measure import reasons
from audit.metrics.score_metrics import scored
from audit.registry import METRICS
from audit.schema import Tolerance
from audit.tally.columns import SCORE

_ROWS_AT_ONCE = 1 << 22


def distance_contrasts(
    part: Grouping, reference: int, audit: Tolerance, scale: tuple[float, float]
) -> Iterator[Contrast]:
    """Widest gap and area between the distributions of the score; nothing for crossings.

    ``scale`` is the score's range; its width is the unit of the tolerance of the area.
    """
    if not part.has(SCORE) or len(part.attributes) != 1:
        return
    found = _apart(part, reference, scale, audit.confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = _kolmogorov_p(found.widest, found.n, found.n[reference])
    for metric, value, half, unit in (
        ("score_gap_widest", found.widest, found.widest_half, 1.0),
        ("score_gap_area", found.area, found.area_half, scale[1] - scale[0]),
    ):
        yield _contrast(metric, (value, half, p), found.n, reference, (audit, unit))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Apart:
    """Both distances per group, how far sampling can move them, and leads with a score."""

    widest: FloatArray
    widest_half: FloatArray
    area: FloatArray
    area_half: FloatArray
    n: FloatArray


def _apart(part: Grouping, reference: int, scale: tuple[float, float], confidence: float) -> _Apart:
    levels, counts = _by_level(part)
    n = counts.sum(axis=1)
    ends = levels.min(initial=scale[0]), levels.max(initial=scale[1])
    steps = np.diff(np.concatenate([ends[:1], levels, ends[1:]]))
    with np.errstate(invalid="ignore", divide="ignore"):
        reached = np.cumsum(np.pad(counts, ((0, 0), (1, 0))), axis=1)
        below = reached / n[:, None]
        gap = np.abs(below - below[reference])
        # Two more on either side (Agresti and Coull 1998): that all or none lie below may be chance.
        padded = (reached + 2) / (n[:, None] + 4)
        spread = padded * (1 - padded) / n[:, None]
        noise = np.sqrt(spread + spread[reference])
        widest_half = np.sqrt(np.log(2 / (1 - confidence)) / 2) * np.sqrt(1 / n + 1 / n[reference])
    return _Apart(
        widest=gap.max(axis=1, initial=0.0),
        widest_half=widest_half,
        area=(gap * steps).sum(axis=1),
        area_half=quantile(confidence) * (noise * steps).sum(axis=1),
        n=n,
    )


def _by_level(part: Grouping) -> tuple[FloatArray, FloatArray]:
    """The scores that occur, ascending, and leads by group and score; of very many levels every k-th."""
    used = scored(part)
    place, index = part.cube.column(SCORE)[used], part.index[used]
    n = part.cube.n.astype(np.float64)[used]
    present, code = np.unique(place, return_inverse=True)
    totals = sum_by(code, n, len(present))
    levels = sum_by(code, part.cube.score_sum[used], len(present)) / totals
    most = max(_ROWS_AT_ONCE // max(len(part.groups), 1), 2)
    if len(present) > most:
        code = code * most // len(present)
        levels = sum_by(code, part.cube.score_sum[used], most) / np.maximum(sum_by(code, n, most), 1)
    size = len(levels)
    flat = sum_by(index * size + code, n, len(part.groups) * size)
    return levels, flat.reshape(len(part.groups), size)


def _kolmogorov_p(widest: FloatArray, n: FloatArray, other: float) -> FloatArray:
    """Two-sided p-value of equal distributions, asymptotic; too large where scores tie, which is safe."""
    from scipy.special import kolmogorov  # noqa: PLC0415 - keeps scipy out of the start of the web process

    return np.asarray(kolmogorov(widest * np.sqrt(n * other / (n + other))), dtype=np.float64)


def _contrast(
    metric: str,
    numbers: tuple[FloatArray, FloatArray, FloatArray],
    n: FloatArray,
    reference: int,
    rule: tuple[Tolerance, float],
) -> Contrast:
    value, half, p = numbers
    audit, unit = rule
    empty = METRICS[metric].empty
    other = empty.replace("this group", "the reference group")
    undefined = reasons((n == 0, empty), (np.full(len(n), n[reference] == 0), other))
    known = np.array([reason is None for reason in undefined], dtype=np.bool_)
    limit = audit.tolerance_difference * unit
    with np.errstate(invalid="ignore", divide="ignore"):
        # Half the width that one lead of the group adds, in the terms of the normal interval.
        spread = (half / quantile(audit.confidence)) ** 2 / (1 / n + 1 / n[reference])
    return Contrast(
        metric=metric,
        kind="difference",
        value=value,
        low=np.maximum(value - half, 0.0),
        high=value + half,
        p=p,
        n=n.astype(np.int64),
        smallest=np.full(len(n), float(audit.minimum_group)),
        undefined=undefined,
        enough=known & (np.minimum(n, n[reference]) >= audit.minimum_group),
        reference_enough=bool(n[reference] >= audit.minimum_group),
        tolerance=(-limit, limit),
        spread=spread,
        noise=float(np.nan_to_num(spread[reference]) / max(n[reference], 1.0)),
    )
