"""Metrics of the score itself: its level, how well it ranks, and whether it means the same for all."""

from __future__ import annotations

from audit.registry.model import Metric

SCORE: tuple[Metric, ...] = (
    Metric(
        id="mean_score",
        kind="mean",
        range="line",
        chapter="score",
        definition="mean of the score over all leads that have one, in the score's own units",
        sign="positive: the group scores higher than the reference, whether or not higher is better",
        source="Student's interval; differences by Welch (1947)",
        aliases=(("fairlearn", "mean_prediction"),),
        empty="no lead of this group has a score",
    ),
    Metric(
        id="score_quantile",
        kind="quantile",
        range="line",
        chapter="score",
        definition=(
            "score that a quarter, half or three quarters of the leads with one do not exceed, written "
            "score_quantile@25, @50 and @75"
        ),
        sign="positive: that part of the group scores higher than the same part of the reference",
        source="Woodruff (1952), JASA 47, 635-646 (interval)",
        aliases=(("holisticai", "disparate_impact_regression"), ("literature", "median, quartiles")),
        empty="no lead of this group has a score",
        family="exploratory",
        crossed=False,
    ),
    Metric(
        id="scoring_rate",
        kind="score_rate",
        chapter="score",
        definition="leads that score better than the median of all leads, over leads that have a score",
        sign="positive: more of the group are in the better half",
        source="NYC Local Law 144, 6 RCNY 5-300 (scoring rate; its ratio is the impact ratio)",
        aliases=(("literature", "LL144 scoring rate"), ("holisticai", "disparate_impact_regression(q=0.5)")),
        empty="no lead of this group has a score",
        family="exploratory",
        crossed=False,
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
        aliases=(("scikit-learn", "roc_auc_score"), ("fairlearn", "roc_auc_score_group_min")),
    ),
    Metric(
        id="average_precision",
        kind="ranking",
        chapter="score",
        definition=(
            "precision averaged over the positive outcomes, each at its own score (area under the "
            "precision-recall steps), ties taken together"
        ),
        sign="positive: the score brings the group's good leads to the top; it grows with the base rate",
        source="Manning, Raghavan and Schuetze (2008), ch. 8; variance by influence functions",
        aliases=(("scikit-learn", "average_precision_score"),),
        empty="no lead of this group has a positive outcome",
        family=None,
        crossed=False,
    ),
)

CALIBRATION: tuple[Metric, ...] = (
    Metric(
        id="brier",
        kind="promise",
        chapter="calibration",
        definition="mean squared distance of score, mapped linearly onto 0 to 1, and outcome",
        sign="positive: the score is further from the group's outcomes; it depends on the base rate",
        source="Brier (1950), Monthly Weather Review 78, 1-3; Student's interval",
        aliases=(("scikit-learn", "brier_score_loss"),),
        empty="no lead of this group has a known outcome",
        family=None,
        crossed=False,
    ),
    Metric(
        id="score_outcome_gap",
        kind="promise",
        range="gap",
        chapter="calibration",
        definition="mean of the score, mapped linearly onto 0 to 1, minus the share of positive outcomes",
        sign="positive: the score promises more of the group, next to what came true, than of the reference",
        source="Murphy (1973), J. Appl. Meteorol. 12, 595-600 (calibration in the large); Student's interval",
        aliases=(("literature", "calibration in the large, mean calibration"),),
        empty="no lead of this group has a known outcome",
        family="exploratory",
        crossed=False,
    ),
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
