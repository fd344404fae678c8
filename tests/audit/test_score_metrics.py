"""Metrics of the score: against scikit-learn, numpy and published numbers, their laws, their coverage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss

from audit.disparity import compare
from audit.grouping import grouping
from audit.metrics.score_outcome import average_precision
from audit.tally import arrow, count
from audit.tally.columns import counted_columns
from tests.audit.tables import cube, found, random_leads, stream


def by_group(leads: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame({name: np.asarray(values) for name, values in leads.items()})


@given(st.integers(0, 10_000), st.integers(2, 15), st.booleans())
@settings(max_examples=25, deadline=None)
def test_they_equal_scikit_learn_and_numpy(seed, levels, higher):
    leads = random_leads(seed, 300, groups=3, levels=levels)
    by = stream("g", higher_is_better=higher, score_range=(0.0, 100.0))
    ours = found(cube(leads, by), by)
    median = np.median(np.asarray(leads["score"]))
    for group, part in by_group(leads).groupby("attribute:g"):
        score, won = part["score"].to_numpy(), part["outcome"].to_numpy()
        share = np.minimum(score, 100) / 100  # twelve levels end a rounding above 100
        promise = share if higher else 1 - share
        expected = {
            "average_precision": average_precision_score(won, promise),
            "brier": brier_score_loss(won, promise),
            "score_outcome_gap": promise.mean() - won.mean(),
            "scoring_rate": (score > median if higher else score < median).mean(),
            "score_quantile@25": np.quantile(score, 0.25, method="inverted_cdf"),
            "score_quantile@50": np.quantile(score, 0.5, method="inverted_cdf"),
            "score_quantile@75": np.quantile(score, 0.75, method="inverted_cdf"),
        }
        for name, value in expected.items():
            one = ours[(group,), name]
            assert one.value == pytest.approx(value, abs=1e-12), name
            assert one.low <= one.value <= one.high, name


def test_scores_that_only_rounding_tells_apart_are_equal():
    scores = np.array([0.1, 0.1, 0.1, 0.2, 0.3, 0.3, 0.3])
    leads = {"attribute:g": pa.array(["a", "a", "a", "a", "b", "b", "b"]), "score": scores}
    by = stream("g", threshold=0.2)
    ours = found(cube(leads, by), by)
    assert [ours[(one,), "scoring_rate"].value for one in "ab"] == [0.0, 1.0]


def test_a_score_without_any_error_still_has_an_interval():
    won = np.arange(40) % 2 == 0
    leads = {"attribute:g": pa.array(["a"] * 40), "score": won * 100.0, "outcome": won}
    by = stream("g", score_range=(0.0, 100.0))
    ours = found(cube(leads, by), by)
    for name, value in (("brier", 0.0), ("score_outcome_gap", 0.0), ("average_precision", 1.0)):
        one = ours[("a",), name]
        assert one.value == pytest.approx(value)
        assert one.high - one.low > 0.05


def test_the_variance_of_average_precision_is_that_of_repeated_samples():
    random = np.random.default_rng(5)
    runs, n = 3_000, 200
    won = random.random((runs, n)) < 0.3
    score = np.clip(np.round(random.normal(size=(runs, n)) + 0.8 * won, 1), -3, 4)
    large = random.random(2_000_000) < 0.3
    truth = average_precision_score(
        large, np.clip(np.round(random.normal(size=large.size) + 0.8 * large, 1), -3, 4)
    )
    table = pa.table(
        {
            "attribute:g": pa.array(np.repeat([f"r{run:04}" for run in range(runs)], n)).dictionary_encode(),
            "score": score.ravel(),
            "outcome": won.ravel(),
        }
    )
    edges = tuple(np.unique(score).tolist())
    part = grouping(arrow.count(table, counted_columns(table), edges), ("g",))
    one = average_precision(part, 0.95, higher_is_better=True)
    assert np.mean(one.variance) == pytest.approx(np.var(one.value), rel=0.1)
    assert 0.93 <= np.mean((one.low <= truth) & (truth <= one.high)) <= 0.97


@pytest.mark.parametrize(("n", "least"), [(20, 0.92), (100, 0.935), (400, 0.935)])
def test_the_intervals_of_means_and_quantiles_cover_the_truth(n, least):
    random = np.random.default_rng(n)
    runs = 1_500
    score = np.round(random.beta(2, 4, (runs, n)), 3)
    won = random.random((runs, n)) < score * 0.8
    leads = {
        "attribute:g": pa.array(np.repeat([f"r{run:04}" for run in range(runs)], n)).dictionary_encode(),
        "score": score.ravel(),
        "outcome": won.ravel(),
    }
    by = stream("g", threshold=0.5, score_range=(0.0, 1.0))
    ours = found(count(pa.table(leads), by, "arrow"), by)
    wide = np.round(random.beta(2, 4, 4_000_000), 3)
    truth = {
        "score_outcome_gap": float((wide * 0.2).mean()),
        "brier": float((wide**2 - 2 * wide * wide * 0.8 + wide * 0.8).mean()),
        "score_quantile@50": float(np.quantile(wide, 0.5, method="inverted_cdf")),
        "score_quantile@25": float(np.quantile(wide, 0.25, method="inverted_cdf")),
    }
    for name, value in truth.items():
        inside = [
            one.low <= value <= one.high for (group, metric), one in ours.items() if metric == name and group
        ]
        assert len(inside) == runs
        assert np.mean(inside) >= least, name


def test_the_gap_of_a_quantile_is_measured_in_points_of_the_score():
    random = np.random.default_rng(2)
    group = random.random(4_000) < 0.5
    score = np.clip(50 - 20 * group + random.normal(size=4_000) * 10, 0, 100)
    leads = {"attribute:g": pa.array(np.where(group, "b", "a")).dictionary_encode(), "score": score}
    by = replace(stream("g", reference="a"), outcome=None, score_range=(0.0, 100.0))
    found_ = {(one.metric, one.kind): one for one in compare(cube(leads, by), by, 0)}
    one = found_["score_quantile@50", "difference"]
    assert one.value == pytest.approx(-20, abs=1.5)
    assert one.verdict == "fail"
    assert found_["scoring_rate", "ratio"].verdict == "fail"
