"""A model trained anew as plain numbers: the weights of a linear one, or every split of boosted trees.

A pickle would run what is in it when it is read, and needs the library that wrote it. These numbers need
neither, and give what scikit-learn gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from audit.rows.levels import Codes, Reals
from audit.rows.mitigation.learning import Lesson, Ready, estimator, filling

NODE = {
    "feature": "feature_idx",
    "threshold": "num_threshold",
    "missing_left": "missing_go_to_left",
    "left": "left",
    "right": "right",
    "leaf": "is_leaf",
    "value": "value",
}
"""What is kept of a node, and how scikit-learn calls it."""


def trained(lesson: Lesson, weight: Reals | None) -> Mapping[str, Any]:
    """The model of a lesson, as JSON has it."""
    ready = filling(lesson.values)
    model = estimator(lesson).fit(ready(lesson.values), lesson.won, sample_weight=weight)
    if ready.edges is None:
        return {
            "middle": _list(ready.middle),
            "spread": _list(ready.spread),
            "weights": _list(model.coef_[0]),
            "base": float(model.intercept_[0]),
        }
    return {
        "edges": [_list(one) for one in ready.edges],
        # scikit-learn has no public way to its splits; a test holds the result against its own predictions.
        "base": float(np.ravel(model._baseline_prediction)[0]),  # noqa: SLF001
        "trees": [_tree(stage[0].nodes) for stage in model._predictors],  # noqa: SLF001
    }


def chances(model: Mapping[str, Any], values: Reals) -> Reals:
    """The chance of a good outcome of leads x fields."""
    if "trees" in model:
        ready = Ready(edges=tuple(np.asarray(one, dtype=np.float64) for one in model["edges"]))(values)
        told = model["base"] + np.sum([_leaf_values(one, ready) for one in model["trees"]], axis=0)
    else:
        middle, spread = (np.asarray(model[name], dtype=np.float64) for name in ("middle", "spread"))
        told = Ready(middle=middle, spread=spread)(values) @ np.asarray(model["weights"]) + model["base"]
    return np.asarray(1 / (1 + np.exp(-told)), dtype=np.float64)


def _tree(nodes: Any) -> Mapping[str, list[Any]]:  # noqa: ANN401 - scikit-learn has no types
    return {name: nodes[theirs].tolist() for name, theirs in NODE.items()}


def _leaf_values(tree: Mapping[str, Any], values: Reals) -> Reals:
    """The value of the leaf that each lead ends in."""
    told = {name: np.asarray(one) for name, one in tree.items()}
    at: Codes = np.zeros(values.shape[0], dtype=np.int64)
    rows = np.arange(at.size)
    while not told["leaf"][at].all():
        here = values[rows, told["feature"][at]]
        left = np.where(np.isnan(here), told["missing_left"][at] == 1, here <= told["threshold"][at])
        onward = np.where(left, told["left"][at], told["right"][at])
        at = np.where(told["leaf"][at] == 1, at, onward).astype(np.int64)
    return np.asarray(told["value"][at], dtype=np.float64)


def _list(values: Any) -> list[float]:  # noqa: ANN401 - None only where it is not called
    return [float(one) for one in values]
