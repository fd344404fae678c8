"""Every number of an audit by group, plain enough to be computed again without some of the leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from audit.arrays import FloatArray, IntArray, sum_by
from audit.clustering.effect import ESTIMATE, Key, Names, apart
from audit.cube import Cube
from audit.disparity.comparisons import joint_contrasts
from audit.disparity.contrast import Contrast
from audit.disparity.reference_group import reference_of, references
from audit.disparity.relative import relative_estimates
from audit.grouping import Grouping, grouping
from audit.intervals import quantile
from audit.metrics.group_estimate import GroupEstimate
from audit.metrics.measure import Measure
from audit.metrics.per_group import measured
from audit.metrics.score_metrics import scored
from audit.metrics.together import together
from audit.registry import metric
from audit.schema import BadInput, Stream
from audit.score_scale import cube_scale
from audit.tally.columns import SCORE

SHARES = "score_below"
"""Shares of a group that score below nine thresholds: what quantiles and distances of scores are made of."""
_TENTHS = np.arange(1, 10) / 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figure:
    """A number of each group of ``part``, or several that move alike, one per row of ``value``.

    ``value`` is on the scale on which it spreads evenly (a ratio's logarithm); ``independent`` is its
    variance were all leads independent. ``weight`` are the counts of leads that it is computed from, one
    per row. ``reference`` is the group that it is compared with.
    """

    part: Grouping
    value: FloatArray
    independent: FloatArray
    weight: FloatArray
    reference: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """What stays the same whichever leads are left out: references by attributes, and thresholds."""

    stream: Stream
    references: tuple[tuple[Names, Names | None], ...]
    places: IntArray


def frame_of(whole: Cube, stream: Stream) -> Frame:
    """The frame of an audit, from the cube of all its leads."""
    parts = [part for part, _ in measured(whole, stream, None)]
    chosen = references(tuple(parts), stream)
    named: list[tuple[Names, Names | None]] = []
    for part in parts:
        index = reference_of(part, chosen, stream.audit.minimum_group) if part.attributes else None
        named.append((part.attributes, None if index is None else part.groups[index]))
    levels = dict(chosen)
    fixed = tuple(replace(one, reference=levels.get(one.name)) for one in stream.attributes)
    return Frame(stream=replace(stream, attributes=fixed), references=tuple(named), places=_tenths(whole))


def _tenths(whole: Cube) -> IntArray:
    """Places on the score axis that about 10 %, 20 % ... of all leads stay below, without repeats."""
    if SCORE not in whole.names:
        return np.zeros(0, dtype=np.int64)
    edges = len(whole.axis(SCORE).edges)
    place = whole.column(SCORE)
    leads = np.cumsum(sum_by(place, np.where(place <= edges, whole.n, 0), edges + 2))
    found = np.unique(np.searchsorted(leads, _TENTHS * leads[-1]) + 1)
    return found[found <= edges].astype(np.int64)


def figures(cube: Cube, frame: Frame) -> dict[Key, Figure]:
    """All estimates and comparisons of a cube."""
    chosen = dict(frame.references)
    found: dict[Key, Figure] = {}
    for part, measures in measured(cube, frame.stream, None):
        found |= {(part.attributes, one.metric, ESTIMATE): _of_measure(part, one, frame) for one in measures}
        if part.has(SCORE):
            found[part.attributes, SHARES, ESTIMATE] = _shares(part, frame.places)
        reference = chosen.get(part.attributes)
        if reference in part.groups:
            index = part.groups.index(reference)
            for one in measures:
                found |= _gaps(part, one, found[part.attributes, one.metric, ESTIMATE], index)
            found |= _joint(cube, part, index, frame.stream)
    all_leads = grouping(cube, ())
    return found | {
        (one.attribute, one.metric, apart(one.group)): _alone(all_leads, one, frame.stream)
        for one in (*_relative(cube, frame.stream), *together(cube, frame.stream))
    }


def _relative(cube: Cube, stream: Stream) -> tuple[GroupEstimate, ...]:
    """Estimates against the reference; none where every lead of the reference was left out."""
    try:
        return relative_estimates(cube, stream)
    except BadInput:
        return ()


def _alone(part: Grouping, one: GroupEstimate, stream: Stream) -> Figure:
    """An estimate that is not one of a measure, as that of one group."""
    made, z = one.estimate, quantile(stream.audit.confidence)
    value = np.nan if made.value is None else made.value
    width = np.nan if made.low is None or made.high is None else made.high - made.low
    return Figure(
        part=part,
        value=np.array([[value]]),
        independent=np.array([[(width / (2 * z)) ** 2]]),
        weight=np.array([[float(made.n)]]),
    )


def _joint(cube: Cube, part: Grouping, reference: int, stream: Stream) -> Iterator[tuple[Key, Figure]]:
    scale = cube_scale(cube, stream) or (0.0, 1.0)
    for one in joint_contrasts(cube, part, reference, stream, scale):
        figure = _of_contrast(part, one, reference, stream.audit.confidence)
        yield (part.attributes, one.metric, one.kind), figure


def _of_measure(part: Grouping, measure: Measure, frame: Frame) -> Figure:
    z = quantile(frame.stream.audit.confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        if measure.hits is None:
            independent = ((measure.high - measure.low) / (2 * z)) ** 2
        else:
            independent = measure.value * (1 - measure.value) / measure.n
    return Figure(
        part=part,
        value=np.where(measure.defined, measure.value, np.nan)[None],
        independent=independent[None],
        weight=np.stack([measure.n, measure.weakest]).astype(np.float64),
    )


def _gaps(part: Grouping, measure: Measure, own: Figure, reference: int) -> Iterator[tuple[Key, Figure]]:
    """Difference and ratio of the groups' values to the reference's."""
    what = metric(measure.metric)
    if what.family is None:
        return
    value, variance = own.value[0], own.independent[0]
    weight = own.weight[:1]
    with np.errstate(invalid="ignore", divide="ignore"):
        difference = (value - value[reference], variance + variance[reference])
        relative = variance / value**2
        ratio = (np.log(value / value[reference]), relative + relative[reference])
    for kind, (gap, spread) in (("difference", difference), ("ratio", ratio)):
        if kind == "difference" or what.has_ratio:
            yield (
                (part.attributes, measure.metric, kind),
                Figure(
                    part=part,
                    value=np.where(np.isfinite(gap), gap, np.nan)[None],
                    independent=spread[None],
                    weight=weight,
                    reference=reference,
                ),
            )


def _of_contrast(part: Grouping, contrast: Contrast, reference: int, confidence: float) -> Figure:
    known = np.array([reason is None for reason in contrast.undefined], dtype=np.bool_)
    scaled = np.log if contrast.kind == "ratio" else np.asarray
    with np.errstate(invalid="ignore", divide="ignore"):
        value = scaled(contrast.value)
        width = scaled(contrast.high) - scaled(contrast.low)
    return Figure(
        part=part,
        value=np.where(known & np.isfinite(value), value, np.nan)[None],
        independent=np.asarray((width / (2 * quantile(confidence))) ** 2, dtype=np.float64)[None],
        weight=contrast.n.astype(np.float64)[None],
        reference=reference,
    )


def _shares(part: Grouping, places: IntArray) -> Figure:
    used = scored(part)
    leads = part.count(used).astype(np.float64)
    below = [part.count(used & (part.cube.column(SCORE) < place)) for place in places.tolist()]
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.array(below, dtype=np.float64).reshape(len(places), len(leads)) / leads
        independent = value * (1 - value) / leads
    return Figure(part=part, value=value, independent=independent, weight=leads[None])
