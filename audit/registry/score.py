"""Metrics of the score itself: its level, how well it ranks, and whether it means the same for all."""

from __future__ import annotations

from audit.registry.model import Metric

SCORE: tuple[Metric, ...] = (
    Metric(
        id="mean_score",
        kind="mean",
        chapter="score",
        definition="mean of the score over all leads that have one, in the score's own units",
        sign="positive: the group scores higher than the reference, whether or not higher is better",
        source="Student's interval; differences by Welch (1947)",
        aliases=(("fairlearn", "mean_prediction"),),
        empty="no lead of this group has a score",
    ),
    Metric(
        id="auc",
        kind="auc",
        chapter="score",
        definition=(
            "probability that a lead with a positive outcome is ranked above one with a negative outcome, "
            "ties counting half; a lower score ranks higher where lower is better"
        ),
        sign="positive: the score ranks the group's leads better",
        source="DeLong et al. (1988), Biometrics 44, 837-845; interval on the logit scale",
        aliases=(("scikit-learn", "roc_auc_score"), ("fairlearn", "roc_auc_score by group")),
    ),
)

CALIBRATION: tuple[Metric, ...] = (
    Metric(
        id="calibration_error",
        kind="calibration",
        chapter="calibration",
        definition=(
            "mean distance of outcome rate and mean score over ten equal bands of the score's range, "
            "weighted by leads, the score mapped linearly onto 0 to 1 (expected calibration error)"
        ),
        sign="not compared: it grows as a group gets smaller, whatever the score does",
        source="Naeini, Cooper and Hauskrecht (2015), AAAI; multinomial bootstrap of the bands",
        aliases=(("literature", "expected calibration error, ECE"),),
        family=None,
    ),
    Metric(
        id="outcome_rate",
        kind="band",
        chapter="calibration",
        definition=(
            "positive outcomes over leads with a known outcome whose score lies in one band, written "
            "outcome_rate@low-high; the low end belongs to the band, and the last band has its high end too"
        ),
        sign="positive: at the same score the group converts more often, so its score is too low",
        source="Kleinberg, Mullainathan and Raghavan (2017), ITCS (calibration within groups)",
        aliases=(("literature", "calibration within groups, test fairness"),),
        empty="no lead of this group with a known outcome has a score in this band",
        family="exploratory",
    ),
)
