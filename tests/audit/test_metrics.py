"""Estimates of every group: against other libraries, on real data, at the edges, and their laws."""

from __future__ import annotations

import csv
import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from fairlearn.metrics import (
    MetricFrame,
    count,
    false_negative_rate,
    false_positive_rate,
    mean_prediction,
    selection_rate,
    true_negative_rate,
    true_positive_rate,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    precision_score,
    roc_auc_score,
)

from audit.disparity import compare
from audit.metrics import METRICS, estimates, metric
from audit.metrics.calibration import band_names
from tests.audit.tables import cube, found, random_leads, stream

PEERS = {
    "count": count,
    "selection_rate": selection_rate,
    "true_positive_rate": true_positive_rate,
    "false_positive_rate": false_positive_rate,
    "true_negative_rate": true_negative_rate,
    "false_negative_rate": false_negative_rate,
    "precision": precision_score,
    "accuracy": accuracy_score,
    "balanced_accuracy": balanced_accuracy_score,
    "f1": f1_score,
}


def frame(leads: dict[str, object]) -> tuple[pd.DataFrame, list[str]]:
    data = pd.DataFrame({name: np.asarray(values) for name, values in leads.items()})
    data["selected"] = data["score"] >= 50
    return data, [name for name in leads if name.startswith("attribute:")]


@pytest.mark.parametrize("seed", range(5))
def test_rates_and_differences_equal_fairlearn(seed):
    leads = random_leads(seed, 900)
    leads["attribute:h"] = pa.array(np.random.default_rng(seed + 99).choice(["x", "y"], 900))
    data, names = frame(leads)
    by = stream("g", "h")
    ours = found(cube(leads, by), by)
    for columns in ([names[0]], [names[1]], names):
        theirs = MetricFrame(
            metrics=PEERS,
            y_true=data["outcome"],
            y_pred=data["selected"],
            sensitive_features=data[columns],
        )
        for name, column in theirs.by_group.items():
            for group, value in column.items():
                key = group if isinstance(group, tuple) else (group,)
                assert ours[key, name].value == pytest.approx(value, abs=1e-12)
    scores = MetricFrame(
        metrics=mean_prediction,
        y_true=data["outcome"],
        y_pred=data["score"],
        sensitive_features=data[names[0]],
    )
    for group, value in scores.by_group.items():
        assert ours[(group,), "mean_score"].value == pytest.approx(value)
        assert ours[(), "mean_score"].value == pytest.approx(scores.overall)


@pytest.mark.parametrize("seed", range(3))
def test_gaps_equal_fairlearn_against_the_same_reference(seed):
    leads = random_leads(seed, 600)
    data, names = frame(leads)
    by = stream("g", reference="g1")
    theirs = MetricFrame(
        metrics=PEERS, y_true=data["outcome"], y_pred=data["selected"], sensitive_features=data[names[0]]
    ).by_group
    checked = 0
    for d in compare(cube(leads, by), by, 0):
        if d.metric in PEERS:
            group, base = theirs.loc[d.group[0], d.metric], theirs.loc["g1", d.metric]
            assert d.value == pytest.approx(group - base if d.kind == "difference" else group / base)
            checked += 1
    assert checked >= 3 * len(PEERS)


@given(st.integers(0, 10_000), st.integers(2, 9), st.booleans())
@settings(max_examples=25, deadline=None)
def test_auc_equals_scikit_learn_with_ties(seed, levels, higher):
    leads = random_leads(seed, 300, groups=2, levels=levels)
    data, _ = frame(leads)
    by = stream("g", higher_is_better=higher)
    ours = found(cube(leads, by), by)
    for group, part in data.groupby("attribute:g"):
        ranked = part["score"] if higher else -part["score"]
        estimate = ours[(group,), "auc"]
        assert estimate.value == pytest.approx(roc_auc_score(part["outcome"], ranked), abs=1e-12)
        assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_delong_variance_equals_the_placement_values_spelled_out():
    leads = random_leads(3, 400, groups=1)
    data, _ = frame(leads)
    up, down = (data.loc[data["outcome"] == side, "score"].to_numpy() for side in (True, False))
    wins = (up[:, None] > down[None, :]) + 0.5 * (up[:, None] == down[None, :])
    variance = wins.mean(1).var(ddof=1) / len(up) + wins.mean(0).var(ddof=1) / len(down)
    value = wins.mean()
    half = stats.norm.ppf(0.975) * np.sqrt(variance) / (value * (1 - value))
    logit = np.log(value / (1 - value))
    ours = found(cube(leads, stream("g")), stream("g"))[("g0",), "auc"]
    expected = [1 / (1 + np.exp(-end)) for end in (logit - half, logit + half)]
    assert (ours.low, ours.high) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(("offset", "spread"), [(1e7, 5.0), (1e6, 0.5), (-1e9, 40.0)])
def test_a_small_spread_far_from_zero_is_still_a_spread(offset, spread):
    scores = offset + np.random.default_rng(3).normal(size=600) * spread
    leads = {"attribute:g": pa.array(["a"] * 600), "score": scores}
    low, high = stats.t.interval(0.95, 599, scores.mean(), stats.sem(scores))
    by = stream("g", threshold=offset)
    ours = found(cube(leads, by), by)[("a",), "mean_score"]
    assert (ours.low - offset, ours.high - offset) == pytest.approx((low - offset, high - offset), rel=1e-3)


def test_mean_interval_is_students():
    leads = random_leads(4, 80, groups=1)
    scores = np.asarray(leads["score"])
    low, high = stats.t.interval(0.9, 79, scores.mean(), stats.sem(scores))
    by = stream("g", confidence=0.9)
    ours = found(cube(leads, by), by)[("g0",), "mean_score"]
    assert (ours.low, ours.high) == pytest.approx((low, high))


@pytest.mark.data
def test_base_rates_of_the_bank(data_dir):
    with gzip.open(data_dir / "bank_marketing" / "bank-full.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    ages = ["<25" if a < 25 else "25-59" if a < 60 else "60+" for a in (int(r["age"]) for r in rows)]
    table = {
        "attribute:marital": pa.array([r["marital"] for r in rows]),
        "attribute:job": pa.array([r["job"] for r in rows]),
        "attribute:age": pa.array(ages),
        "outcome": [r["y"] == "yes" for r in rows],
    }
    by = stream("marital", "job", "age", score=None, threshold=None)
    ours = found(cube(table, by), by)
    published = {
        (): (45_211, "0.116985"),
        ("<25",): (809, "0.255871"),
        ("25-59",): (42_618, "0.105167"),
        ("60+",): (1_784, "0.336323"),
        ("single",): (12_790, "0.149492"),
        ("divorced",): (5_207, "0.119455"),
        ("married",): (27_214, "0.101235"),
        ("student",): (938, "0.286780"),
        ("retired",): (2_264, "0.227915"),
        ("management",): (9_458, "0.137556"),
        ("blue-collar",): (9_732, "0.072750"),
    }
    for group, (n, digits) in published.items():
        estimate = ours[group, "base_rate"]
        assert (estimate.n, f"{estimate.value:.6f}") == (n, digits)
    assert {m for _, m in ours} == {"count", "group_share", "outcome_coverage", "base_rate"}


def test_only_known_outcomes_of_worked_leads_count_for_outcome_metrics():
    table = {
        "attribute:g": ["a"] * 6,
        "score": [90.0, 90.0, 10.0, 90.0, 10.0, 90.0],
        "outcome": pa.array([True, False, True, None, True, False]),
        "worked": pa.array([True, True, True, True, False, None]),
    }
    by = stream("g", worked="worked")
    ours = found(cube(table, by), by)
    assert ours[("a",), "selection_rate"].n == 6
    assert ours[("a",), "base_rate"].n == 3
    assert ours[("a",), "true_positive_rate"].value == 0.5
    assert ours[("a",), "false_positive_rate"].value == 1.0
    assert ours[("a",), "accuracy"].n == 3


def test_what_cannot_be_computed_has_a_reason():
    table = {
        "attribute:g": ["young", "young", "lost", "won", "idle"],
        "score": [90.0, 10.0, 10.0, 90.0, 90.0],
        "outcome": pa.array([None, None, False, True, True]),
        "worked": pa.array([True, True, True, True, False]),
    }
    by = stream("g", worked="worked")
    ours = found(cube(table, by), by)
    reasons = {
        (("young",), "base_rate"): "no worked lead of this group has a known outcome",
        (("idle",), "precision"): "no worked lead of this group has a known outcome",
        (("young",), "auc"): "no worked lead of this group has a known outcome",
        (("young",), "calibration_error"): "no worked lead of this group has a known outcome",
        (("lost",), "true_positive_rate"): "no lead of this group has a positive outcome",
        (("lost",), "precision"): "no lead of this group with a known outcome is selected",
        (("lost",), "auc"): "no lead of this group has a positive outcome",
        (("lost",), "balanced_accuracy"): "no lead of this group has a positive outcome",
        (("won",), "true_negative_rate"): "no lead of this group has a negative outcome",
        (
            ("won",),
            "outcome_rate@0-10",
        ): "no lead of this group with a known outcome has a score in this band",
    }
    for key, reason in reasons.items():
        estimate = ours[key]
        assert estimate.undefined == reason
        assert (estimate.value, estimate.low, estimate.high) == (None, None, None)


def test_perfect_and_tiny_groups_stay_uncertain():
    by = stream("g")
    table = {
        "attribute:g": ["a"] * 4,
        "score": [10.0, 20.0, 80.0, 90.0],
        "outcome": [False, False, True, True],
    }
    ours = found(cube(table, by), by)
    assert (ours[("a",), "auc"].value, ours[("a",), "auc"].high) == (1.0, 1.0)
    assert ours[("a",), "auc"].low < 0.5
    alone = found(cube({"attribute:g": ["a"], "score": [70.0]}, by), by)
    assert alone[("a",), "mean_score"].value == 70
    assert (alone[("a",), "mean_score"].low, alone[("a",), "mean_score"].high) == (0, 100)


def test_an_empty_table_has_no_group_and_no_number():
    by = stream("g")
    empty = {"attribute:g": pa.array([], pa.string()), "score": pa.array([], pa.float64())}
    ours = found(cube({**empty, "outcome": pa.array([], pa.bool_())}, by), by)
    assert {group for group, _ in ours} == {()}
    assert ours[(), "count"].value == 0
    assert ours[(), "selection_rate"].undefined == "no lead of this group has a decision"
    assert compare(cube(empty, by), by, 0) == ()


def test_bands_follow_the_scale_of_the_score():
    assert band_names((0.0, 1.0))[:2] == ("outcome_rate@0-0.1", "outcome_rate@0.1-0.2")
    assert band_names((0.0, 100.0))[-1] == "outcome_rate@90-100"
    assert band_names((1e9, 1e9 + 1))[0] == "outcome_rate@1000000000-1000000000.1"
    assert band_names((5.0, 5.0)) == ("outcome_rate@5-5",)
    by = stream("g")
    table = {
        "attribute:g": ["a"] * 4,
        "score": [0.0, 9.99, 10.0, 100.0],
        "outcome": [True, False, True, True],
    }
    ours = found(cube(table, by), by)
    assert [ours[(), f"outcome_rate@{band}"].n for band in ("0-10", "10-20", "90-100")] == [2, 1, 1]


def test_calibration_error_is_small_for_a_calibrated_score_and_the_gap_for_a_shifted_one():
    rng = np.random.default_rng(5)
    score = rng.random(20_000)
    table = {"attribute:g": ["a"] * 20_000, "score": score, "outcome": rng.random(20_000) < score}
    by = stream("g", threshold=0.5)
    ours = found(cube(table, by), by)[(), "calibration_error"]
    assert ours.value < 0.02
    assert ours.low == 0
    table["outcome"] = rng.random(20_000) < score * 0.8
    shifted = found(cube(table, by), by)[(), "calibration_error"]
    assert shifted.low < 0.1 < shifted.high
    assert shifted.high - shifted.low < 0.03


def test_the_seed_decides_the_bootstrap_and_nothing_else():
    by = stream("g")
    leads = cube(random_leads(8, 500), by)
    assert estimates(leads, by, 3) == estimates(leads, by, 3)
    changed = {
        a.metric for a, b in zip(estimates(leads, by, 3), estimates(leads, by, 4), strict=True) if a != b
    }
    assert changed == {"calibration_error"}


def of_places(name: str) -> bool:
    """Whether a metric depends on how long the queue is, so that twice the leads are another queue."""
    return name in {"exposure", "exposure_per_merit", "converting_exposure", "ndcg"} or "@tenth" in name


@given(st.integers(0, 1000), st.integers(2, 3))
@settings(max_examples=10, deadline=None)
def test_weights_are_duplicates_and_names_do_not_matter(seed, times):
    by = stream("g")
    leads = random_leads(seed, 60)
    once = found(cube(leads, by), by)
    renamed = dict(
        leads, **{"attribute:g": pa.array([f"z{9 - int(str(g)[1])}" for g in leads["attribute:g"]])}
    )
    other = found(cube(renamed, by), by)
    many = found(cube({k: np.repeat(np.asarray(v), times) for k, v in leads.items()}, by), by)
    for (group, name), estimate in once.items():
        if name != "calibration_error":
            twin = tuple(f"z{9 - int(g[1])}" for g in group)
            assert other[twin, name].value == pytest.approx(estimate.value)
        assert many[group, name].n == times * estimate.n
        # Whether a score tells anything that a slope could be measured against is surer with more leads.
        unsure = name.startswith("calibration_") and estimate.value is None
        if name != "count" and not of_places(name) and not unsure:
            assert many[group, name].value == pytest.approx(estimate.value)


def test_chouldechovas_identity_holds():
    by = stream("g")
    ours = found(cube(random_leads(2, 2000), by), by)
    for group in ("g0", "g1", "g2", "g3"):
        p, fnr, ppv, fpr = (
            ours[(group,), m].value
            for m in ("base_rate", "false_negative_rate", "precision", "false_positive_rate")
        )
        assert fpr == pytest.approx(p / (1 - p) * (1 - ppv) / ppv * (1 - fnr))


def test_every_metric_is_documented_and_listed_in_the_order_of_the_registry():
    by = stream("g", "h")
    leads = random_leads(2, 400)
    leads["attribute:h"] = pa.array(["x", "y"] * 200)
    leads["worked"] = pa.array([True, True, False, None] * 100)
    seen = [metric(e.metric).id for e in estimates(cube(leads, by), by, 0) if not e.attribute]
    elsewhere = {"conditional", "distance", "span", "labels", "relative", "roc", "together"}
    elsewhere = {
        *("conditional", "distance", "span", "labels", "relative", "roc", "together"),
        *("option", "treatment", "equal_score"),
    }
    compared_only = {m.id for m in METRICS.values() if m.kind in elsewhere}
    assert set(seen) == set(METRICS) - compared_only
    assert seen == sorted(seen, key=list(METRICS).index)
    for m in METRICS.values():
        assert m.definition
        assert m.sign
        assert m.source
        assert m.aliases or m.chapter == "composition" or m.kind in elsewhere


def test_shares_and_coverage_are_counted_over_the_right_leads():
    by = stream("g", worked="worked")
    leads = {
        "attribute:g": pa.array(["a"] * 6 + ["b"] * 4),
        "score": np.array([90, 90, 10, 10, 10, 10, 90, 10, 10, 10], dtype=float),
        "outcome": pa.array([True, False, None, True, False, None, True, True, False, None]),
        "worked": pa.array([True, True, True, False, None, True, True, None, None, None]),
    }
    ours = found(cube(leads, by), by)
    expected = {
        "group_share": (0.6, 10),
        "selected_share": (2 / 3, 3),
        "outcome_coverage": (2 / 6, 6),
        "contact_rate": (4 / 5, 5),
    }
    for name, (value, n) in expected.items():
        assert (ours[("a",), name].value, ours[("a",), name].n) == (pytest.approx(value), n)
    assert ours[(), "group_share"].value == 1


def test_thousands_of_groups_are_fine():
    rng = np.random.default_rng(0)
    table = {
        "attribute:g": pa.array(rng.integers(0, 3000, 30_000).astype(str)),
        "score": rng.integers(0, 101, 30_000).astype(float),
        "outcome": rng.random(30_000) < 0.3,
    }
    by = stream("g")
    assert len({group for group, _ in found(cube(table, by), by)}) == 3001
