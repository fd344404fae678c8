"""The metrics of SageMaker Clarify by its own names, and what they are here.

Clarify's ``d`` is the disadvantaged facet (our group) and ``a`` the advantaged one (the rest, or the
reference group). Definitions: Hardt et al. (2021), arXiv:2109.03285, and the documentation of Amazon
SageMaker Clarify.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from audit.compat.model import Stage

LIBRARY = "clarify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One metric of Clarify.

    ``sign`` says what a positive number means. ``metric`` is its name in the registry, ``ours`` how it
    follows from that where it is not the same. ``differs`` says why Clarify's number may be another.
    """

    name: str
    stage: Stage
    title: str
    formula: str
    sign: str
    metric: str
    ours: str
    differs: str


_EDGE = "Clarify takes 0/0 as 0 and x/0 as infinite; here there is no value, and the reason is said"
_SUPPORT = (
    "Clarify leaves out a label that one side lacks, so its number is too small (KL may even fall below 0); "
    "here the label keeps its mass"
)
_STRATA = (
    "Clarify counts combinations of the controls in which only one answer occurs as a gap, and has a number "
    "where no combination holds both sides; here the first take no part, and the second has no value"
)
_LESS = "positive: the group is worse off"
_NEVER = "never negative"

_ALL = (
    Name(
        name="CI",
        stage="pre",
        title="Class imbalance",
        formula="(n_a - n_d) / (n_a + n_d)",
        sign="positive: there are fewer leads of the group",
        metric="class_imbalance",
        ours="the same",
        differs=_EDGE,
    ),
    Name(
        name="DPL",
        stage="pre",
        title="Difference in proportions of labels",
        formula="base rate of a - base rate of d",
        sign="positive: the group converts less often",
        metric="base_rate",
        ours="minus the difference",
        differs=_EDGE,
    ),
    Name(
        name="KL",
        stage="pre",
        title="Kullback-Leibler divergence",
        formula="sum of P_a ln(P_a / P_d)",
        sign=_NEVER,
        metric="outcome_kullback_leibler",
        ours="the same",
        differs=_SUPPORT,
    ),
    Name(
        name="JS",
        stage="pre",
        title="Jensen-Shannon divergence",
        formula="(KL(P_a, P) + KL(P_d, P)) / 2, P = (P_a + P_d) / 2",
        sign=_NEVER,
        metric="outcome_jensen_shannon",
        ours="the same",
        differs=_SUPPORT,
    ),
    Name(
        name="LP",
        stage="pre",
        title="Lp norm, p = 2",
        formula="square root of the sum of (P_a - P_d)^2",
        sign=_NEVER,
        metric="outcome_euclidean_distance",
        ours="the same",
        differs=_SUPPORT,
    ),
    Name(
        name="TVD",
        stage="pre",
        title="Total variation distance",
        formula="half the sum of |P_a - P_d|",
        sign=_NEVER,
        metric="outcome_total_variation",
        ours="the same",
        differs=_SUPPORT,
    ),
    Name(
        name="KS",
        stage="pre",
        title="Kolmogorov-Smirnov distance",
        formula="widest gap of the cumulated shares (Clarify: of single labels)",
        sign=_NEVER,
        metric="outcome_total_variation",
        ours="the same for two labels",
        differs=_SUPPORT,
    ),
    Name(
        name="CDDL",
        stage="pre",
        title="Conditional demographic disparity in labels",
        formula="mean over the controls of (share of d among no - share of d among yes)",
        sign="positive: the group is over-represented among leads that did not convert",
        metric="outcome_demographic_disparity",
        ours="the same",
        differs=_STRATA,
    ),
    Name(
        name="DPPL",
        stage="post",
        title="Difference in positive proportions in predicted labels",
        formula="selection rate of a - selection rate of d",
        sign="positive: the group is selected less often",
        metric="selection_rate",
        ours="minus the difference",
        differs=_EDGE,
    ),
    Name(
        name="DI",
        stage="post",
        title="Disparate impact",
        formula="selection rate of d / selection rate of a",
        sign="below 1: the group is selected less often",
        metric="selection_rate",
        ours="the ratio",
        differs=_EDGE,
    ),
    Name(
        name="DCA",
        stage="post",
        title="Difference in conditional acceptance",
        formula="positives / selected of a - the same of d",
        sign="negative: the group is selected less often than its outcomes would warrant",
        metric="conditional_acceptance",
        ours="minus the difference",
        differs=_EDGE,
    ),
    Name(
        name="DCR",
        stage="post",
        title="Difference in conditional rejection",
        formula="negatives / passed over of d - the same of a",
        sign="negative: the group is passed over more often than its outcomes would warrant",
        metric="conditional_rejection",
        ours="the difference",
        differs=_EDGE,
    ),
    Name(
        name="RD",
        stage="post",
        title="Recall difference",
        formula="TPR of a - TPR of d",
        sign=_LESS,
        metric="true_positive_rate",
        ours="minus the difference",
        differs=_EDGE,
    ),
    Name(
        name="SD",
        stage="post",
        title="Specificity difference",
        formula="TNR of d - TNR of a",
        sign="positive: leads of the group that lead nowhere are selected less often",
        metric="true_negative_rate",
        ours="the difference",
        differs=_EDGE,
    ),
    Name(
        name="DAR",
        stage="post",
        title="Difference in acceptance rates",
        formula="precision of a - precision of d",
        sign="positive: a selected lead of the group converts less often",
        metric="precision",
        ours="minus the difference",
        differs=_EDGE,
    ),
    Name(
        name="DRR",
        stage="post",
        title="Difference in rejection rates",
        formula="NPV of d - NPV of a",
        sign="positive: passing over a lead of the group is right more often",
        metric="negative_predictive_value",
        ours="the difference",
        differs=_EDGE,
    ),
    Name(
        name="AD",
        stage="post",
        title="Accuracy difference",
        formula="accuracy of a - accuracy of d",
        sign="positive: the decision is right less often for the group",
        metric="accuracy",
        ours="minus the difference",
        differs=_EDGE,
    ),
    Name(
        name="TE",
        stage="post",
        title="Treatment equality",
        formula="FN / FP of d - FN / FP of a",
        sign="positive: mistakes about the group fall more often to its disadvantage",
        metric="treatment_ratio",
        ours="the difference",
        differs=_EDGE,
    ),
    Name(
        name="CDDPL",
        stage="post",
        title="Conditional demographic disparity in predicted labels",
        formula="mean over the controls of (share of d among passed over - share of d among selected)",
        sign="positive: the group is over-represented among leads that are passed over",
        metric="decision_demographic_disparity",
        ours="the same",
        differs=_STRATA,
    ),
    Name(
        name="FT",
        stage="post",
        title="Counterfactual flip test",
        formula="(F+ - F-) / n_d against the nearest leads of a",
        sign="positive: leads of the group are selected more often than leads like them",
        metric="matched_selection_gap",
        ours="the same, with rates of the nearest leads of both sides and not the majority of one",
        differs=(
            "Clarify lets the majority of five leads vote, which calls a rare decision never made, and does "
            "not standardise the features; here rates among the nearest leads of both sides are compared"
        ),
    ),
    Name(
        name="GE",
        stage="post",
        title="Generalised entropy",
        formula="sum of ((b / mean b)^2 - 1) / (2 n), b = decision - outcome + 1",
        sign="never negative; of all leads, the same for every group",
        metric="generalized_entropy",
        ours="that of all leads",
        differs=_EDGE,
    ),
)

CLARIFY: MappingProxyType[str, Name] = MappingProxyType({one.name: one for one in _ALL})
"""All 21, in the order in which they are listed."""
