"""Two cubes beside each other, axis by axis."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import ks_2samp, wasserstein_distance

from audit.drift import drifts
from audit.schema import Attribute, Stream
from audit.tally import count

STREAM = Stream(name="s", score="score", attributes=(Attribute(name="region", column="region"),))
EDGES = tuple(float(one) for one in range(101))


def cube(score, region):
    table = pa.table({"score": pa.array(score, pa.float64()), "attribute:region": region})
    return count(table, STREAM, edges=EDGES)


def drawn(seed, n=4000, shift=0, regions=("east", "west")):
    random = np.random.default_rng(seed)
    score = np.clip(np.rint(random.normal(50 + shift, 12, n)), 0, 100)
    return cube(score, random.choice(regions, n)), score


def by_axis(reference, newest):
    return {one.axis: one for one in drifts(reference, newest)}


def test_a_score_that_moved_is_told_as_scipy_tells_it_from_the_rows():
    (before, old), (after, new) = drawn(1), drawn(2, shift=5)
    one = by_axis(before, after)["score"]
    assert one.kolmogorov_smirnov == pytest.approx(ks_2samp(old, new).statistic)
    assert one.wasserstein == pytest.approx(wasserstein_distance(old, new))
    assert one.wasserstein == pytest.approx(5, abs=1)
    assert one.psi > 0.1
    assert one.p_adjusted < 1e-9
    assert by_axis(before, after)["attribute:region"].p_adjusted > 0.01


def test_the_tenths_are_those_of_the_reference():
    before = cube(np.arange(100.0), ["east"] * 100)
    after = cube(np.repeat([5.0, 95.0], 50), ["east"] * 100)
    one = by_axis(before, after)["score"]
    # Ten bins and one for missing scores, with half a lead more in each; the last is alike in both.
    tenth, half = np.full(10, 10.5) / 105.5, np.array([50.5, *[0.5] * 8, 50.5]) / 105.5
    assert one.psi == pytest.approx(((tenth - half) * np.log(tenth / half)).sum())
    assert one.hellinger == pytest.approx(np.sqrt(1 - 2 * np.sqrt(0.1 * 0.5)))


def test_names_have_no_order_and_new_and_lost_ones_are_told():
    before = cube([50.0] * 300, ["east"] * 200 + ["west"] * 100)
    after = cube([50.0] * 300, ["east"] * 200 + ["north"] * 100)
    one = by_axis(before, after)["attribute:region"]
    assert (one.kolmogorov_smirnov, one.wasserstein) == (None, None)
    assert (one.appeared, one.gone) == (("north",), ("west",))
    assert one.chi_squared == pytest.approx(200)
    assert one.p_adjusted < 1e-9
    assert by_axis(before, before)["attribute:region"].p_value == pytest.approx(1)


def test_scores_that_went_missing_are_a_drift_but_no_distance_of_values():
    before = cube([40.0] * 500, ["east"] * 500)
    after = cube([40.0] * 250 + [None] * 250, ["east"] * 500)
    one = by_axis(before, after)["score"]
    assert (one.kolmogorov_smirnov, one.wasserstein) == (0, 0)
    assert one.p_adjusted < 1e-9
    lost = by_axis(before, cube([None] * 9, ["east"] * 9))["score"]
    assert (lost.kolmogorov_smirnov, lost.wasserstein) == (None, None)


def test_of_windows_without_drift_few_are_significant_on_any_axis():
    """Three axes of 60 pairs; at exactly 5 % more than 9 pairs have a probability below 0.1 %."""
    false = 0
    for seed in range(60):
        pair = (drawn(place, 400, regions=("a", "b", "c"))[0] for place in (2 * seed, 2 * seed + 1))
        false += any(one.p_adjusted is not None and one.p_adjusted < 0.05 for one in drifts(*pair))
    assert false <= 9


def test_days_add_up_and_the_order_of_leads_changes_nothing():
    (one, _), (other, _), (third, _) = drawn(1, 300), drawn(2, 300), drawn(3, 300)
    assert drifts(one + other, third) == drifts(other + one, third)


def test_what_cannot_be_compared_is_refused():
    full, _ = drawn(1, 50)
    with pytest.raises(ValueError, match="without leads"):
        drifts(full, full - full)
    with pytest.raises(ValueError, match="do not add up"):
        drifts(full, full.project("score"))
