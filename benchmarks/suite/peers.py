"""The peers of the audit, each as its documentation shows it, run by the Python of their own environment."""

from __future__ import annotations

import logging
import os
import time
import warnings
from itertools import combinations
from pathlib import Path
from typing import Any

os.environ.setdefault("MPLBACKEND", "Agg")
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402 - logging is silenced first
import pandas as pd  # noqa: E402

from benchmarks.suite.leads import ATTRIBUTES, FIELDS, SIZES, levels  # noqa: E402
from benchmarks.suite.measuring import Scaled, Task  # noqa: E402
from benchmarks.suite.stored import load  # noqa: E402

GROUPINGS = [one for size in (1, 2, 3) for one in combinations(ATTRIBUTES, size)]


def _frame(folder: Path) -> pd.DataFrame:
    """Attributes as strings, decision and outcome as whole numbers, under the names that aequitas wants."""
    leads = load(folder)
    texts = {name: np.array(levels(name), dtype=object)[codes] for name, codes in leads.attributes.items()}
    return pd.DataFrame(
        {**texts, "score": leads.decision.astype(int), "label_value": leads.outcome.astype(int)}
    )


def _crossed(frame: pd.DataFrame) -> list[str]:
    """Columns of the crossings, made outside the clock."""
    for one in GROUPINGS[3:]:
        first, *others = (frame[name] for name in one)
        frame["*".join(one)] = sum(("*" + other for other in others), start=first)
    return ["*".join(one) for one in GROUPINGS]


def aequitas(folder: Path) -> Task:
    """Audit: rates and disparities of all groupings, from strings."""
    frame = _frame(folder)
    columns = _crossed(frame)
    return Task(lambda: _audit(frame, columns).audit())


def _audit(frame: pd.DataFrame, columns: list[str]) -> Any:
    from aequitas import Audit

    return Audit(
        frame,
        score_column="score",
        label_column="label_value",
        sensitive_attribute_column=columns,
        reference_groups="maj",
    )


def _thresholds(folder: Path, thresholds: list[float]) -> Task:
    """get_crosstabs at thresholds of the score, which aequitas takes as percentiles of 0 to 1; of single attributes."""
    from aequitas.group import Group

    frame = _frame(folder)
    frame["score"] = load(folder).score / 100
    columns = ["*".join(one) for one in GROUPINGS[:3]]
    group = Group()

    def call() -> object:
        return group.get_crosstabs(frame, score_thresholds={"score_val": thresholds}, attr_cols=columns)

    return Task(call, times=101 / len(thresholds), done=f"{len(thresholds)} of 101 thresholds")


def aequitas_thresholds(folder: Path) -> Task:
    """All 101 thresholds."""
    return _thresholds(folder, [one / 100 for one in range(101)])


def aequitas_some_thresholds(folder: Path) -> Task:
    """Three of the thresholds."""
    return _thresholds(folder, [0.25, 0.5, 0.75])


def _auc(true: np.ndarray, score: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(true, score)) if 0 < np.sum(true) < len(true) else float("nan")


def _of_decision(metric: object) -> object:
    return lambda true, score: metric(true, (score >= 60).astype(int))  # type: ignore[operator]


def _band(place: int) -> object:
    def rate(true: np.ndarray, score: np.ndarray) -> float:
        within = np.minimum(score // 10, 9) == place
        return float(np.mean(true[within])) if within.any() else float("nan")

    return rate


def fairlearn(folder: Path) -> Task:
    """MetricFrame with 9 rates, AUC, mean score and 10 calibration rates, of two of the seven groupings."""
    import fairlearn.metrics as m
    from sklearn.metrics import accuracy_score, precision_score

    leads = load(folder)
    frame = pd.DataFrame(
        {name: pd.Categorical.from_codes(codes, levels(name)) for name, codes in leads.attributes.items()}
    )
    rates = (
        m.selection_rate,
        m.true_positive_rate,
        m.false_positive_rate,
        m.true_negative_rate,
        m.false_negative_rate,
        accuracy_score,
        precision_score,
    )
    metrics = {one.__name__: _of_decision(one) for one in rates}
    metrics |= {"auc": _auc, "mean": lambda _, score: float(np.mean(score))}
    metrics |= {"base": lambda true, _: float(np.mean(true)), "npv": _of_decision(_npv)}
    metrics |= {f"band {place}": _band(place) for place in range(10)}
    two = [["region"], ["region", "age"]]

    def call() -> None:
        for columns in two:
            made = m.MetricFrame(
                metrics=metrics, y_true=leads.outcome, y_pred=leads.score, sensitive_features=frame[columns]
            )
            made.difference()

    return Task(call, times=3.5, done="2 of 7 groupings")


def _npv(true: np.ndarray, chosen: np.ndarray) -> float:
    turned = chosen == 0
    return float(np.mean(true[turned] == 0)) if turned.any() else float("nan")


def fairlearn_bootstrap(folder: Path) -> Task:
    """MetricFrame with its own bootstrap: 2 of 1,000 replicates of one of the seven groupings, rates only."""
    import fairlearn.metrics as m

    leads = load(folder)
    metrics = {
        one.__name__: one
        for one in (m.selection_rate, m.true_positive_rate, m.false_positive_rate, m.true_negative_rate)
    }

    def call() -> object:
        return m.MetricFrame(
            metrics=metrics,
            y_true=leads.outcome,
            y_pred=leads.decision,
            sensitive_features=leads.attributes["region"],
            n_boot=2,
            ci_quantiles=[0.025, 0.975],
            random_state=0,
        ).difference_ci()

    return Task(call, times=500 * 7, done="2 of 1,000 replicates of 1 of 7 groupings, 4 rates", warm=False)


def aif360(folder: Path) -> Task:
    """Rates and differences of each group of one attribute against the others."""
    import aif360.sklearn.metrics as m

    leads = load(folder)
    codes = leads.attributes["region"]
    groups = [
        (pd.Series(leads.outcome, index=index), pd.Series(leads.decision, index=index))
        for group in range(6)
        for index in [pd.Index((codes == group).astype(int), name="privileged")]
    ]
    two = {"prot_attr": "privileged", "priv_group": 1}

    def call() -> None:
        for true, chosen in groups:
            m.statistical_parity_difference(true, chosen, **two)
            m.disparate_impact_ratio(true, chosen, **two)
            m.equal_opportunity_difference(true, chosen, **two)
            m.average_odds_difference(true, chosen, **two)

    return Task(call, times=167 / 6, done="6 of 167 groups")


def oxonfair(folder: Path) -> Task:
    """Nine rates of each group, and their differences."""
    from oxonfair.utils import group_metrics as gm
    from oxonfair.utils.performance import evaluate_fairness

    leads = load(folder)
    frame = _frame(folder)
    names = _crossed(frame)
    groups = [pd.factorize(frame[name])[0] for name in names]
    metrics = {**gm.clarify_metrics, **gm.verma_metrics}

    def call() -> None:
        for group in groups[:2]:
            evaluate_fairness(leads.outcome, leads.decision, group, metrics=metrics, verbose=False)

    return Task(call, times=7 / 2, done="2 of 7 groupings, those with the fewest groups")


def smclarify(folder: Path) -> Task:
    """Every post-training metric of one group against the others."""
    from smclarify.bias import metrics as m

    leads = load(folder)
    region = leads.attributes["region"]
    given = {
        "df": pd.DataFrame({"x": np.zeros(len(leads))}),
        "feature": pd.Series(region),
        "sensitive_facet_index": pd.Series(region == 0),
        "label": pd.Series(leads.outcome == 1),
        "positive_label_index": pd.Series(leads.outcome == 1),
        "predicted_label": pd.Series(leads.decision == 1),
        "positive_predicted_label_index": pd.Series(leads.decision == 1),
    }
    wanted = [one for one in m.POSTTRAINING_METRICS if one.__name__ in _CLARIFY]

    def call() -> None:
        for one in wanted:
            m.call_metric(one, **given, group_variable=None)

    return Task(call, times=167, done="1 of 167 groups")


_CLARIFY = {"DPPL", "DI", "DCA", "DCR", "RD", "DAR", "DRR", "AD", "TE"}


def _matrix(folder: Path) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    leads = load(folder, fields=True)
    columns = [leads.names.get(name, leads.numbers.get(name)) for name in FIELDS]
    return (
        np.column_stack(columns).astype(float),
        np.array([name in SIZES for name in FIELDS]),
        leads.attributes,
    )


def information(folder: Path) -> Task:
    """mutual_info_classif of 12 fields and 3 attributes."""
    from sklearn.feature_selection import mutual_info_classif

    matrix, names, attributes = _matrix(folder)

    def call() -> None:
        for codes in attributes.values():
            mutual_info_classif(matrix, codes, discrete_features=names, random_state=0)

    return Task(call, warm=False)


def some_information(folder: Path) -> Task:
    """The same for one of the attributes."""
    from sklearn.feature_selection import mutual_info_classif

    matrix, names, attributes = _matrix(folder)
    codes = attributes["age"]
    return Task(
        lambda: mutual_info_classif(matrix, codes, discrete_features=names, random_state=0),
        times=3,
        done="1 of 3 attributes",
        warm=False,
    )


def tree(folder: Path) -> Task:
    """A tree per field, cross-validated AUC of five folds, for one of the attributes."""
    from sklearn.model_selection import cross_val_score
    from sklearn.tree import DecisionTreeClassifier

    matrix, _, attributes = _matrix(folder)
    codes = attributes["gender"]

    def call() -> None:
        for column in matrix.T:
            model = DecisionTreeClassifier(max_leaf_nodes=64)
            cross_val_score(model, column.reshape(-1, 1), codes, cv=5, scoring="roc_auc_ovr")

    return Task(call, times=3, done="1 of 3 attributes", warm=False)


def by_hand(folder: Path) -> Task:
    """PSI with numpy and the Kolmogorov-Smirnov statistic of scipy, between the two halves."""
    from scipy.stats import ks_2samp

    leads = load(folder, fields=True)
    half = len(leads) // 2

    def psi(p: np.ndarray, q: np.ndarray) -> float:
        p, q = (p + 0.5) / (p + 0.5).sum(), (q + 0.5) / (q + 0.5).sum()
        return float(((p - q) * np.log(p / q)).sum())

    def call() -> None:
        for codes in leads.names.values():
            size = int(codes.max()) + 1
            psi(np.bincount(codes[:half], minlength=size), np.bincount(codes[half:], minlength=size))
        for values in leads.numbers.values():
            edges = np.unique(np.quantile(values[:half], np.linspace(0, 1, 11)[1:-1]))
            parts = [
                np.bincount(np.searchsorted(edges, one), minlength=10)
                for one in (values[:half], values[half:])
            ]
            psi(*parts)
            ks_2samp(values[:half], values[half:], method="asymp")

    return Task(call)


def script(folder: Path) -> Task:
    """A script that tells what an audit tells: read, rates, stand-ins, resampled intervals, a table as HTML."""
    from aequitas.group import Group
    from sklearn.feature_selection import mutual_info_classif

    names = np.array([name in SIZES for name in FIELDS])

    def call() -> Scaled:
        began = time.perf_counter()
        frame = pd.read_parquet(folder / "whole.parquet")
        texts = frame[[*ATTRIBUTES]].astype(object)
        texts["score"], texts["label_value"] = (
            (frame["score"] >= 60).astype(int),
            frame["outcome"].astype(int),
        )
        columns = _crossed(texts)
        audit = _audit(texts, columns)
        audit.audit()
        (folder / "peers.html").write_text(audit.disparity_df.to_html())
        rates = time.perf_counter()
        matrix = np.column_stack(
            [pd.factorize(frame[one])[0] if one in SIZES else frame[one] for one in FIELDS]
        )
        codes = pd.factorize(frame["gender"])[0]
        mutual_info_classif(matrix, codes, discrete_features=names, random_state=0)
        information = time.perf_counter()
        Group().get_crosstabs(texts.sample(frac=1, replace=True, random_state=0), attr_cols=columns)
        resampled = time.perf_counter()
        return Scaled(rates - began + 3 * (information - rates) + 1000 * (resampled - information))

    done = "1 of 3 attributes of mutual information, 1 of 1,000 replicates of aequitas"
    return Task(call, times=1.0, done=done, warm=False)


CASES = {
    one.__name__.replace("_", " "): one
    for one in (
        aequitas,
        aequitas_thresholds,
        aequitas_some_thresholds,
        fairlearn,
        fairlearn_bootstrap,
        aif360,
        oxonfair,
        smclarify,
        information,
        some_information,
        tree,
        by_hand,
        script,
    )
}
