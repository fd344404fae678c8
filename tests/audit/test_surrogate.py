"""The imitation of the score: honest about how good it is, and silent where it is poor."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import r2_score, roc_auc_score

from audit.rows.examine import examine
from audit.rows.imitating.linear import ridge
from audit.rows.imitating.neutral import neutral_gaps, neutral_score
from audit.rows.imitating.usage import imitation, uses
from audit.rows.proxy import gap_pairs
from audit.rows.surrogate import surrogate
from tests.audit.fields import REGION, segregated, words


def missing_numbers(seed: int = 1, n: int = 3_000) -> pa.Table:
    """A score that goes by a word, a number and whether that number is missing."""
    random = np.random.default_rng(seed)
    size, word = random.normal(size=n), random.integers(0, 5, n)
    gone = random.random(n) < 0.3
    score = 5 * np.where(gone, 2, size) + 3 * (word == 2) + random.normal(size=n)
    return pa.table(
        {
            "attribute:region": words(random.integers(0, 2, n)),
            "feature:size": pa.array(np.where(gone, np.nan, size), mask=gone),
            "feature:word": words(word),
            "feature:idle": pa.array(random.normal(size=n)),
            "score": pa.array(score),
        }
    )


def without_signal(seed: int, n: int = 2_500) -> pa.Table:
    return segregated(seed, n).set_column(5, "score", pa.array(np.random.default_rng(seed).normal(size=n)))


@pytest.mark.parametrize("leads", [400, 4_000])
def test_fidelity_is_the_r_squared_by_scikit_learn_of_predictions_out_of_fold(leads):
    made = surrogate(segregated(n=leads), 0.95, seed=0)
    score = segregated(n=leads)["score"].to_numpy()[made.rows]
    assert made.fidelity.value == pytest.approx(r2_score(score, made.predicted))
    assert made.fidelity.low < made.fidelity.value < made.fidelity.high
    assert made.model == ("linear" if leads == 400 else "boosting")
    best = 1 - 16 / score.var()
    assert made.fidelity.value == pytest.approx(best, abs=0.15 if leads == 400 else 0.07)


def test_fidelity_of_decisions_is_an_auc_by_fold():
    table = segregated()
    chosen = pa.array(table["score"].to_numpy() > 55)
    made = surrogate(table.drop_columns(["score"]).append_column("selected", chosen), 0.95, seed=0)
    fold = made.data.fold
    each = [roc_auc_score(made.data.score[fold == k], made.predicted[fold == k]) for k in range(5)]
    assert (made.fidelity.measure, made.fidelity.value) == ("auc", pytest.approx(np.mean(each)))
    assert -0.2 < made.predicted.min() < made.predicted.max() < 1.2
    assert made.fidelity.faithful


def test_ordered_levels_are_imitated_by_their_places():
    """Four places have no AUC: told as one, its variance could be below zero."""
    table = missing_numbers()
    place = np.digitize(table["score"].to_numpy(), np.quantile(table["score"].to_numpy(), [0.25, 0.5, 0.75]))
    level = pa.DictionaryArray.from_arrays(
        place.astype(np.int32), ["no", "small", "large", "all"], ordered=True
    )
    made = surrogate(table.drop_columns("score").append_column("option", level), 0.95, 0)
    assert made is not None
    assert made.fidelity.measure == "r2"
    assert made.fidelity.value == pytest.approx(r2_score(place[made.rows], made.predicted))
    assert made.fidelity.low < made.fidelity.value < made.fidelity.high


def test_words_and_missing_numbers_are_understood():
    made = surrogate(missing_numbers(), 0.95, seed=0)
    assert made.fidelity.value > 0.9
    used = uses(made, 0)
    assert [one.feature for one in used] == ["size", "word", "idle"]
    assert used[1].low > 0
    assert abs(used[2].importance) < 0.01


def test_the_used_fields_are_named_and_those_that_go_together():
    used = {one.feature: one for one in uses(surrogate(segregated(), 0.95, seed=0), 0)}
    assert used["used"].low > 0.3
    assert used["zip"].low > 0.3
    assert used["state"].importance < 0.03
    assert used["zip"].goes_with == ("state",)
    assert used["used"].goes_with == ()


@pytest.mark.parametrize("leads", [300, 2_500])
def test_a_poor_imitation_says_nothing(leads):
    for seed in range(4):
        table = without_signal(seed, leads)
        told = examine(table, REGION, gap_pairs(table, REGION), seed)
        assert told.imitation.fidelity < 0.1
        assert not told.imitation.faithful
        assert told.imitation.uses == ()
        assert told.neutral_gaps == ()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    first, again, other = (surrogate(segregated(), 0.95, seed) for seed in (1, 1, 2))
    assert first.predicted.tobytes() == again.predicted.tobytes()
    assert imitation(first, 1) == imitation(again, 1)
    assert imitation(first, 1) != imitation(other, 2)


def test_there_is_nothing_to_learn_from_few_leads_no_field_or_one_score():
    assert surrogate(segregated(n=99), 0.95, 0) is None
    assert surrogate(segregated().select(["attribute:region", "score"]), 0.95, 0) is None
    flat = segregated().set_column(5, "score", pa.array(np.full(4_000, 0.1) * 3))
    assert surrogate(flat, 0.95, 0) is None


@pytest.mark.parametrize("leads", [400, 2_500])
def test_scores_and_numbers_of_any_size_are_learned(leads):
    table = segregated(n=leads)
    large = table.set_column(5, "score", pa.array(table["score"].to_numpy() * 1e60))
    large = large.set_column(4, "feature:used", pa.array(table["feature:used"].to_numpy() * 1e300))
    assert surrogate(large, 0.95, 0).fidelity.value > 0.5


@pytest.mark.parametrize("leads", [150, 2_200])
def test_columns_that_are_empty_constant_or_full_of_gaps_do_no_harm(leads):
    random = np.random.default_rng(0)
    sparse = np.where(random.random(leads) < 0.99, np.nan, random.normal(size=leads))
    odd = {
        "feature:empty": pa.array([None] * leads, type=pa.float64()),
        "feature:constant": pa.array(np.full(leads, -0.0)),
        "feature:word": words(["same"] * leads),
        "feature:sparse": pa.array(sparse, mask=np.isnan(sparse)),
        "feature:huge": pa.array(np.where(random.random(leads) < 0.5, 1.7e308, -1.7e308)),
        "feature:key": words(np.arange(leads)),
        "feature:same score": pa.array(segregated(n=leads)["score"].to_numpy() * 1e-300),
    }
    table = segregated(n=leads)
    for name, column in odd.items():
        table = table.append_column(name, column)
    told = examine(table, REGION, gap_pairs(table, REGION), 0)
    assert all(np.isfinite([one.importance, one.low, one.high]).all() for one in told.imitation.uses)
    assert all(
        np.isfinite([one.share, one.low, one.high]).all() for d in told.decompositions for one in d.parts
    )
    assert 0.5 < told.joint_proxies[0].auc <= 1
    assert {one.feature for one in told.imitation.uses if one.low > 0.02} <= {
        "zip",
        "used",
        "state",
        "same score",
    }


def test_one_decision_among_thousands_is_no_obstacle():
    table = segregated(n=2_500).drop_columns(["score"])
    rare = table.append_column("selected", pa.array(np.arange(2_500) == 7))
    made = surrogate(rare, 0.95, 0)
    assert not made.fidelity.faithful
    assert np.isfinite(made.predicted).all()


def test_a_neutral_zip_closes_the_gap_that_it_carries():
    table = segregated(direct=0.0)
    made = surrogate(table, 0.95, seed=0)
    (pair,) = gap_pairs(table, REGION)
    by_name = {one.feature: one for one in neutral_gaps(made, table, pair, ["zip", "used", "state"], 0)}
    assert by_name["zip"].gap == pytest.approx(-6, abs=1)
    assert by_name["zip"].neutral == pytest.approx(0, abs=0.8)
    assert by_name["zip"].low < 6 < by_name["zip"].high + 0.5
    assert by_name["zip"].change == pytest.approx(by_name["zip"].neutral - by_name["zip"].gap)
    assert by_name["used"].low < 0.1 < by_name["used"].high + 0.1
    assert abs(by_name["state"].change) < 0.5


def test_one_lead_with_a_field_at_its_neutral_value():
    table = segregated(direct=0.0)
    made = surrogate(table, 0.95, seed=0)
    poor = [int(code) < 20 for code in table["feature:zip"].to_pylist()]
    row = poor.index(True)
    told = neutral_score(made, row, "zip", seed=0)
    # On average over all leads' ZIPs the lead gets the points of those that are not poor.
    assert told.change == pytest.approx(10 * (1 - np.mean(poor)), abs=1.2)
    assert told.low < told.change < told.high
    assert told.neutral - told.predicted == pytest.approx(told.change)
    with pytest.raises(KeyError):
        neutral_score(made, row, "no such field", 0)
    with pytest.raises(KeyError):
        neutral_score(made, 10**6, "zip", 0)


@given(seed=st.integers(0, 1_000), columns=st.integers(1, 6))
@settings(max_examples=25, deadline=None)
def test_ridge_is_scikit_learns_on_columns_of_unit_spread(seed, columns):
    from sklearn.linear_model import Ridge

    random = np.random.default_rng(seed)
    values, target = random.normal(size=(60, columns)), random.normal(size=60)
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    expected = Ridge(alpha=1.0).fit(standard, target).predict(standard)
    assert np.allclose(ridge(values, target).predict(values), expected)
