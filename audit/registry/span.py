"""The widest gap among all groups of an attribute, whichever two they are; compared only."""

from __future__ import annotations

from audit.registry.model import Metric

_SOURCE = "intervals of all pairs at once (Bonferroni 1936; Tukey 1953), so that noise alone makes no gap"
_EMPTY = "fewer than two groups are large enough"

SPAN: tuple[Metric, ...] = (
    Metric(
        id="selection_rate_span",
        kind="span",
        chapter="decisions",
        definition="highest minus lowest selection rate among the groups that are large enough",
        sign="never negative: 0 where all groups are selected equally often",
        source=_SOURCE,
        aliases=(("fairlearn", "demographic_parity_difference"), ("oxonfair", "demographic_parity")),
        empty=_EMPTY,
        family="exploratory",
    ),
    Metric(
        id="true_positive_rate_span",
        kind="span",
        chapter="errors",
        definition="highest minus lowest true positive rate among the groups that are large enough",
        sign="never negative: 0 where good leads of all groups are found equally often",
        source=_SOURCE,
        aliases=(("fairlearn", "equal_opportunity_difference"), ("oxonfair", "equal_opportunity")),
        empty=_EMPTY,
        family="exploratory",
    ),
    Metric(
        id="equalized_odds_span",
        kind="span",
        chapter="errors",
        definition=(
            "the larger of the spans of true positive rate and false positive rate among the groups of an "
            "attribute that are large enough"
        ),
        sign="never negative: 0 where neither good nor bad leads are told apart by group",
        source=f"Hardt, Price and Srebro (2016), NeurIPS 29; {_SOURCE}",
        aliases=(("fairlearn", "equalized_odds_difference"),),
        empty=_EMPTY,
        family="exploratory",
    ),
)
