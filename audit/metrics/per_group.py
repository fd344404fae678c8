"""Every metric of every group, in the order of the registry."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from audit.clustering.effect import DesignEffects
from audit.cube import Cube
from audit.estimate import Estimate
from audit.grouping import Grouping, groupings
from audit.metrics.calibration import calibration_error, outcome_rates
from audit.metrics.cells import cell_measures
from audit.metrics.clustered import clustered
from audit.metrics.confusion import FACTS_OF, balanced_accuracy, counts, f1, headcount, rate
from audit.metrics.group_estimate import GroupEstimate
from audit.metrics.log_deviation import mean_log_deviation
from audit.metrics.measure import Measure
from audit.metrics.options import option_measures
from audit.metrics.ranking import ranking_measures
from audit.metrics.recalibration import recalibration
from audit.metrics.score_level import score_quantiles, scoring_rate
from audit.metrics.score_metrics import auc, mean_score
from audit.metrics.score_outcome import average_precision, promises
from audit.metrics.shrinkage import with_shrunk
from audit.registry import METRICS, Metric, metric
from audit.schema import Stream
from audit.score_scale import cube_scale
from audit.tally.columns import OUTCOME, SELECTED


def estimates(
    cube: Cube, stream: Stream, seed: int, effects: DesignEffects | None = None
) -> tuple[GroupEstimate, ...]:
    """Every metric of all leads, of each attribute's groups, and of crossed groups that occur.

    All leads have ``attribute=()`` and ``group=()``. Crossings go up to ``intersections`` attributes
    and leave out calibration, which needs more leads than they have. A metric is listed when the
    cube has the facts it needs: no outcome rates where there are no outcomes. Outcome metrics use
    leads with a known outcome, and only worked ones where work is recorded. ``seed`` fixes the
    bootstrap; everything else has a closed form. With design ``effects`` (`audit.clustering`) the intervals
    are those of clustered leads.
    """
    confidence = stream.audit.confidence
    return tuple(
        GroupEstimate(attribute=part.attributes, group=group, metric=measure.metric, estimate=estimate)
        for part, independent in measured(cube, stream, seed)
        for measures in [clustered(independent, part, effects, stream)]
        for group, *row in _rows(part, measures, confidence)
        for measure, estimate in zip(measures, row, strict=True)
    )


def _rows(
    part: Grouping, measures: tuple[Measure, ...], confidence: float
) -> Iterator[tuple[tuple[str, ...], *tuple[Estimate, ...]]]:
    """Each group with its estimates, one per measure."""
    columns = (with_shrunk(part, measure, confidence) for measure in measures)
    return zip(part.groups, *columns, strict=True)


def measured(
    cube: Cube, stream: Stream, seed: int | None
) -> tuple[tuple[Grouping, tuple[Measure, ...]], ...]:
    """Each grouping of the leads with its measures, in the order of the registry.

    Without a seed the one measure that resamples, the calibration error, is left out.
    """
    random = None if seed is None else np.random.default_rng(seed)
    parts = groupings(cube, stream.audit.intersections)
    return tuple((part, _measures(part, stream, cube_scale(cube, stream), random)) for part in parts)


def part_measures(part: Grouping, stream: Stream) -> tuple[Measure, ...]:
    """The measures of one grouping of leads whose score nobody sees, in the order of the registry."""
    return _measures(part, stream, None, None)


def _measures(
    part: Grouping,
    stream: Stream,
    scale: tuple[float, float] | None,
    random: np.random.Generator | None,
) -> tuple[Measure, ...]:
    decided = _decision_measures(part, stream.audit.confidence)
    scored = () if scale is None else _score_measures(part, stream, scale, random)
    order = list(METRICS)
    offered = option_measures(part, stream)
    return tuple(
        sorted((*decided, *scored, *offered), key=lambda measure: order.index(metric(measure.metric).id))
    )


def _decision_measures(part: Grouping, confidence: float) -> tuple[Measure, ...]:
    found = counts(part)
    crossed = len(part.attributes) > 1
    rates = [m for m in METRICS.values() if m.kind == "rate" and m.crossed >= crossed and _possible(m, part)]
    measures = [headcount(found), *(rate(m, found, part, confidence) for m in rates)]
    if part.has(SELECTED) and part.has(OUTCOME):
        measures += [balanced_accuracy(found, part, confidence), f1(found, part, confidence)]
        measures += () if crossed else cell_measures(found, part, confidence)
        measures += () if crossed else [mean_log_deviation(found, part, confidence)]
    return tuple(measures)


def _possible(wanted: Metric, part: Grouping) -> bool:
    """Whether the cube has the facts that the counts of a rate are made of."""
    used = {fact for count in (*wanted.numerator, *wanted.denominator) for fact in FACTS_OF[count]}
    return all(part.has(fact) for fact in used)


def _score_measures(
    part: Grouping, stream: Stream, scale: tuple[float, float], random: np.random.Generator | None
) -> tuple[Measure, ...]:
    confidence, higher = stream.audit.confidence, stream.higher_is_better
    measures = [mean_score(part, scale, confidence)]
    if part.has(OUTCOME):
        measures.append(auc(part, confidence, higher_is_better=higher))
    if len(part.attributes) > 1:
        return tuple(measures)
    measures += score_quantiles(part, scale, confidence)
    measures.append(scoring_rate(part, confidence, higher_is_better=higher))
    if part.has(OUTCOME):
        measures.append(average_precision(part, confidence, higher_is_better=higher))
        measures += promises(part, scale, confidence, higher_is_better=higher)
        measures += outcome_rates(part, scale, confidence)
        measures += recalibration(part, scale, confidence, higher_is_better=higher)
    measures += ranking_measures(part, stream)
    if part.has(OUTCOME) and random is not None:
        measures.append(calibration_error(part, scale, confidence, random, higher_is_better=higher))
    return tuple(measures)
