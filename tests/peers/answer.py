"""What the peers say: run by the Python of their own environment, one JSON question and answer a line.

It imports nothing of Fairlead. A question is {"peer", "group", "outcome", "decision", ...} with one entry per
row; an answer is an object of numbers, where "error: ..." stands for an exception and null for NaN.
"""

from __future__ import annotations

import json
import logging
import math
import os
import sys
import warnings
from collections.abc import Callable

os.environ.setdefault("MPLBACKEND", "Agg")
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402 - logging is silenced first
import pandas as pd  # noqa: E402


def tried(what: Callable[[], object]) -> object:
    try:
        return what()
    except Exception as error:  # noqa: BLE001 - an exception is an answer
        return f"error: {type(error).__name__}: {error}"


def plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(part) for part in value]
    if isinstance(value, float | np.floating):
        number = float(value)
        return None if math.isnan(number) else str(number) if math.isinf(number) else number
    if isinstance(value, np.integer | np.bool_):
        return value.item()
    return value


def columns(question: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return tuple(np.array(question.get(name, [])) for name in ("group", "outcome", "decision"))


def fairlearn(question: dict) -> dict:
    import fairlearn.metrics as m

    group, outcome, decision = columns(question)
    given = {"y_true": outcome, "y_pred": decision, "sensitive_features": np.array(group, dtype=object)}
    rates = {
        name: getattr(m, name)
        for name in (
            "selection_rate",
            "true_positive_rate",
            "false_positive_rate",
            "true_negative_rate",
            "false_negative_rate",
            "count",
        )
    }
    frame = tried(lambda: m.MetricFrame(metrics=rates, **given))
    if isinstance(frame, str):
        return {"error": frame}
    found = {
        name: tried(lambda name=name: getattr(m, name)(**given))
        for name in (
            "demographic_parity_difference",
            "demographic_parity_ratio",
            "equalized_odds_difference",
            "equalized_odds_ratio",
            "equal_opportunity_difference",
        )
    }
    return {**found, "by_group": frame.by_group.to_dict()}


def fairlearn_interval(question: dict) -> dict:
    import fairlearn.metrics as m

    group, outcome, decision = columns(question)
    frame = m.MetricFrame(
        metrics=m.selection_rate,
        y_true=outcome,
        y_pred=decision,
        sensitive_features=group,
        n_boot=question["resamples"],
        ci_quantiles=[0.025, 0.975],
        random_state=question["seed"],
    )
    return {"interval": [float(end) for end in frame.difference_ci()], "value": float(frame.difference())}


def aif360(question: dict) -> dict:
    import aif360.sklearn.metrics as m

    group, outcome, decision = columns(question)
    index = pd.Index(group == question["reference"], name="privileged").astype(int)
    true, pred = pd.Series(outcome, index=index), pd.Series(decision, index=index)
    two = {"prot_attr": "privileged", "priv_group": 1}
    pair = (
        "statistical_parity_difference",
        "disparate_impact_ratio",
        "equal_opportunity_difference",
        "average_odds_difference",
        "average_odds_error",
    )
    found = {name: tried(lambda name=name: getattr(m, name)(true, pred, **two)) for name in pair}
    for name in ("class_imbalance", "kl_divergence"):
        found[name] = tried(lambda name=name: getattr(m, name)(true, **two))
    found["conditional_demographic_disparity"] = tried(
        lambda: m.conditional_demographic_disparity(true, pred, prot_attr="privileged")
    )
    for name in ("generalized_entropy_error", "theil_index", "coefficient_of_variation"):
        found[name] = tried(lambda name=name: _aif360_inequality(m, name, true, pred))
    for name in ("base_rate", "selection_rate", "specificity_score"):
        found[name] = tried(lambda name=name: getattr(m, name)(true, pred))
    return found


def _aif360_inequality(m: object, name: str, true: pd.Series, pred: pd.Series) -> float:
    if name == "generalized_entropy_error":
        return m.generalized_entropy_error(true, pred, alpha=2)
    benefits = pred.to_numpy() - true.to_numpy() + 1
    return getattr(m, name)(benefits)


def aequitas(question: dict) -> dict:
    from aequitas.bias import Bias
    from aequitas.group import Group

    group, outcome, decision = columns(question)
    frame = pd.DataFrame({"score": decision, "label_value": outcome, "g": group})
    table, _ = Group().get_crosstabs(frame.copy(), attr_cols=["g"])
    found = {"by_group": table.set_index("attribute_value").select_dtypes("number").to_dict("index")}
    if "reference" in question:
        bias = Bias().get_disparity_predefined_groups(
            table,
            original_df=frame,
            ref_groups_dict={"g": question["reference"]},
            alpha=question.get("alpha", 0.05),
            check_significance=question.get("significance", False),
            mask_significance=question.get("mask", False),
        )
        wanted = [name for name in bias if name.endswith(("_disparity", "_significance"))]
        found["against"] = bias.set_index("attribute_value")[wanted].astype(object).to_dict("index")
    return found


def oxonfair(question: dict) -> dict:
    from oxonfair.utils import conditional_group_metrics as cm
    from oxonfair.utils import group_metrics as gm
    from oxonfair.utils.performance import evaluate_fairness

    group, outcome, decision = columns(question)
    metrics = {**gm.clarify_metrics, **gm.verma_metrics, "predictive_equality": gm.predictive_equality}
    found = {
        name: tried(
            lambda metric=metric: float(
                evaluate_fairness(outcome, decision, group, metrics={"m": metric}, verbose=False)["m"]
            )
        )
        for name, metric in metrics.items()
    }
    if "factor" in question:
        factor = np.array(question["factor"])
        found["conditional_false_neg_rate"] = tried(
            lambda: float(
                evaluate_fairness(
                    outcome, decision, group, factor, metrics={"m": cm.false_neg_rate.diff}, verbose=False
                )["m"]
            )
        )
    return found


def smclarify(question: dict) -> dict:
    from smclarify.bias import metrics as m

    group, outcome, decision = columns(question)
    facet = pd.Series(group == question["facet"])
    features = pd.DataFrame(question.get("features", {"x": np.zeros(len(facet))}))
    given = {
        "df": features,
        "feature": pd.Series(group),
        "sensitive_facet_index": facet,
        "label": pd.Series(outcome == 1),
        "positive_label_index": pd.Series(outcome == 1),
        "predicted_label": pd.Series(decision == 1),
        "positive_predicted_label_index": pd.Series(decision == 1),
        "group_variable": pd.Series(question["factor"]) if "factor" in question else None,
    }
    every = (*m.PRETRAINING_METRICS, *m.POSTTRAINING_METRICS)
    return {one.__name__: tried(lambda one=one: m.call_metric(one, **given)) for one in every}


def smclarify_labels(question: dict) -> dict:
    from smclarify.bias.metrics import pretraining

    group, outcome, _ = columns(question)
    facet, label = pd.Series(group == question["facet"]), pd.Series(outcome)
    names = ("KL", "JS", "LP", "TVD", "KS")
    return {name: tried(lambda name=name: getattr(pretraining, name)(label, facet)) for name in names}


def holisticai(question: dict) -> dict:
    import holisticai.bias.metrics as m

    group, outcome, decision = columns(question)
    a, b = group == question["facet"], group != question["facet"]
    found = {
        name: tried(lambda name=name: getattr(m, name)(a, b, decision))
        for name in ("statistical_parity", "disparate_impact", "four_fifths", "z_test_diff", "cohen_d")
    }
    for name in (
        "equal_opportunity_diff",
        "false_positive_rate_diff",
        "false_negative_rate_diff",
        "average_odds_diff",
        "accuracy_diff",
    ):
        found[name] = tried(lambda name=name: getattr(m, name)(a, b, decision, outcome))
    if "score" in question:
        found |= _holisticai_scores(m, a, b, np.array(question["score"], dtype=float))
    return found


def _holisticai_scores(m: object, a: np.ndarray, b: np.ndarray, score: np.ndarray) -> dict:
    table = m.regression_bias_metrics(a, b, score, metric_type="equal_outcome")
    found = {f"table {name}": row["Value"] for name, row in table.to_dict("index").items()}
    for q in (0.5, 0.8):
        found[f"statistical_parity_regression {q}"] = tried(
            lambda q=q: m.statistical_parity_regression(a, b, score, q=q)
        )
    for name in ("max_statistical_parity", "statistical_parity_auc"):
        found[name] = tried(lambda name=name: getattr(m, name)(a, b, score))
    return found


def oxonfair_thresholds(question: dict) -> dict:
    """Accurate decisions on unseen leads, the gap in shares called within the bound on seen ones."""
    from oxonfair import FairPredictor
    from oxonfair.utils import group_metrics as gm

    def part(name: str) -> dict:
        score, outcome, group = (np.array(question[name][key]) for key in ("score", "outcome", "group"))
        return {"data": score.reshape(-1, 1), "target": outcome, "groups": group}

    def told(values: np.ndarray) -> np.ndarray:
        return np.column_stack([1 - values[:, 0], values[:, 0]])

    seen, unseen = part("seen"), part("unseen")
    fair = FairPredictor(told, seen)
    fair.fit(gm.accuracy, gm.demographic_parity, question["bound"])
    return {"decided": fair.predict(unseen).astype(int).tolist()}


def aif360_reweighing(question: dict) -> dict:
    from aif360.sklearn.preprocessing import Reweighing

    group, outcome, _ = columns(question)
    index = pd.Index(group, name="g")
    _, found = Reweighing(prot_attr="g").fit_transform(
        pd.DataFrame({"x": np.zeros(len(group))}, index=index), pd.Series(outcome, index=index)
    )
    return {"weights": found.tolist()}


def names(_: dict) -> dict:
    import aif360.sklearn.metrics.metrics as sklearn_like
    import fairlearn.metrics as fairlearn_names
    import holisticai.bias.metrics as holistic
    from aequitas.group import Group
    from aif360.metrics import ClassificationMetric
    from oxonfair.utils import group_metrics
    from smclarify.bias import metrics as clarify

    rates = sorted(Group().absolute_metrics)
    table, _ = Group().get_crosstabs(
        pd.DataFrame({"score": [0, 1], "label_value": [0, 1], "g": ["a", "b"]}), attr_cols=["g"]
    )
    return {
        "fairlearn": dir(fairlearn_names),
        "aif360": dir(sklearn_like) + dir(ClassificationMetric),
        "aequitas": [*table, *rates],
        "aequitas_rates": rates,
        "oxonfair": dir(group_metrics),
        "holisticai": dir(holistic),
        "clarify": [one.__name__ for one in (*clarify.PRETRAINING_METRICS, *clarify.POSTTRAINING_METRICS)],
    }


def pycanon(question: dict) -> dict:
    from pycanon import anonymity as a

    frame = pd.DataFrame(question["columns"])
    known, sensitive = question["known"], question["sensitive"]
    return {
        "k": a.k_anonymity(frame, known),
        "distinct": tried(lambda: a.l_diversity(frame, known, [sensitive])),
        "entropy": tried(lambda: a.entropy_l_diversity(frame, known, [sensitive])),
        "closeness": tried(lambda: a.t_closeness(frame, known, [sensitive])),
    }


PEERS = {
    one.__name__: one
    for one in (
        fairlearn,
        fairlearn_interval,
        aif360,
        aequitas,
        oxonfair,
        oxonfair_thresholds,
        aif360_reweighing,
        smclarify,
        smclarify_labels,
        holisticai,
        pycanon,
        names,
    )
}


def main() -> None:
    """Answer until the questions end. What the libraries print must not get among the answers."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        question = json.loads(line)
        found = tried(lambda asked=question: PEERS[asked["peer"]](asked))
        out.write(json.dumps(plain(found)) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
