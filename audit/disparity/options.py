"""How the decisions of each group and of the reference lie apart as wholes: order and mix of the options."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.disparity.contrast import Contrast
from audit.grouping import Grouping
from audit.inference import normal_p, student_p
from audit.intervals import logit_interval, mover, wilson
from audit.metrics.measure import reasons
from audit.metrics.options import MOST_CROSSED, option_counts, option_names
from audit.registry import METRICS
from audit.rows.separating.separation import independence
from audit.schema import LEVELS, Stream, Tolerance
from audit.tally.columns import OPTION


def option_contrasts(part: Grouping, reference: int, stream: Stream) -> Iterator[Contrast]:
    """Superiority of ordered levels, also for crossings, and the distance of the mixes of options."""
    if not part.has(OPTION):
        return
    names = option_names(part, stream)
    table = option_counts(part, names)
    crossed = len(part.attributes) > 1
    if stream.decision_kind == LEVELS and not (crossed and len(names) > MOST_CROSSED):
        yield _contrast("level_superiority", superiority(table, reference, stream.audit), table, reference)
    if not crossed:
        yield _contrast("option_distance", distance(table, reference, stream.audit), table, reference)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Apart:
    """One comparison per group; ``spread`` is the variance that one lead adds, ``noise`` the reference's."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    p: FloatArray
    spread: FloatArray
    noise: float
    audit: Tolerance


def superiority(table: IntArray, reference: int, audit: Tolerance) -> Apart:
    """Chance that a lead of each group is above one of the reference, ties counting half, minus one half.

    Variances are those of the placements (Brunner and Munzel 2000), with half a lead added at every
    level of both groups, because the plain ones are 0 where all tie or none does; the interval is
    taken on the logit scale.
    """
    counts = table.astype(np.float64)
    n, m = counts.sum(axis=1), counts[reference].sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        chance = _chance(counts, counts[reference])
        padded, other = counts + 0.5, counts[reference] + 0.5
        middle = _chance(padded, other)
        own, theirs = _placements(padded, other, middle)
        low, high = logit_interval(middle, own + theirs, audit.confidence)
        df = (own + theirs) ** 2 / (own**2 / np.maximum(n - 1, 1) + theirs**2 / max(m - 1, 1))
        p = np.fmax(
            student_p((chance - 0.5) / np.sqrt(own + theirs), df),
            normal_p(_mann_whitney_z(counts, counts[reference], chance)),
        )
    return Apart(
        value=chance - 0.5,
        low=np.fmin(low, chance) - 0.5,
        high=np.fmax(high, chance) - 0.5,
        p=np.minimum(p, 1.0),
        spread=own * n,
        noise=float(1 / (12 * m)) if m else 0.0,
        audit=audit,
    )


def _chance(counts: FloatArray, other: FloatArray) -> FloatArray:
    below = np.cumsum(other) - other / 2
    return np.asarray((counts * below).sum(axis=1) / counts.sum(axis=1) / other.sum())


def _placements(counts: FloatArray, other: FloatArray, chance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Squared standard errors that each side adds to the chance."""
    n, m = counts.sum(axis=1), other.sum()
    below = (np.cumsum(other) - other / 2) / m
    above = 1 - (np.cumsum(counts, axis=1) - counts / 2) / n[:, None]
    own = (counts * (below - chance[:, None]) ** 2).sum(axis=1) / (n - 1) / n
    theirs = (other * (above - chance[:, None]) ** 2).sum(axis=1) / (m - 1) / m
    return own, theirs


def _mann_whitney_z(counts: FloatArray, other: FloatArray, chance: FloatArray) -> FloatArray:
    """Distance of the chance from one half in standard errors under equal distributions, with ties."""
    n, m = counts.sum(axis=1), other.sum()
    total = n + m
    ties = ((counts + other) ** 3 - (counts + other)).sum(axis=1) / (total * (total - 1))
    variance = (total + 1 - ties) / (12 * n * m)
    return np.where(variance > 0, (chance - 0.5) / np.sqrt(np.where(variance > 0, variance, 1.0)), 0.0)


def distance(table: IntArray, reference: int, audit: Tolerance) -> Apart:
    """Total variation distance, with an interval made of those of all options at once.

    At least as far apart as the surest option, or as half the sure gaps together; at most half the
    widest gaps together. Conservative: options take up each other's slack.
    """
    counts = table.astype(np.float64)
    n = counts.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = counts / n[:, None]
        gap = np.abs(share - share[reference])
        ends = wilson(counts, np.broadcast_to(n[:, None], counts.shape), _each(audit, counts.shape[1]))
        low, high = mover(share, ends, share[reference], (ends[0][reference], ends[1][reference]))
    least = np.maximum(np.maximum(low, -high), 0.0)
    value = gap.sum(axis=1) / 2
    half = np.maximum(np.abs(low), np.abs(high)).sum(axis=1) / 2
    return Apart(
        value=value,
        low=np.minimum(np.maximum(least.max(axis=1, initial=0.0), least.sum(axis=1) / 2), value),
        high=np.clip(half, value, 1.0),
        p=np.array([independence(counts[[i, reference]]) for i in range(len(counts))]),
        spread=(share * (1 - share)).sum(axis=1),
        noise=float((share[reference] * (1 - share[reference])).sum() / n[reference])
        if n[reference]
        else 0.0,
        audit=audit,
    )


def _each(audit: Tolerance, options: int) -> float:
    return 1 - (1 - audit.confidence) / max(options, 1)


def _contrast(metric: str, apart: Apart, table: IntArray, reference: int) -> Contrast:
    n, audit = table.sum(axis=1), apart.audit
    empty = METRICS[metric].empty
    other = empty.replace("this group", "the reference group")
    undefined = reasons((n == 0, empty), (np.full(len(n), n[reference] == 0), other))
    known = np.array([reason is None for reason in undefined], dtype=np.bool_)
    limit = audit.tolerance_difference
    return Contrast(
        metric=metric,
        kind="difference",
        value=apart.value,
        low=apart.low,
        high=apart.high,
        p=apart.p,
        n=n,
        smallest=np.full(len(n), float(audit.minimum_group)),
        undefined=undefined,
        enough=known & (np.minimum(n, n[reference]) >= audit.minimum_group),
        reference_enough=bool(n[reference] >= audit.minimum_group),
        tolerance=(-limit, limit),
        spread=apart.spread,
        noise=apart.noise,
    )
