"""Distances of scores: against scipy, their laws, and what they conclude of equal and unequal groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audit.disparity import Disparity, compare
from audit.grouping import grouping
from audit.schema import Stream
from tests.audit.tables import cube, random_leads, stream

METRICS = ("score_gap_widest", "score_gap_area")


def distances(leads: dict[str, object], by: Stream) -> dict[tuple[str, str], Disparity]:
    return {
        (one.group[0], one.metric): one for one in compare(cube(leads, by), by, 0) if one.metric in METRICS
    }


@given(st.integers(0, 10_000), st.integers(2, 40))
@settings(max_examples=25, deadline=None)
def test_they_equal_scipy(seed, levels):
    leads = random_leads(seed, 400, groups=3, levels=levels)
    by = stream("g", reference="g0", outcome=None)
    groups = np.asarray([str(one) for one in leads["attribute:g"]])
    score = np.asarray(leads["score"])
    for (group, metric), one in distances(leads, by).items():
        mine, theirs = score[groups == group], score[groups == "g0"]
        expected = {
            "score_gap_widest": stats.ks_2samp(mine, theirs, method="asymp").statistic,
            "score_gap_area": stats.wasserstein_distance(mine, theirs),
        }[metric]
        assert one.value == pytest.approx(expected, abs=1e-9)
        assert 0 <= one.low <= one.value <= one.high
        assert one.p == pytest.approx(stats.ks_2samp(mine, theirs, method="asymp").pvalue, abs=0.05)


@given(st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_they_are_symmetric_and_do_not_mind_the_direction(seed):
    leads = random_leads(seed, 300, groups=2)
    one = distances(leads, stream("g", reference="g0", outcome=None))
    other = distances(leads, stream("g", reference="g1", outcome=None, higher_is_better=False))
    for metric in METRICS:
        assert one["g1", metric].value == pytest.approx(other["g0", metric].value)
        assert one["g1", metric].low == pytest.approx(other["g0", metric].low)


def test_equal_groups_are_rarely_called_apart_and_the_distance_is_covered():
    random = np.random.default_rng(6)
    runs, n = 400, 150
    names = np.repeat([f"r{run:03}" for run in range(runs)], n)
    leads = {
        "attribute:g": pa.array(np.concatenate([names, ["base"] * 50_000])).dictionary_encode(),
        "score": np.round(random.beta(2, 3, runs * n + 50_000) * 100),
    }
    by = stream("g", reference="base", outcome=None, score_range=(0.0, 100.0))
    found = distances(leads, by)
    for metric in METRICS:
        ones = [one for (_, name), one in found.items() if name == metric]
        assert len(ones) == runs
        assert np.mean([one.low == 0 for one in ones]) >= 0.95
        assert not [one for one in ones if one.verdict == "fail"]


def test_a_distance_that_is_there_is_found_and_leads_to_no_finding_of_its_own():
    random = np.random.default_rng(7)
    spread = np.where(np.arange(8_000) % 2, 25.0, 5.0)
    score = np.clip(50 + random.normal(size=8_000) * spread, 0, 100)
    leads = {"attribute:g": pa.array(["a", "b"] * 4_000).dictionary_encode(), "score": score}
    by = stream("g", reference="a", outcome=None, score_range=(0.0, 100.0))
    found = distances(leads, by)
    assert {one.verdict for one in found.values()} == {"fail"}
    assert found["b", "score_gap_area"].value == pytest.approx(20 * np.sqrt(2 / np.pi), abs=1.0)


def test_very_many_scores_and_groups_are_counted_in_steps(monkeypatch):
    leads = random_leads(1, 4_000, groups=4, levels=1_001)
    by = replace(stream("g", reference="g0"), outcome=None)
    exact = distances(leads, by)
    monkeypatch.setattr("audit.disparity.distance._ROWS_AT_ONCE", 800)
    for key, one in distances(leads, by).items():
        assert one.value == pytest.approx(exact[key].value, abs=0.01 if key[1] == METRICS[0] else 0.6)


def test_a_group_without_a_score_says_so():
    leads = {
        "attribute:g": pa.array(["a"] * 40 + ["b"] * 40).dictionary_encode(),
        "score": np.where(np.arange(80) < 40, 50.0, np.nan),
    }
    by = stream("g", reference="a", outcome=None)
    assert len(grouping(cube(leads, by), ("g",)).groups) == 2
    for one in distances(leads, by).values():
        assert (one.value, one.undefined) == (None, "no lead of this group has a score")
