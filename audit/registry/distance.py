"""How far the scores of a group and of the reference lie apart as wholes; compared only."""

from __future__ import annotations

from audit.registry.model import Metric

_EMPTY = "no lead of this group has a score"

DISTANCE: tuple[Metric, ...] = (
    Metric(
        id="score_gap_widest",
        kind="distance",
        chapter="score",
        definition=(
            "widest gap between the shares of both groups that reach a threshold, over all thresholds "
            "(Kolmogorov-Smirnov distance of the scores)"
        ),
        sign="never negative: 0 where every threshold would select both groups alike",
        source="Kolmogorov-Smirnov; Massart (1990), Annals of Probability 18, 1269-1283 (interval)",
        aliases=(
            ("holisticai", "max_statistical_parity"),
            ("scipy", "ks_2samp"),
            ("clarify", "KS (on scores)"),
        ),
        empty=_EMPTY,
        family="exploratory",
    ),
    Metric(
        id="score_gap_area",
        kind="distance",
        chapter="score",
        definition=(
            "gap between the shares of both groups that reach a threshold, averaged over all thresholds, in "
            "points of the score (Wasserstein-1 distance of the scores)"
        ),
        sign="never negative: 0 where every threshold would select both groups alike",
        source="Vallender (1974), Theory Probab. Appl. 18, 784-786; pointwise normal bound (interval)",
        aliases=(
            ("holisticai", "statistical_parity_auc (over the range)"),
            ("scipy", "wasserstein_distance"),
        ),
        empty=_EMPTY,
        family="exploratory",
        complement_of="score_gap_widest",
    ),
)
