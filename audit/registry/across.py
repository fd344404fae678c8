"""Metrics of how leads of one group are ranked against leads of another, and of curves against each other."""

from __future__ import annotations

from audit.registry.model import Metric
from audit.registry.sources import NO_POSITIVE

_BORKAN = "Borkan et al. (2019), WWW companion; DeLong's interval on the logit scale"
_KALLUS = "Kallus and Zhou (2019), NeurIPS 32; DeLong's variance"

BACKGROUND: tuple[Metric, ...] = (
    Metric(
        id="bnsp_auc",
        kind="cross",
        chapter="across",
        definition=(
            "probability that a lead of the group with a positive outcome ranks above a lead of any other "
            "group with a negative one (background negative, subgroup positive), ties counting half"
        ),
        sign="below auc: good leads of the group are scored too low next to the others' bad ones",
        source=_BORKAN,
        aliases=(("fairness-indicators", "BNSP AUC"),),
        empty=NO_POSITIVE,
        family=None,
        crossed=False,
    ),
    Metric(
        id="bpsn_auc",
        kind="cross",
        chapter="across",
        definition=(
            "probability that a lead of any other group with a positive outcome ranks above a lead of the "
            "group with a negative one (background positive, subgroup negative), ties counting half"
        ),
        sign="below auc: bad leads of the group are scored too high next to the others' good ones",
        source=_BORKAN,
        aliases=(("fairness-indicators", "BPSN AUC"),),
        empty=NO_POSITIVE,
        family=None,
        crossed=False,
    ),
    Metric(
        id="pinned_auc",
        kind="cross",
        chapter="across",
        definition=(
            "AUC over the group's leads together with as many drawn from all leads, in expectation over the "
            "draw; Borkan et al. (2019) show that it can hide a shift of the group's scores: read it with "
            "auc, bnsp_auc and bpsn_auc"
        ),
        sign="below that of another group: the score separates the group and the whole less well",
        source="Dixon et al. (2018), AIES 67-73; variance of an AUC of weighted leads, on the logit scale",
        aliases=(("literature", "pinned AUC"),),
        empty=NO_POSITIVE,
        family=None,
        crossed=False,
    ),
)

ACROSS: tuple[Metric, ...] = (
    Metric(
        id="xauc_positive",
        kind="relative",
        chapter="across",
        definition=(
            "probability that a lead of the group with a positive outcome ranks above a lead of the "
            "reference group with a negative one, ties counting half; of the reference group itself it is auc"
        ),
        sign="below that of the reference group: its bad leads beat good leads of the group",
        source=_KALLUS,
        aliases=(("literature", "xAUC(group, reference)"),),
        empty=NO_POSITIVE,
        family=None,
        crossed=False,
    ),
    Metric(
        id="xauc_negative",
        kind="relative",
        chapter="across",
        definition=(
            "probability that a lead of the reference group with a positive outcome ranks above a lead of "
            "the group with a negative one, ties counting half; of the reference group itself it is auc"
        ),
        sign="above that of the reference group: bad leads of the group stand lower",
        source=_KALLUS,
        aliases=(("literature", "xAUC(reference, group)"),),
        empty=NO_POSITIVE,
        family=None,
        crossed=False,
    ),
    Metric(
        id="abroca",
        kind="roc",
        chapter="across",
        definition="area between the ROC curves of the group and of the reference group, crossings included",
        sign="never negative: 0 where the score separates outcomes alike at every threshold",
        source="Gardner, Brooks and Baker (2019), LAK 225-234; pointwise normal bound (interval and test)",
        aliases=(("holisticai", "abroca"),),
        empty=NO_POSITIVE,
        family="exploratory",
    ),
    Metric(
        id="xauc_gap",
        kind="roc",
        chapter="across",
        definition=(
            "xauc_positive minus xauc_negative: how much more often good leads of the group beat bad leads "
            "of the reference group than the other way round"
        ),
        sign="negative: good leads of the group are beaten by bad leads of the reference group more often",
        source=_KALLUS,
        aliases=(("literature", "xAUC disparity"),),
        empty=NO_POSITIVE,
        family="exploratory",
    ),
)

RECALIBRATION: tuple[Metric, ...] = (
    Metric(
        id="calibration_slope",
        kind="recalibration",
        range="line",
        chapter="calibration",
        definition=(
            "slope of a logistic regression of the outcome on the logit of the score where the score lies in "
            "0 to 1, else on the logit that such a regression over all leads gives the score: 1 is ideal"
        ),
        sign="below 1: differences of score mean less for the group than they promise",
        source="Cox (1958), Biometrika 45, 562-565; Wald interval",
        aliases=(("literature", "calibration slope, weak calibration"), ("R", "rms::val.prob slope")),
        family=None,
        crossed=False,
    ),
    Metric(
        id="calibration_intercept",
        kind="recalibration",
        range="line",
        chapter="calibration",
        definition=(
            "intercept of the same regression with the slope held at 1, in log-odds: 0 is ideal (calibration "
            "in the large)"
        ),
        sign="above 0: the group converts more often than the score promises",
        source="Van Calster et al. (2019), BMC Medicine 17, 230; Wald interval",
        aliases=(("literature", "calibration-in-the-large"), ("R", "rms::val.prob intercept")),
        family=None,
        crossed=False,
    ),
    Metric(
        id="tenth_outcome_rate",
        kind="tenth",
        chapter="calibration",
        definition=(
            "positive outcomes over leads with a known outcome in one tenth of all leads by score, written "
            "tenth_outcome_rate@1 (the best scores) to @10; leads of one score are all in the tenth that "
            "their middle lies in"
        ),
        sign="not compared: outcome_rate is; leads equally far up should convert alike",
        source="Kleinberg, Mullainathan and Raghavan (2017), ITCS (calibration within groups)",
        aliases=(("literature", "reliability by decile"),),
        empty="no lead of this group with a known outcome has a score in this tenth",
        family=None,
        crossed=False,
    ),
)
