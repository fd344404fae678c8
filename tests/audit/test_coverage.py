"""How often the intervals hold the truth: thousands of groups are thousands of repetitions."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from audit.disparity import compare
from audit.metrics import estimates
from tests.audit.tables import cube, stream

LEVELS = np.array([10.0, 30.0, 50.0, 70.0, 90.0])
POSITIVE, NEGATIVE = np.array([1, 2, 3, 4, 5]) / 15, np.array([4, 4, 3, 2, 1]) / 14
REPETITIONS = 1500


def truth(base: float) -> dict[str, float]:
    tpr, fpr = POSITIVE[2:].sum(), NEGATIVE[2:].sum()
    better = np.tril(np.outer(POSITIVE, NEGATIVE), -1).sum() + 0.5 * (POSITIVE * NEGATIVE).sum()
    tp, fp, fn = base * tpr, (1 - base) * fpr, base * (1 - tpr)
    score = base * POSITIVE + (1 - base) * NEGATIVE
    error = np.abs(score * LEVELS / 100 - base * POSITIVE).sum()
    return {
        "base_rate": base,
        "selection_rate": tp + fp,
        "true_positive_rate": tpr,
        "precision": tp / (tp + fp),
        "balanced_accuracy": (tpr + 1 - fpr) / 2,
        "f1": 2 * tp / (2 * tp + fp + fn),
        "mean_score": float(LEVELS @ score),
        "auc": better,
        "calibration_error": error,
    }


def repeated(size: int, base: float) -> dict[str, object]:
    rng = np.random.default_rng(17)
    n = REPETITIONS * size
    outcome = rng.random(n) < base
    level = np.where(outcome, rng.choice(5, n, p=POSITIVE), rng.choice(5, n, p=NEGATIVE))
    names = np.repeat([f"r{i:04d}" for i in range(REPETITIONS)], size)
    return {"attribute:g": pa.array(names), "score": LEVELS[level], "outcome": outcome}


@pytest.mark.parametrize(("size", "base"), [(100, 0.3), (60, 0.5)])
def test_every_estimate_covers_its_truth(size, base):
    by = stream("g")
    held: dict[str, list[bool]] = {name: [] for name in truth(base)}
    for e in estimates(cube(repeated(size, base), by), by, 0):
        if e.attribute and e.metric in held and e.estimate.value is not None:
            held[e.metric].append(e.estimate.low <= truth(base)[e.metric] <= e.estimate.high)
    coverage = {name: np.mean(inside) for name, inside in held.items()}
    conservative = coverage.pop("calibration_error")
    assert conservative >= 0.95
    assert all(0.93 <= share <= 0.98 for share in coverage.values()), coverage


def _wide(name: str) -> bool:
    return name.startswith(("score_quantile", "score_gap", "queue_rate", "abroca")) or name.endswith("_span")


def test_differences_cover_zero_between_equal_groups():
    by = stream("g", reference="r0000", minimum_group=1)
    leads = repeated(100, 0.4)
    # A reference so large that its own error is the same small one in every repetition.
    rng = np.random.default_rng(3)
    outcome = rng.random(200_000) < 0.4
    level = np.where(outcome, rng.choice(5, 200_000, p=POSITIVE), rng.choice(5, 200_000, p=NEGATIVE))
    table = {
        "attribute:g": pa.concat_arrays([leads["attribute:g"], pa.array(["r0000"] * 200_000)]),
        "score": np.concatenate([leads["score"], LEVELS[level]]),
        "outcome": np.concatenate([leads["outcome"], outcome]),
    }
    held: dict[tuple[str, str], list[bool]] = {}
    for d in compare(cube(table, by), by, 0):
        if not d.metric.startswith("outcome_rate") and d.value is not None:
            same = 0.0 if d.kind == "difference" else 1.0
            held.setdefault((d.metric, d.kind), []).append(d.low <= same <= d.high)
    coverage = {key: np.mean(inside) for key, inside in held.items()}
    assert len(coverage) > 20
    # A quantile of a score with five levels can only move by whole levels, a distance is bounded whatever
    # the distributions are, a span is sure of every pair of a thousand groups, and the interval of a tie
    # across the first tenth is that of whole leads: these are wide.
    wide = [coverage.pop(key) for key in tuple(coverage) if _wide(key[0])]
    assert min(wide) >= 0.925
    assert all(0.925 <= share <= 0.98 for share in coverage.values()), coverage
