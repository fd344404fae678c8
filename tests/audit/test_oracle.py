"""Every metric of a group, and of all leads, computed once more from raw rows by its definition."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import average_precision_score, ndcg_score, roc_auc_score

from audit.registry import metric
from tests.audit.tables import cube, found, stream

ELSEWHERE = {"calibration_slope", "calibration_intercept", "score_quantile", "mean_log_deviation"}
"""Held against statsmodels, numpy and rows in test_recalibration, test_score_metrics and test_together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Raw rows: the score (more is better), what was decided and came true, and whether that counts."""

    score: np.ndarray
    raw: np.ndarray
    selected: np.ndarray
    won: np.ndarray
    known: np.ndarray
    worked: np.ndarray

    def of(self, kept: np.ndarray) -> Rows:
        parts = (getattr(self, name)[kept] for name in Rows.__slots__)
        return Rows(**dict(zip(Rows.__slots__, parts, strict=True)))

    @property
    def usable(self) -> np.ndarray:
        return self.known & self.worked


def matrix(rows: Rows) -> tuple[float, float, float, float]:
    chosen, won = rows.selected[rows.usable], rows.won[rows.usable]
    tp, fp, fn, tn = (
        float(np.sum((chosen == a) & (won == b)))
        for a, b in ((True, True), (True, False), (False, True), (False, False))
    )
    return tp, fp, fn, tn


def of_decisions(rows: Rows, everyone: Rows) -> dict[str, float]:
    tp, fp, fn, tn = matrix(rows)
    n, known, u = len(rows.score), tp + fp + fn + tn, rows.usable
    tpr, fpr, ppv, npv = tp / (tp + fn), fp / (fp + tn), tp / (tp + fp), tn / (tn + fn)
    base, chance = (tp + fn) / known, ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / known**2
    benefit = rows.selected[u] * 1.0 - rows.won[u] + 1
    relative = benefit / benefit.mean()
    logs = np.log(np.where(relative > 0, relative, 1.0))
    ge = ((relative**2 - 1) / 2).mean()
    return {
        "count": n,
        "group_share": n / len(everyone.score),
        "selected_share": rows.selected.sum() / everyone.selected.sum(),
        "outcome_coverage": u.sum() / n,
        "contact_rate": rows.worked.mean(),
        "base_rate": base,
        "selection_rate": rows.selected.mean(),
        "true_positive_rate": tpr,
        "false_positive_rate": fpr,
        "true_negative_rate": 1 - fpr,
        "false_negative_rate": 1 - tpr,
        "precision": ppv,
        "negative_predictive_value": npv,
        "false_discovery_rate": 1 - ppv,
        "false_omission_rate": 1 - npv,
        "accuracy": (tp + tn) / known,
        "error_rate": (fp + fn) / known,
        "balanced_accuracy": (tpr + 1 - fpr) / 2,
        "f1": 2 / (1 / ppv + 1 / tpr),
        "threat_score": tp / (tp + fp + fn),
        "matthews_correlation": float(np.corrcoef(rows.selected[u], rows.won[u])[0, 1]),
        "cohen_kappa": ((tp + tn) / known - chance) / (1 - chance),
        "informedness": tpr - fpr,
        "markedness": ppv + npv - 1,
        "fowlkes_mallows": math.sqrt(ppv * tpr),
        "geometric_mean": math.sqrt(tpr * (1 - fpr)),
        "positive_likelihood_ratio": tpr / fpr,
        "negative_likelihood_ratio": (1 - tpr) / (1 - fpr),
        "diagnostic_odds_ratio": (tp / fn) / (fp / tn),
        "lift": ppv / base,
        "conditional_acceptance": (tp + fn) / (tp + fp),
        "conditional_rejection": (fp + tn) / (fn + tn),
        "treatment_ratio": fn / fp,
        "generalized_entropy": ge,
        "theil": (relative * logs).mean(),
        "coefficient_of_variation": math.sqrt(2 * ge),
    }


def of_scores(rows: Rows, everyone: Rows, scale: tuple[float, float], sign: int) -> dict[str, float]:
    u = rows.usable
    good, bad = rows.score[u & rows.won], rows.score[u & ~rows.won]
    promise = (rows.raw - scale[0]) / (scale[1] - scale[0])
    promise = (promise if sign > 0 else 1 - promise)[u]
    made = {
        "mean_score": rows.raw.mean(),
        "scoring_rate": (rows.score > np.median(everyone.score)).mean(),
        "auc": np.mean([(p > q) + (p == q) / 2 for p in good for q in bad]),
        "average_precision": average_precision_score(rows.won[u], rows.score[u]),
        "brier": ((promise - rows.won[u]) ** 2).mean(),
        "score_outcome_gap": promise.mean() - rows.won[u].mean(),
        "ndcg": ndcg_score([rows.won[u] * 1.0], [rows.score[u]]),
    }
    cuts = np.linspace(*scale, 11)
    band = np.clip(np.searchsorted(cuts, rows.raw[u], side="right") - 1, 0, 9)
    error = 0.0
    for place in range(10):
        here = band == place
        if here.any():
            rate = rows.won[u][here].mean()
            made[f"outcome_rate@{cuts[place]:.6g}-{cuts[place + 1]:.6g}"] = rate
            error += here.mean() * abs(rate - promise[here].mean())
    return {**made, "calibration_error": error, **of_tenths(rows, everyone)}


def of_tenths(rows: Rows, everyone: Rows) -> dict[str, float]:
    def middle(score: float) -> float:
        return float((everyone.score > score).sum() + (everyone.score == score).sum() / 2)

    tenth = np.array([min(int(middle(one) * 10 / len(everyone.score)), 9) for one in rows.score])
    made = {}
    for place in range(10):
        here = (tenth == place) & rows.usable
        if here.any():
            made[f"tenth_outcome_rate@{place + 1}"] = rows.won[here].mean()
    return made


def of_queue(rows: Rows, everyone: Rows, queue: int) -> dict[str, float]:
    order = np.sort(-everyone.score)
    weight = 1 / np.log2(np.arange(len(order)) + 2)
    attention = {one: weight[order == one].mean() for one in np.unique(order)}
    mine = np.array([attention[-one] for one in rows.score])
    u, usable = rows.usable, everyone.usable
    exposure = mine.mean() / weight.mean()
    made = {
        "exposure": exposure,
        "exposure_per_merit": exposure / (rows.won[u].mean() / everyone.won[usable].mean()),
        "converting_exposure": mine[u & rows.won].mean() / weight.mean(),
    }
    n = len(order)
    for name, length in (
        ("queue", queue),
        ("tenth", -(-n // 10)),
        ("selected", int(everyone.selected.sum())),
    ):
        bar = -order[length - 1]
        part = (length - (everyone.score > bar).sum()) / (everyone.score == bar).sum()
        first = (rows.score > bar).sum() + part * (rows.score == bar).sum()
        made[f"queue_rate@{name}"] = first / len(rows.score)
        made[f"queue_share@{name}"] = first / length
        made[f"skew@{name}"] = math.log(first / length / (len(rows.score) / n)) if first else math.nan
    return made


def of_others(everyone: Rows, own: np.ndarray) -> dict[str, float]:
    def above(one: np.ndarray, other: np.ndarray) -> float:
        good = everyone.score[one & everyone.usable & everyone.won]
        bad = everyone.score[other & everyone.usable & ~everyone.won]
        return float(np.mean([(p > q) + (p == q) / 2 for p in good for q in bad]))

    u = everyone.usable
    weight = own[u] + own[u].mean()
    pinned = roc_auc_score(everyone.won[u], everyone.score[u], sample_weight=weight)
    if own.all():
        return {"pinned_auc": pinned}
    return {"bnsp_auc": above(own, ~own), "bpsn_auc": above(~own, own), "pinned_auc": pinned}


SCALES = {
    "percent": ((0.0, 100.0), 60.0, lambda share: np.round(share * 20) * 5),
    "probability": ((0.0, 1.0), 0.6, lambda share: np.round(share * 40) / 40),
    "negative": ((-700.0, 300.0), -100.0, lambda share: np.round(share * 1000) - 700),
    "huge": ((-1e60, 3e60), 1.4e60, lambda share: (np.round(share * 12) / 3 - 1) * 1e60),
}


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("name", SCALES)
def test_every_metric_equals_its_definition_on_raw_rows(name, sign):
    """Unknown outcomes, leads nobody worked, ties, and scores of which less is better."""
    scale, threshold, score_of = SCALES[name]
    random, n = np.random.default_rng(len(name)), 420
    share = random.beta(2, 2, n)
    share[:2] = 0.0, 1.0
    raw = score_of(share)
    won = random.random(n) < 0.2 + 0.5 * (share if sign > 0 else 1 - share)
    known, worked = random.random(n) < 0.9, random.random(n) < 0.8
    group = random.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1])
    everyone = Rows(
        score=sign * raw,
        raw=raw,
        selected=sign * raw >= sign * threshold,
        won=won,
        known=known,
        worked=worked,
    )
    leads = {
        "attribute:g": pa.array(group),
        "score": raw,
        "outcome": pa.array(np.where(known, won, None).tolist(), pa.bool_()),
        "worked": worked,
    }
    by = stream(
        "g", worked="worked", queue=37, threshold=threshold, higher_is_better=sign > 0, score_range=scale
    )
    ours = found(cube(leads, by), by)
    checked = set()
    for key in ((), ("a",), ("b",), ("c",)):
        own = group == key[0] if key else np.ones(n, dtype=bool)
        rows = everyone.of(own)
        wanted = {
            **of_decisions(rows, everyone),
            **of_scores(rows, everyone, scale, sign),
            **of_queue(rows, everyone, 37),
            **of_others(everyone, own),
        }
        told = {metric: one for (g, metric), one in ours.items() if g == key}
        for what, one in told.items():
            if what in wanted and not math.isnan(wanted[what]):
                assert one.value == pytest.approx(wanted[what], rel=1e-9, abs=1e-11), (key, what)
                checked.add(metric(what).id)
            elif what not in wanted and metric(what).id not in ELSEWHERE:
                assert one.value is None, (key, what)
                assert one.undefined, (key, what)
    everything = {metric(what).id for _, what in ours}
    assert everything - checked == ELSEWHERE
