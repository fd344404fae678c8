"""Names in five other libraries, each held against the library itself (tests/peers/test_names.py).

Fairlearn 0.15 (``fairlearn.metrics``), AIF360 0.6.1 (``aif360.metrics.ClassificationMetric`` and
``aif360.sklearn.metrics``), Aequitas 1.1 (``aequitas.group``), OxonFair 0.3
(``oxonfair.utils.group_metrics``) and Holistic AI 1.0.14 (``holisticai.bias.metrics``). The names of
SageMaker Clarify are in `audit.compat.names`.
"""

from __future__ import annotations

from types import MappingProxyType

Names = tuple[tuple[str, str], ...]

# metric: "library name, name; library name".
_NAMES: dict[str, str] = {
    "count": "aif360 num_instances; oxonfair count",
    "base_rate": "oxonfair pos_data_rate",
    "selection_rate": (
        "fairlearn selection_rate_difference, selection_rate_ratio; aif360 selection_rate, "
        "statistical_parity_difference, disparate_impact; oxonfair pos_pred_rate, disparate_impact; "
        "holisticai success_rate, statistical_parity, disparate_impact, four_fifths"
    ),
    "true_positive_rate": (
        "fairlearn true_positive_rate_difference, true_positive_rate_ratio; aif360 true_positive_rate, "
        "equal_opportunity_difference; oxonfair true_pos_rate, recall; holisticai equal_opportunity_diff"
    ),
    "false_positive_rate": (
        "fairlearn false_positive_rate_difference, false_positive_rate_ratio; aif360 false_positive_rate, "
        "false_positive_rate_difference; oxonfair false_pos_rate; holisticai false_positive_rate_diff"
    ),
    "true_negative_rate": (
        "fairlearn true_negative_rate_difference, true_negative_rate_ratio; aif360 true_negative_rate, "
        "specificity; oxonfair true_neg_rate, specificity; holisticai true_negative_rate_diff"
    ),
    "false_negative_rate": (
        "fairlearn false_negative_rate_difference, false_negative_rate_ratio; aif360 false_negative_rate, "
        "false_negative_rate_difference; oxonfair false_neg_rate, predictive_equality; "
        "holisticai false_negative_rate_diff"
    ),
    "precision": (
        "fairlearn precision_score_group_min; aif360 positive_predictive_value; oxonfair pos_pred_val, "
        "acceptance_rate, predictive_parity"
    ),
    "negative_predictive_value": "aif360 negative_predictive_value; oxonfair neg_pred_val, rejection_rate",
    "false_discovery_rate": "aif360 false_discovery_rate_difference, false_discovery_rate_ratio",
    "false_omission_rate": "aif360 false_omission_rate_difference, false_omission_rate_ratio",
    "selection_rate_span": "fairlearn demographic_parity_ratio; oxonfair statistical_parity",
    "true_positive_rate_span": "fairlearn equal_opportunity_ratio",
    "equalized_odds_span": (
        "fairlearn equalized_odds_ratio; aif360 equalized_odds_difference; oxonfair equalized_odds_max"
    ),
    "accuracy": (
        "fairlearn accuracy_score_difference, accuracy_score_ratio; aequitas accuracy; aif360 accuracy; "
        "oxonfair accuracy, accuracy_parity; holisticai accuracy_diff"
    ),
    "error_rate": "fairlearn zero_one_loss_difference, zero_one_loss_ratio; aif360 error_rate_difference",
    "balanced_accuracy": "fairlearn balanced_accuracy_score_group_min; oxonfair balanced_accuracy",
    "f1": "fairlearn f1_score_group_min; oxonfair f1",
    "matthews_correlation": "oxonfair mcc",
    "generalized_entropy": "oxonfair gen_entropy; holisticai generalized_entropy_index",
    "theil": "holisticai theil_index",
    "coefficient_of_variation": "holisticai coefficient_of_variation",
    "mean_score": "holisticai avg_score_diff, avg_score_ratio",
    "scoring_rate": "holisticai disparate_impact_regression, statistical_parity_regression",
    "auc": "fairlearn roc_auc_score_group_min; oxonfair roc_auc",
    "average_precision": "oxonfair average_precision",
    "brier": "fairlearn mean_squared_error_group_max",
    "class_imbalance": "aif360 class_imbalance",
    "outcome_kullback_leibler": "aif360 kl_divergence",
}


def _parsed(text: str) -> Names:
    parts = (part.split(" ", 1) for part in text.split("; "))
    return tuple((library, name) for library, names in parts for name in names.split(", "))


ELSEWHERE: MappingProxyType[str, Names] = MappingProxyType(
    {metric: _parsed(text) for metric, text in _NAMES.items()}
)
"""(library, name) by the id of the metric, besides the aliases in its own entry."""
