"""Metrics of the four cells: other libraries, published numbers, identities, coverage."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import class_likelihood_ratios, cohen_kappa_score, jaccard_score, matthews_corrcoef

from audit.grouping import grouping
from audit.metrics.cells import FUNCTIONS, _interval, cell_measures
from audit.metrics.confusion import counts
from audit.registry import METRICS
from audit.tally import count
from tests.audit.tables import compas, cube, found, random_leads, stream

RUNS = 3_000


def table(tp: int, fp: int, fn: int, tn: int, name: str = "a") -> dict[str, object]:
    cells = ((True, True, tp), (True, False, fp), (False, True, fn), (False, False, tn))
    selected = [chosen for chosen, _, n in cells for _ in range(n)]
    outcome = [won for _, won, n in cells for _ in range(n)]
    return {
        "attribute:g": pa.array([name] * len(selected)),
        "selected": pa.array(selected, pa.bool_()),
        "outcome": pa.array(outcome, pa.bool_()),
    }


def ours(*cells: int):
    by = stream("g", score=None, threshold=None, decision="d")
    return {name: one for (group, name), one in found(cube(table(*cells), by), by).items() if group == ("a",)}


@pytest.mark.parametrize("seed", range(4))
def test_they_equal_scikit_learn(seed):
    leads = random_leads(seed, 500)
    by = stream("g")
    estimates = found(cube(leads, by), by)
    groups = np.asarray([str(one) for one in leads["attribute:g"]])
    for name in np.unique(groups):
        won = np.asarray(leads["outcome"])[groups == name]
        selected = (np.asarray(leads["score"]) >= 50)[groups == name]
        positive, negative = class_likelihood_ratios(won, selected)
        expected = {
            "matthews_correlation": matthews_corrcoef(won, selected),
            "cohen_kappa": cohen_kappa_score(won, selected),
            "threat_score": jaccard_score(won, selected),
            "error_rate": (won != selected).mean(),
            "positive_likelihood_ratio": positive,
            "negative_likelihood_ratio": negative,
        }
        for metric, value in expected.items():
            assert estimates[(name,), metric].value == pytest.approx(value, abs=1e-12)


cell = st.integers(1, 400)


@given(cell, cell, cell, cell)
@settings(max_examples=60, deadline=None)
def test_their_identities_hold(tp, fp, fn, tn):
    v = {name: one.value for name, one in ours(tp, fp, fn, tn).items()}
    assert v["informedness"] == pytest.approx(2 * v["balanced_accuracy"] - 1)
    product = v["informedness"] * v["markedness"]
    assert v["matthews_correlation"] ** 2 == pytest.approx(product, abs=1e-12)
    assert v["fowlkes_mallows"] ** 2 == pytest.approx(v["precision"] * v["true_positive_rate"])
    assert v["geometric_mean"] ** 2 == pytest.approx(v["true_positive_rate"] * v["true_negative_rate"])
    ratio = v["positive_likelihood_ratio"] / v["negative_likelihood_ratio"]
    assert v["diagnostic_odds_ratio"] == pytest.approx(ratio)
    assert v["lift"] == pytest.approx(v["precision"] / ((tp + fn) / (tp + fp + fn + tn)))
    assert v["f1"] == pytest.approx(2 * v["threat_score"] / (1 + v["threat_score"]))
    assert v["error_rate"] == pytest.approx(1 - v["accuracy"])
    assert v["coefficient_of_variation"] ** 2 == pytest.approx(2 * v["generalized_entropy"], abs=1e-12)


@given(st.lists(st.integers(0, 60), min_size=4, max_size=4))
@settings(max_examples=80, deadline=None)
def test_every_value_lies_in_its_interval_or_says_why_there_is_none(cells):
    assume(sum(cells) > 0)
    for name, one in ours(*cells).items():
        if one.value is None:
            assert one.undefined
            assert one.low is one.high is None
        else:
            assert all(math.isfinite(number) for number in (one.low, one.value, one.high))
            assert one.low <= one.value <= one.high, name


@given(st.lists(st.integers(0, 40), min_size=4, max_size=4), st.integers(2, 5))
@settings(max_examples=40, deadline=None)
def test_more_of_the_same_leads_narrow_every_interval(cells, times):
    assume(min(cells) > 1)
    once, many = ours(*cells), ours(*(one * times for one in cells))
    for name in FUNCTIONS:
        assert many[name].value == pytest.approx(once[name].value)
        assert many[name].high - many[name].low < once[name].high - once[name].low


@pytest.mark.parametrize(
    ("cells", "metric", "reason"),
    [
        ((0, 3, 0, 5), "matthews_correlation", "no lead of this group has a positive outcome"),
        ((3, 0, 5, 0), "informedness", "no lead of this group has a negative outcome"),
        ((0, 0, 4, 5), "markedness", "no lead of this group with a known outcome is selected"),
        ((4, 5, 0, 0), "conditional_rejection", "every lead of this group with a known outcome is selected"),
        ((4, 0, 2, 3), "treatment_ratio", "no lead of this group with a negative outcome is selected"),
        (
            (4, 1, 0, 3),
            "diagnostic_odds_ratio",
            "no lead of this group with a positive outcome is passed over",
        ),
        (
            (2, 3, 2, 0),
            "negative_likelihood_ratio",
            "every lead of this group with a negative outcome is selected",
        ),
        ((0, 0, 3, 0), "theil", "every lead of this group with a known outcome was wrongly passed over"),
    ],
)
def test_a_group_without_the_leads_it_takes_says_so(cells, metric, reason):
    assert ours(*cells)[metric].undefined == reason


@pytest.mark.data
def test_compas_gives_the_published_numbers(data_dir):
    """Clarify, AIF360 and OxonFair on African-American against Caucasian defendants."""
    raw = compas(data_dir)
    race = np.asarray(raw["attribute:race"].cast(pa.string()))
    both = raw.filter(pa.array(np.isin(race, ["African-American", "Caucasian"])))
    by = stream("race", reference="Caucasian", score=None, threshold=None, decision="score")
    whole = count(both.select(["attribute:race", "selected", "outcome"]), by, "arrow")
    by_race = found(whole, by)

    def difference(metric: str) -> float:
        return by_race[("African-American",), metric].value - by_race[("Caucasian",), metric].value

    assert difference("conditional_acceptance") == pytest.approx(-0.256723, abs=1e-6)
    assert difference("conditional_rejection") == pytest.approx(0.249369, abs=1e-6)
    assert difference("treatment_ratio") == pytest.approx(-0.660047, abs=1e-6)
    everybody = {name: one.value for (group, name), one in by_race.items() if not group}
    assert everybody["generalized_entropy"] == pytest.approx(0.165435, abs=1e-6)
    assert everybody["theil"] == pytest.approx(0.227649, abs=1e-6)
    assert everybody["coefficient_of_variation"] == pytest.approx(0.575213, abs=1e-6)


@pytest.mark.parametrize("shares", [(0.15, 0.15, 0.1, 0.6), (0.05, 0.25, 0.05, 0.65), (0.3, 0.1, 0.1, 0.5)])
@pytest.mark.parametrize(("n", "least"), [(20, 0.93), (100, 0.935), (400, 0.94)])
def test_their_intervals_cover_the_truth(shares, n, least):
    drawn = np.random.default_rng(n).multinomial(n, shares, RUNS)
    part = grouping(_cube_of(drawn), ("g",))
    measures = {one.metric: one for one in cell_measures(counts(part), part, 0.95)}
    assert set(measures) == set(FUNCTIONS)
    for name, one in measures.items():
        truth = FUNCTIONS[name].function(*(np.array([share]) for share in shares))[0]
        inside = (one.low <= truth) & (truth <= one.high)
        assert inside[one.defined].mean() >= least, name
        if n == 400:
            assert inside[one.defined].mean() <= 0.97, name


def _cube_of(drawn):
    """A cube with one group for each draw of the four cells."""
    runs = len(drawn)
    selected = np.tile([True, True, False, False], runs)
    outcome = np.tile([True, False, True, False], runs)
    names = np.repeat([f"r{run:05}" for run in range(runs)], 4)
    times = drawn.ravel()
    leads = {
        "attribute:g": pa.array(np.repeat(names, times)).dictionary_encode(),
        "selected": pa.array(np.repeat(selected, times)),
        "outcome": pa.array(np.repeat(outcome, times)),
    }
    from audit.tally import arrow
    from audit.tally.columns import counted_columns

    whole = pa.table(leads)
    return arrow.count(whole, counted_columns(whole), ())


def test_every_function_is_registered_and_every_registered_one_has_a_function():
    assert [one.id for one in METRICS.values() if one.kind == "cells"] == list(FUNCTIONS)


@pytest.mark.parametrize("cells", [(3_000_000, 0, 0, 2), (5, 0, 40_000_000, 1), (1, 900_000_000, 1, 1)])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_empty_cell_among_millions_still_has_an_interval(name, cells):
    with np.errstate(all="ignore"):
        low, high = _interval(FUNCTIONS[name], np.array([cells], dtype=float), 0.95)
    assert np.isfinite([low, high]).all()
    assert low < high
