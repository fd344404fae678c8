"""Gaps and ratios between a group and its reference, each with a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from audit.arrays import FloatArray
from audit.clustering.effect import DesignEffects
from audit.cube import Cube
from audit.disparity.clustered import widened_contrast
from audit.disparity.conditional import conditional_contrasts
from audit.disparity.contrast import Contrast, Kind, contrasts
from audit.disparity.distance import distance_contrasts
from audit.disparity.multiplicity import Adjusted, Comparison, adjusted
from audit.disparity.options import option_contrasts
from audit.disparity.ranking import ranking_contrasts
from audit.disparity.reference_group import References, reference_of, references
from audit.disparity.span import span_comparisons
from audit.disparity.verdict import Verdict, leads_needed, verdicts
from audit.grouping import Grouping
from audit.metrics import measured
from audit.metrics.clustered import clustered
from audit.metrics.measure import Measure
from audit.registry import metric
from audit.schema import Stream, Tolerance
from audit.score_scale import cube_scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Disparity:
    """One comparison of a group with its reference group on one metric.

    ``kind`` "difference" is group minus reference, "ratio" is group over reference. ``attribute``,
    ``group`` and ``reference`` have one entry per crossed attribute. ``p`` tests equality;
    ``p_adjusted`` is corrected over the family the comparison belongs to, and None where a side
    has too few leads for a verdict. ``n`` counts the group's leads behind the metric (a rate's
    denominator). ``n_needed`` says how many of those the group would need for a verdict, when the
    verdict is "insufficient" and a finite answer exists. ``undefined`` gives the reason exactly
    when ``value`` is None.
    """

    attribute: tuple[str, ...]
    group: tuple[str, ...]
    reference: tuple[str, ...]
    metric: str
    kind: Kind
    value: float | None
    low: float | None
    high: float | None
    n: int
    p: float | None
    p_adjusted: float | None
    verdict: Verdict
    n_needed: int | None
    undefined: str | None = None


def compare(
    cube: Cube,
    stream: Stream,
    seed: int,
    effects: DesignEffects | None = None,
    further: tuple[Comparison, ...] = (),
) -> tuple[Disparity, ...]:
    """Compare every group, alone and crossed, with its reference group.

    The reference is the stream's, else the largest known group; "unknown" never is. Every rate,
    mean and AUC is compared by difference, rates of events also by ratio.

    Two families are corrected for being many. The *confirmatory* one holds each attribute's known
    groups on the decision metrics: selection rate, true and false positive rate, precision,
    negative predictive value, accuracy, mean score and AUC; a rate and its complement, and a
    difference and its ratio, are one hypothesis. Holm's adjustment bounds the chance of a single
    false fail. The *exploratory* one holds everything else (crossings, "unknown" groups, base
    rates, score bands, composites) under Benjamini and Hochberg. Of the error probability 4/5 go
    to the first and 1/5 to the second, so that where no group differs a false fail anywhere in
    the audit stays below ``1 - confidence``. Comparisons that lean on fewer leads than
    ``minimum_group`` on either side (for a rate its denominator, for an AUC the rarer outcome) are
    in neither and never get a verdict.

    ``further`` comparisons, which need rows (`audit.rows.treatment`), are corrected with the others.
    ``seed`` is what every step of an audit is given; all comparisons have closed forms and none
    draws. With design ``effects`` (`audit.clustering`) every interval and test is that of clustered
    leads, and a group of few accounts gets no verdict. Raises BadInput when the stream names a reference
    that no lead has.
    """
    del seed
    parts = measured(cube, stream, None)
    chosen = references(tuple(part for part, _ in parts), stream)
    scale = cube_scale(cube, stream) or (0.0, 1.0)
    comparisons = tuple(
        comparison
        for part, measures in parts
        if part.attributes
        for pair in [(measures, clustered(measures, part, effects, stream))]
        for comparison in _comparisons(cube, part, pair, (chosen, stream, scale), effects)
    )
    return tuple(judged((*comparisons, *further), stream.audit))


def _comparisons(
    cube: Cube,
    part: Grouping,
    measures: tuple[tuple[Measure, ...], tuple[Measure, ...]],
    rule: tuple[References, Stream, tuple[float, float]],
    effects: DesignEffects | None,
) -> Iterator[Comparison]:
    """Every comparison of one grouping: with the reference, within the controls, and among all groups.

    ``measures`` are those of independent leads, and those that allow for clusters.
    """
    chosen, stream, scale = rule
    audit, width = stream.audit, scale[1] - scale[0]
    independent, worth = measures
    reference = reference_of(part, chosen, audit.minimum_group)
    if reference is None:
        return
    for contrast in chain(
        *(contrasts(measure, reference, audit, width) for measure in map(_source, independent, worth)),
        joint_contrasts(cube, part, reference, stream, scale),
    ):
        clustered = widened_contrast(contrast, part, reference, effects, audit.confidence)
        yield Comparison(part=part, reference=reference, contrast=clustered)
    yield from span_comparisons(part, worth, audit)


def _source(independent: Measure, worth: Measure) -> Measure:
    """What a comparison is made from before it is widened: quantiles allow for clusters already."""
    return worth if metric(worth.metric).kind == "quantile" else independent


def joint_contrasts(
    cube: Cube, part: Grouping, reference: int, stream: Stream, scale: tuple[float, float]
) -> Iterator[Contrast]:
    """Comparisons that are no difference of two estimates: within controls, distances, ranking."""
    yield from conditional_contrasts(cube, part, reference, stream.audit, scale[1] - scale[0])
    yield from distance_contrasts(part, reference, stream.audit, scale)
    yield from ranking_contrasts(part, reference, stream)
    yield from option_contrasts(part, reference, stream)


def judged(comparisons: tuple[Comparison, ...], audit: Tolerance) -> Iterator[Disparity]:
    """Every comparison with its verdict, corrected for being one of all of these."""
    corrected = adjusted(comparisons)
    for comparison in comparisons:
        yield from _disparities(comparison, corrected[comparison.hypothesis], audit)


def _disparities(comparison: Comparison, corrected: Adjusted, audit: Tolerance) -> Iterator[Disparity]:
    contrast, part = comparison.contrast, comparison.part
    level = 1 - audit.confidence
    words = verdicts(contrast, corrected.p, level)
    needed = leads_needed(contrast, audit, level, corrected.family)
    columns = (contrast.value, contrast.low, contrast.high, contrast.p, corrected.p)
    numbers = zip(*(_plain(column) for column in columns), strict=True)
    rows = zip(part.groups, numbers, contrast.n.tolist(), words, needed, contrast.undefined, strict=True)
    for i, (group, (value, low, high, p, p_adjusted), n, verdict, more, undefined) in enumerate(rows):
        if i == comparison.reference:
            continue
        defined = undefined is None
        yield Disparity(
            attribute=part.attributes,
            group=group,
            reference=part.groups[comparison.reference],
            metric=contrast.metric,
            kind=contrast.kind,
            value=value if defined else None,
            low=low if defined else None,
            high=high if defined else None,
            n=n,
            p=p if defined else None,
            p_adjusted=p_adjusted if defined else None,
            verdict=verdict,
            n_needed=more if verdict == "insufficient" and defined else None,
            undefined=undefined,
        )


def _plain(column: FloatArray) -> list[float | None]:
    """Python numbers, None for NaN."""
    return [None if number != number else number for number in column.tolist()]  # noqa: PLR0124
