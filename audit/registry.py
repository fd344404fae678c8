"""The registry of metrics: what each one is, which way it points, and what others call it.

Positive means that the outcome is yes (the lead converted), selected means that the score reached
the threshold or that the decision was yes.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal["count", "rate", "composite", "mean", "auc", "calibration", "band"]
Family = Literal["confirmatory", "exploratory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric of a group of leads.

    ``numerator`` and ``denominator`` name the counts (`audit.confusion.Counts`) whose sums make a
    rate. ``empty`` says in plain words why a group has no value. ``sign`` says what a positive
    difference, group minus reference, means. ``aliases`` are (library, name). ``complement_of``
    names the metric that is one minus this one: both state the same hypothesis. ``family`` is the
    family of comparisons (`audit.disparity`) that it belongs to, None when it is not compared.
    """

    id: str
    kind: Kind
    definition: str
    sign: str
    source: str
    aliases: tuple[tuple[str, str], ...] = ()
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    empty: str = ""
    complement_of: str | None = None
    family: Family | None = "confirmatory"

    @property
    def on_outcomes(self) -> bool:
        """Whether it looks only at leads with a known outcome (and worked, where that is known)."""
        return self.kind not in {"count", "mean"} and self.denominator != ("decided",)

    @property
    def has_ratio(self) -> bool:
        """Whether groups are also compared by ratio: rates of an event, not of agreement."""
        return self.kind == "rate" and self.id != "accuracy"


_CONFUSION = "Fawcett (2006), Pattern Recognition Letters 27, 861-874"
_HARDT = "Hardt, Price and Srebro (2016), NeurIPS 29 (equalized odds)"
_CHOULDECHOVA = "Chouldechova (2017), Big Data 5, 153-163 (predictive parity)"

_NO_POSITIVE = "no lead of this group has a positive outcome"
_NO_NEGATIVE = "no lead of this group has a negative outcome"
_NONE_SELECTED = "no lead of this group with a known outcome is selected"
_ALL_SELECTED = "every lead of this group with a known outcome is selected"

_ALL: tuple[Metric, ...] = (
    Metric(
        id="count",
        kind="count",
        definition="leads in the group; counted, not estimated, so its interval is itself",
        sign="not compared",
        source="counted",
        aliases=(("fairlearn", "count"), ("aequitas", "group_size")),
        empty="",
        family=None,
    ),
    Metric(
        id="base_rate",
        kind="rate",
        definition="positive outcomes over leads with a known outcome",
        sign="positive: the group converts more often than the reference",
        source="Kamiran and Calders (2012), Knowledge and Information Systems 33, 1-33",
        aliases=(("aequitas", "prev"), ("aif360", "base_rate"), ("clarify", "DPL")),
        numerator=("tp", "fn", "positive_undecided"),
        denominator=("known",),
        empty="no lead of this group has a known outcome",
        family="exploratory",
    ),
    Metric(
        id="selection_rate",
        kind="rate",
        definition="selected leads over all leads with a decision",
        sign="positive: the group is selected more often than the reference",
        source="29 CFR 1607.4(D) (impact ratio); Dwork et al. (2012), ITCS (statistical parity)",
        aliases=(("fairlearn", "selection_rate"), ("aequitas", "pprev"), ("clarify", "DPPL and DI")),
        numerator=("selected",),
        denominator=("decided",),
        empty="no lead of this group has a decision",
    ),
    Metric(
        id="true_positive_rate",
        kind="rate",
        definition="selected among leads with a positive outcome (recall)",
        sign="positive: good leads of the group are found more often",
        source=_HARDT,
        aliases=(("fairlearn", "true_positive_rate"), ("aequitas", "tpr"), ("clarify", "RD")),
        numerator=("tp",),
        denominator=("tp", "fn"),
        empty=_NO_POSITIVE,
    ),
    Metric(
        id="false_positive_rate",
        kind="rate",
        definition="selected among leads with a negative outcome",
        sign="positive: leads of the group that lead nowhere are selected more often",
        source=_HARDT,
        aliases=(("fairlearn", "false_positive_rate"), ("aequitas", "fpr")),
        numerator=("fp",),
        denominator=("fp", "tn"),
        empty=_NO_NEGATIVE,
    ),
    Metric(
        id="true_negative_rate",
        kind="rate",
        definition="not selected among leads with a negative outcome (specificity)",
        sign="positive: leads of the group that lead nowhere are left out more often",
        source=_CONFUSION,
        aliases=(("fairlearn", "true_negative_rate"), ("aequitas", "tnr"), ("clarify", "SD")),
        numerator=("tn",),
        denominator=("fp", "tn"),
        empty=_NO_NEGATIVE,
        complement_of="false_positive_rate",
    ),
    Metric(
        id="false_negative_rate",
        kind="rate",
        definition="not selected among leads with a positive outcome",
        sign="positive: good leads of the group are overlooked more often",
        source=_CONFUSION,
        aliases=(("fairlearn", "false_negative_rate"), ("aequitas", "fnr")),
        numerator=("fn",),
        denominator=("tp", "fn"),
        empty=_NO_POSITIVE,
        complement_of="true_positive_rate",
    ),
    Metric(
        id="precision",
        kind="rate",
        definition="positive outcomes among selected leads with a known outcome",
        sign="positive: a selected lead of the group converts more often",
        source=_CHOULDECHOVA,
        aliases=(("scikit-learn", "precision_score"), ("aequitas", "precision"), ("clarify", "DAR")),
        numerator=("tp",),
        denominator=("tp", "fp"),
        empty=_NONE_SELECTED,
    ),
    Metric(
        id="negative_predictive_value",
        kind="rate",
        definition="negative outcomes among leads with a known outcome that were not selected",
        sign="positive: leaving out a lead of the group is right more often",
        source=_CHOULDECHOVA,
        aliases=(("aequitas", "npv"), ("clarify", "DRR")),
        numerator=("tn",),
        denominator=("tn", "fn"),
        empty=_ALL_SELECTED,
    ),
    Metric(
        id="false_discovery_rate",
        kind="rate",
        definition="negative outcomes among selected leads with a known outcome",
        sign="positive: selecting a lead of the group is wrong more often",
        source=_CONFUSION,
        aliases=(("aequitas", "fdr"), ("aif360", "false_discovery_rate")),
        numerator=("fp",),
        denominator=("tp", "fp"),
        empty=_NONE_SELECTED,
        complement_of="precision",
    ),
    Metric(
        id="false_omission_rate",
        kind="rate",
        definition="positive outcomes among leads with a known outcome that were not selected",
        sign="positive: leaving out a lead of the group is wrong more often",
        source=_CONFUSION,
        aliases=(("aequitas", "for"), ("aif360", "false_omission_rate")),
        numerator=("fn",),
        denominator=("tn", "fn"),
        empty=_ALL_SELECTED,
        complement_of="negative_predictive_value",
    ),
    Metric(
        id="accuracy",
        kind="rate",
        definition="leads whose selection agrees with their outcome, over leads that have both",
        sign="positive: the decision is right more often for the group",
        source=_CONFUSION,
        aliases=(("scikit-learn", "accuracy_score"), ("clarify", "AD")),
        numerator=("tp", "tn"),
        denominator=("tp", "fp", "fn", "tn"),
        empty="no lead of this group has both a decision and a known outcome",
    ),
    Metric(
        id="balanced_accuracy",
        kind="composite",
        definition="mean of true positive rate and true negative rate",
        sign="positive: the decision separates the group's leads better",
        source="Brodersen et al. (2010), ICPR; interval by MOVER from the two Wilson intervals",
        aliases=(("scikit-learn", "balanced_accuracy_score"),),
        family="exploratory",
    ),
    Metric(
        id="f1",
        kind="composite",
        definition="2 TP / (2 TP + FP + FN), the harmonic mean of precision and true positive rate",
        sign="positive: the group's good leads are found with less waste",
        source="van Rijsbergen (1979); Wilson interval of TP / (TP + FP + FN), mapped",
        aliases=(("scikit-learn", "f1_score"),),
        family="exploratory",
    ),
    Metric(
        id="mean_score",
        kind="mean",
        definition="mean of the score over all leads that have one, in the score's own units",
        sign="positive: the group scores higher than the reference, whether or not higher is better",
        source="Student's interval; differences by Welch (1947)",
        aliases=(("fairlearn", "mean_prediction"),),
        empty="no lead of this group has a score",
    ),
    Metric(
        id="auc",
        kind="auc",
        definition=(
            "probability that a lead with a positive outcome is ranked above one with a negative outcome, "
            "ties counting half; a lower score ranks higher where lower is better"
        ),
        sign="positive: the score ranks the group's leads better",
        source="DeLong et al. (1988), Biometrics 44, 837-845; interval on the logit scale",
        aliases=(("scikit-learn", "roc_auc_score"), ("fairlearn", "roc_auc_score by group")),
    ),
    Metric(
        id="calibration_error",
        kind="calibration",
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

METRICS: MappingProxyType[str, Metric] = MappingProxyType({metric.id: metric for metric in _ALL})
"""Every metric by its id, in the order in which estimates are listed."""


def metric(identifier: str) -> Metric:
    """Look up the metric of an estimate; ``outcome_rate@20-30`` is the metric ``outcome_rate``."""
    return METRICS[identifier.partition("@")[0]]
