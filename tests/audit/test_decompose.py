"""The gap shared out over all features: the shares add up, and are those that were planted."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.rows.gap_shares.additive import parts
from audit.rows.gap_shares.decompose import Decomposition, decompositions
from audit.rows.levels import Levels
from audit.rows.proxy import gap_pairs, proxies
from audit.schema import Attribute, Stream
from tests.audit.fields import REGION, segregated, words


def decomposed(table: pa.Table, stream: Stream = REGION, seed: int = 0) -> Decomposition:
    (found,) = decompositions(table, stream, gap_pairs(table, stream), seed)
    return found


def share(of: Decomposition, name: str) -> float:
    return next(one.share for one in of.parts if one.feature == name)


def levels(codes: np.ndarray) -> Levels:
    return Levels(codes=codes.astype(np.int64), names=tuple(str(i) for i in range(int(codes.max()) + 1)))


def random_fields(seed: int, leads: int, fields: int) -> tuple[list[Levels], np.ndarray, np.ndarray]:
    """Fields that go with each other and with the side, and a score of them and of noise."""
    random = np.random.default_rng(seed)
    side = (random.random(leads) < 0.4).astype(float)
    side[:2] = (0.0, 1.0)
    shared = random.normal(size=leads) + side
    codes = [
        np.clip(np.round(shared * random.normal() + random.normal(size=leads)), -2, 2) + 2
        for _ in range(fields)
    ]
    score = sum(random.normal() * one + random.normal() * (one == 1) for one in codes)
    return [levels(one) for one in codes], side, score + side * random.normal() + random.normal(size=leads)


def test_zip_carries_the_planted_share_and_the_others_nothing():
    found = decomposed(segregated())
    assert (found.group, found.reference) == ("town", "city")
    assert found.parts[0].feature == "zip"
    assert share(found, "zip") == pytest.approx(0.6, abs=0.06)
    assert found.unexplained == pytest.approx(0.4, abs=0.06)
    for name in ("state", "decoy", "used"):
        assert share(found, name) == pytest.approx(0.0, abs=0.05)
    assert proxies(segregated(), REGION, 0)[0].feature == "zip"


def test_alone_the_field_that_goes_with_the_zip_has_a_share_that_it_loses_with_the_zip_held():
    alone = next(one for one in proxies(segregated(), REGION, 0) if one.feature == "state")
    assert alone.share > 0.1
    assert abs(share(decomposed(segregated()), "state")) < 0.04


def test_a_zip_of_900_levels_that_tells_nothing_gets_nothing():
    shares = []
    for seed in range(12):
        table, random = segregated(seed, 3_000), np.random.default_rng(seed)
        wide = table.append_column("feature:zip3", words(random.integers(0, 900, 3_000)))
        shares.append(share(decomposed(wide), "zip3"))
    assert np.mean(shares) == pytest.approx(0.0, abs=0.01)
    assert np.max(np.abs(shares)) < 0.1


def test_intervals_cover_the_planted_shares_over_repeated_samples():
    found = [decomposed(segregated(seed, 1_500), seed=seed) for seed in range(80)]
    planted = {"zip": 0.6, "state": 0.0, "decoy": 0.0, "used": 0.0}
    for name, truth in planted.items():
        own = [next(part for part in one.parts if part.feature == name) for one in found]
        assert np.mean([one.low <= truth <= one.high for one in own]) >= 0.89
        assert np.mean([one.share for one in own]) == pytest.approx(truth, abs=0.02)
    assert np.mean([one.unexplained_low <= 0.4 <= one.unexplained_high for one in found]) >= 0.89
    assert np.mean([one.low <= -10 <= one.high for one in found]) >= 0.89


@given(seed=st.integers(0, 10_000), leads=st.integers(40, 400), fields=st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_parts_and_what_the_group_keeps_are_the_gap_in_any_order_and_any_unit(seed, leads, fields):
    features, side, score = random_fields(seed, leads, fields)
    made = parts(features, side, score)
    assert made.gap == pytest.approx(score[side == 1].mean() - score[side == 0].mean())
    turned = parts(features[::-1], side, score)
    assert np.allclose(made.values, turned.values[::-1], atol=1e-6 * score.std())
    scaled = parts(features, side, 7 - 3e6 * score)
    assert np.allclose(scaled.values, -3e6 * made.values, rtol=1e-6, atol=1e-6 * 3e6 * score.std())
    other = parts(features, 1 - side, score)
    assert np.allclose(other.values, -made.values, atol=1e-6 * score.std())
    assert (np.linalg.eigvalsh(made.covariance) > -1e-9 * score.var()).all()


@given(seed=st.integers(0, 10_000), leads=st.integers(80, 2_500))
@settings(max_examples=30, deadline=None)
def test_shares_add_up_to_the_whole(seed, leads):
    table = segregated(seed, leads)
    for one in decompositions(table, REGION, gap_pairs(table, REGION), seed):
        assert sum(part.share for part in one.parts) == pytest.approx(one.explained, abs=1e-9)
        assert one.explained + one.unexplained == pytest.approx(1.0, abs=1e-12)
        assert one.explained_low <= one.explained <= one.explained_high
        assert all(part.low <= part.share <= part.high for part in one.parts)


def test_the_parts_are_gelbachs_by_statsmodels():
    features, side, score = random_fields(4, 3_000, 3)
    made = parts(features, side, score)
    dummies = [np.eye(one.size)[one.codes][:, 1:] for one in features]
    ones = np.ones((side.size, 1))
    full = sm.OLS(score, np.hstack([ones, side[:, None], *dummies])).fit()
    short = sm.OLS(score, np.hstack([ones, side[:, None]])).fit()
    assert made.gap == pytest.approx(short.params[1])
    assert made.gap - made.values.sum() == pytest.approx(full.params[1], abs=1e-4)
    start = 2
    for value, block in zip(made.values, dummies, strict=True):
        effect = block @ full.params[start : start + block.shape[1]]
        start += block.shape[1]
        assert value == pytest.approx(effect[side == 1].mean() - effect[side == 0].mean(), abs=1e-4)
    assert made.fidelity == pytest.approx(full.rsquared_adj, abs=1e-3)


def test_the_error_of_what_the_group_keeps_is_the_robust_one_by_statsmodels():
    features, side, score = random_fields(9, 4_000, 2)
    made = parts(features, side, score)
    kept = np.array([-1.0, -1.0, 1.0])
    error = np.sqrt(kept @ made.covariance @ kept)
    dummies = [np.eye(one.size)[one.codes][:, 1:] for one in features]
    full = sm.OLS(score, np.hstack([np.ones((side.size, 1)), side[:, None], *dummies])).fit(cov_type="HC1")
    assert error == pytest.approx(full.bse[1], rel=0.03)


def test_two_fields_that_say_the_same_share_it_evenly():
    table = segregated()
    twice = table.append_column("feature:postcode", table["feature:zip"])
    found = decomposed(twice)
    assert share(found, "zip") == pytest.approx(share(found, "postcode"), abs=1e-6)
    assert share(found, "zip") == pytest.approx(0.3, abs=0.03)


def test_the_attribute_under_another_name_takes_all_that_no_other_field_explains():
    table = segregated()
    found = decomposed(table.append_column("feature:title", table["attribute:region"]))
    assert share(found, "title") == pytest.approx(0.4, abs=0.06)
    assert found.unexplained == pytest.approx(0.0, abs=0.01)


def test_no_sure_gap_is_not_shared_out():
    table = segregated()
    random = np.random.default_rng(1)
    flat = table.set_column(table.column_names.index("score"), "score", pa.array(random.normal(size=4_000)))
    assert decompositions(flat, REGION, gap_pairs(flat, REGION), 0) == ()
    bare = table.select(["attribute:region", "score"])
    assert decompositions(bare, REGION, gap_pairs(bare, REGION), 0) == ()


def test_decisions_are_shared_out_like_scores():
    table = segregated()
    chosen = pa.array(table["score"].to_numpy() > 55)
    decided = table.drop_columns(["score"]).append_column("selected", chosen)
    found = decomposed(decided)
    assert found.parts[0].feature == "zip"
    assert 0.4 < found.parts[0].share < 0.8


@pytest.mark.parametrize("scale", [1e60, 1e-60])
def test_scores_of_any_size_have_the_same_shares(scale):
    table = segregated()
    place = table.column_names.index("score")
    other = table.set_column(place, "score", pa.array(table["score"].to_numpy() * scale))
    assert share(decomposed(other), "zip") == pytest.approx(share(decomposed(table), "zip"), rel=1e-6)


def test_groups_without_spread_within_them_are_shared_out_too():
    table = segregated()
    town = np.asarray(table["attribute:region"].to_pylist()) == "town"
    place = table.column_names.index("score")
    found = decomposed(table.set_column(place, "score", pa.array(np.where(town, 10.0, 90.0))))
    assert found.gap == pytest.approx(-80)
    assert found.unexplained == pytest.approx(1.0, abs=1e-6)


def test_the_surest_gap_of_each_attribute_is_shared_out():
    table = segregated()
    random = np.random.default_rng(5)
    table = table.append_column("attribute:other", words(random.integers(0, 2, 4_000)))
    stream = Stream(
        name="s",
        attributes=tuple(Attribute(name=name, column=name) for name in ("region", "other")),
    )
    assert [one.attribute for one in decompositions(table, stream, gap_pairs(table, stream), 0)] == ["region"]


def test_many_fields_that_tell_nothing_do_not_crowd_out_the_zip():
    table, random = segregated(n=2_500), np.random.default_rng(1)
    for i in range(150):
        table = table.append_column(f"feature:q{i}", pa.array(random.normal(size=2_500)))
    (told,) = decompositions(table, REGION, gap_pairs(table, REGION), 0)
    zip_part = told.parts[0]
    assert zip_part.feature == "zip"
    assert zip_part.low < 0.6 < zip_part.high


def test_a_zip_of_forty_levels_keeps_its_share_at_five_hundred_leads():
    shares = []
    for seed in range(15):
        table = segregated(seed=seed, n=500)
        (told,) = decompositions(table, REGION, gap_pairs(table, REGION), 0)
        shares.append({one.feature: one.share for one in told.parts}["zip"])
    assert np.mean(shares) == pytest.approx(0.6, abs=0.06)
