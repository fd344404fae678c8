"""The generated story: what is planted is there, and what is not planted is not."""

from __future__ import annotations

import math
import re
import time
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from audit.schema import BadInput
from connectors.sandbox.story import DAYS, MATURITY_DAYS, Story, story
from connectors.sandbox.story_model import TOP, scores
from connectors.sandbox.story_world import REGIONS, ZIP3, world

TODAY = date(2026, 6, 1)
SEED = 11


@pytest.fixture(scope="module")
def told() -> Story:
    return story(20_000, SEED, TODAY)


def column(told: Story, name: str) -> np.ndarray:
    return np.array(told.table.column(name).to_pylist(), dtype=object)


def selected(told: Story) -> np.ndarray:
    return np.asarray(told.table.column("score").to_numpy() >= told.truth.threshold)


def within(observed: float, expected: float, n: int) -> bool:
    """Five standard errors: a right value fails once in two million."""
    return abs(observed - expected) < 5 * math.sqrt(max(expected * (1 - expected), 0.01) / n)


def test_the_same_seed_tells_the_same_story_and_another_seed_another():
    one, again, other = (story(500, seed, TODAY) for seed in (3, 3, 4))
    assert one.table.equals(again.table)
    assert np.array_equal(one.truth.conversion, again.truth.conversion)
    assert one.truth.expected == again.truth.expected
    assert not one.table.equals(other.table)


def test_twenty_thousand_leads_take_seconds(told):
    start = time.process_time()
    story(20_000, SEED + 1, TODAY)
    assert time.process_time() - start < 10  # on two shared cores; a quiet machine takes about one
    assert told.table.num_rows == 20_000


def test_the_population_adds_up_to_one():
    grid = world()
    assert grid.weight.sum() == pytest.approx(1, abs=1e-12)
    assert grid.weight.min() > 0
    for rate in (grid.conversion, grid.coverage):
        assert rate.min() > 0
        assert rate.max() < 1


def test_the_score_is_a_function_of_features_never_of_the_region():
    grid = world()
    score = scores(grid, np.random.default_rng(1)).reshape(len(REGIONS), -1)
    assert (score == score[0]).all()
    assert len(np.unique(score)) > 80
    assert score.min() >= 0
    assert score.max() <= 99


def test_the_top_thirty_percent_are_selected(told):
    rates = told.truth.expected
    weights = dict(zip(REGIONS, (0.45, 0.33, 0.22), strict=True))
    assert sum(weights[name] * rate.selection_rate for name, rate in rates.items()) == pytest.approx(
        TOP, abs=0.01
    )
    assert selected(told).mean() == pytest.approx(TOP, abs=0.02)


@pytest.mark.parametrize("region", REGIONS)
def test_each_region_is_selected_as_often_as_the_truth_says(told, region):
    members = column(told, "region") == region
    expected = told.truth.expected[region].selection_rate
    assert within(selected(told)[members].mean(), expected, int(members.sum()))


def test_small_town_leads_are_scored_lower_though_they_convert_as_well(told):
    truth = told.truth
    low, high = truth.expected[truth.group], truth.expected[truth.reference]
    assert (truth.group, truth.reference) == ("small town", "city")
    assert truth.selection_gap == pytest.approx(low.selection_rate - high.selection_rate)
    assert truth.selection_gap < -0.15
    assert truth.score_gap < -15
    assert high.conversion_rate <= low.conversion_rate < high.conversion_rate + 0.06


@pytest.mark.parametrize("seed", range(4))
def test_the_gap_is_there_for_every_seed(seed):
    truth = story(10, seed, TODAY).truth
    assert -0.35 < truth.selection_gap < -0.15
    assert 0.85 < truth.share_through_proxy < 1


def test_the_share_through_zip_is_found_in_the_leads(told):
    score = told.table.column("score").to_numpy().astype(float)
    region = column(told, "region")
    zip3 = np.array([(code or "")[:3] for code in column(told, "zip")])
    share, gap = 0.0, score[region == "small town"].mean() - score[region == "city"].mean()
    for area in ZIP3:
        low, high = ((region == name) & (zip3 == area) for name in ("small town", "city"))
        apart = low.sum() / (region == "small town").sum() - high.sum() / (region == "city").sum()
        share += apart * (score[low].mean() + score[high].mean()) / 2 / gap
    assert share == pytest.approx(told.truth.share_through_proxy, abs=0.05)
    assert gap == pytest.approx(told.truth.score_gap, abs=2)


@pytest.mark.parametrize(("name", "group"), [("gender", "Female"), ("gender", "Male")])
def test_gender_is_unbiased(told, name, group):
    members = column(told, name) == group
    assert within(selected(told)[members].mean(), selected(told).mean(), int(members.sum()))


def test_age_is_unbiased(told):
    ages = told.table.column("age")
    for low, high in ((20, 25), (25, 35), (35, 50), (50, 65), (65, 99)):
        members = pc.and_(pc.greater_equal(ages, low), pc.less(ages, high))
        mask = pc.fill_null(members, fill_value=False).to_numpy()
        assert within(selected(told)[mask].mean(), selected(told).mean(), int(mask.sum()))


def test_outcomes_follow_the_true_probabilities(told):
    outcome = told.table.column("outcome")
    known = outcome.is_valid().to_numpy()
    observed = outcome.filter(pa.array(known)).to_numpy(zero_copy_only=False).astype(float)
    probability = told.truth.conversion[known]
    error = math.sqrt((probability * (1 - probability)).sum())
    assert abs(observed.sum() - probability.sum()) < 5 * error
    top = probability > np.quantile(probability, 0.8)
    assert observed[top].mean() > observed[~top].mean() + 0.1


def test_real_life_is_in_the_data(told):
    table = told.table
    unworked = pc.invert(table["worked"])
    assert 0.05 < pc.mean(pc.cast(unworked, pa.float64())).as_py() < 0.25
    assert pc.all(pc.is_null(table["outcome"].filter(unworked))).as_py()
    assert pc.all(pc.is_null(table["last_activity"].filter(unworked))).as_py()
    assert 0.01 < pc.mean(pc.cast(table["opted_out"], pa.float64())).as_py() < 0.03
    assert table["zip"].null_count > 100
    assert len(set(table["country"].to_pylist())) == 4
    gender = column(told, "gender")
    assert 0.25 < np.isin(gender, ["--None--", "Select", ""]).mean() < 0.35


def test_leads_are_created_over_a_year_and_young_ones_are_open_more_often(told):
    created = told.table["created"].to_pylist()
    assert min(created) >= TODAY - timedelta(days=DAYS)
    assert max(created) < TODAY
    assert len({day.month for day in created}) == 12
    young = np.array([(TODAY - day).days < MATURITY_DAYS for day in created])
    worked = told.table["worked"].to_numpy()
    unknown = told.table["outcome"].is_null().to_numpy()
    assert unknown[young & worked].mean() > 0.5
    assert not unknown[~young & worked].any()
    touched = [day for day in told.table["last_activity"].to_pylist() if day]
    assert max(touched) <= TODAY


def test_nobody_is_real(told):
    assert all(re.search(r"@example\.(com|org)$", mail) for mail in told.table["email"].to_pylist())
    assert all(re.search(r"555-01\d\d$", phone) for phone in told.table["phone"].to_pylist())
    assert len(set(told.table["email"].to_pylist())) == 20_000


def test_a_story_of_one_lead_can_be_told_and_of_none_cannot():
    assert story(1, 1, TODAY).table.num_rows == 1
    with pytest.raises(BadInput, match="at least 1"):
        story(0, 1, TODAY)
