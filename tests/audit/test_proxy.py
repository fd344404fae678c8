from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import contingency, random_table
from sklearn.metrics import roc_auc_score

from audit.rows.levels import Levels, feature
from audit.rows.proxy import Proxy, gap_pairs, proxies
from audit.rows.separating.separation import independence, separation
from audit.schema import Attribute, Stream, Tolerance

STREAM = Stream(name="s", attributes=(Attribute(name="region", column="region"),))


def words(values) -> pa.Array:
    return pa.array([str(value) for value in values]).dictionary_encode()


def planted(seed: int = 3, n: int = 6_000, direct: float = 4.0) -> pa.Table:
    """ZIP carries 6 of the 6 + ``direct`` points between town and city."""
    random = np.random.default_rng(seed)
    town = random.random(n) < 0.3
    poor = random.random(n) < np.where(town, 0.8, 0.2)
    return pa.table(
        {
            "attribute:region": words(np.where(town, "town", "city")),
            "feature:zip": words(random.integers(0, 20, n) + np.where(poor, 0, 20)),
            "feature:noise": pa.array(random.normal(size=n)),
            "feature:campaign": words(random.integers(0, 300, n)),
            "score": pa.array(60 - 10 * poor - direct * town + random.normal(size=n) * 8),
        }
    )


def unrelated(seed: int, n: int = 3_000) -> pa.Table:
    random = np.random.default_rng(seed)
    region = random.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1])
    return pa.table(
        {
            "attribute:region": words(region),
            "feature:two": words(random.integers(0, 2, n)),
            "feature:many": words(random.integers(0, 200, n)),
            "feature:id": words(np.arange(n)),
            "feature:number": pa.array(np.where(random.random(n) < 0.1, None, random.normal(size=n))).cast(
                pa.float64()
            ),
            "score": pa.array(50 + 10 * (region == "b") + random.normal(size=n) * 10),
        }
    )


def named(found: tuple[Proxy, ...], name: str) -> Proxy:
    return next(one for one in found if one.feature == name)


def test_a_planted_proxy_is_found_with_the_share_that_was_planted():
    found = proxies(planted(), STREAM, seed=1)
    zip_code = named(found, "zip")
    assert (zip_code.rank, found[0].feature) == (1, "zip")
    assert zip_code.share == pytest.approx(0.6, abs=0.06)
    assert zip_code.share_low < 0.6 < zip_code.share_high
    assert zip_code.auc == pytest.approx(0.8, abs=0.02)
    assert zip_code.p_adjusted < 1e-12


def test_a_feature_that_carries_nothing_has_a_share_near_zero():
    found = proxies(planted(), STREAM, seed=1)
    for name in ("noise", "campaign"):
        one = named(found, name)
        assert abs(one.share) < 0.03
        assert one.low <= 0.5 <= one.high
        assert one.p_adjusted > 0.01


def test_a_copy_of_the_attribute_gives_everything_away():
    table = planted().append_column("feature:copy", planted().column("attribute:region"))
    copy = named(proxies(table, STREAM, seed=1), "copy")
    assert (copy.auc, copy.low, copy.high) == (1.0, 1.0, 1.0)
    assert copy.share == pytest.approx(1.0)


def test_shares_and_intervals_cover_the_truth_over_repeated_samples():
    shares = [named(proxies(planted(seed, 2_000), STREAM, seed), "zip") for seed in range(40)]
    assert np.mean([one.share for one in shares]) == pytest.approx(0.6, abs=0.02)
    assert np.mean([one.share_low <= 0.6 <= one.share_high for one in shares]) >= 0.85


def test_unrelated_features_are_not_called_proxies_however_many_levels_they_have():
    runs = [proxies(unrelated(seed), STREAM, seed) for seed in range(30)]
    assert np.mean([any(one.p_adjusted < 0.05 for one in run) for run in runs]) <= 0.15
    for name in ("two", "many", "id", "number"):
        assert np.mean([named(run, name).auc for run in runs]) == pytest.approx(0.5, abs=0.01)
        assert np.mean([named(run, name).share for run in runs]) == pytest.approx(0.0, abs=0.01)


def test_the_same_seed_gives_the_same_values_and_another_seed_others():
    assert proxies(planted(), STREAM, seed=5) == proxies(planted(), STREAM, seed=5)
    assert proxies(planted(), STREAM, seed=5) != proxies(planted(), STREAM, seed=6)


def test_without_a_gap_there_is_no_share():
    random = np.random.default_rng(1)
    flat = planted().set_column(4, "score", pa.array(random.normal(size=6_000)))
    assert {one.share for one in proxies(flat, STREAM, seed=1)} == {None}
    assert gap_pairs(flat, STREAM) == ()


def test_a_constant_score_has_no_gap_but_rounding():
    flat = planted().set_column(4, "score", pa.array(np.full(6_000, 0.1) * 3))
    assert gap_pairs(flat, STREAM) == ()


def test_groups_without_any_spread_have_a_gap_all_the_same():
    town = np.asarray(planted()["attribute:region"].to_pylist()) == "town"
    split = planted().set_column(4, "score", pa.array(np.where(town, 10.0, 90.0)))
    (pair,) = gap_pairs(split, STREAM)
    assert pair.value == -80.0


def test_shares_are_measured_against_the_named_reference():
    stream = Stream(
        name="s", attributes=(Attribute(name="region", column="region", reference="town"),), audit=Tolerance()
    )
    (pair,) = gap_pairs(planted(), stream)
    assert (pair.group, pair.reference) == ("city", "town")
    assert pair.value == pytest.approx(10, abs=1)


def test_a_decision_without_a_score_is_shared_out_too():
    table = planted()
    chosen = pa.array(np.asarray(table.column("score")) > 55)
    table = table.drop_columns(["score"]).append_column("selected", chosen)
    found = proxies(table, STREAM, seed=1)
    assert found[0].feature == "zip"
    assert 0.4 < found[0].share < 0.8


def test_small_and_unknown_groups_take_no_part():
    table = pa.table(
        {
            "attribute:region": words(["a"] * 50 + ["unknown"] * 50 + ["b"] * 5),
            "feature:x": words(["p"] * 50 + ["q"] * 55),
            "score": pa.array(np.arange(105.0)),
        }
    )
    assert proxies(table, STREAM, seed=1) == ()


def test_held_out_auc_equals_the_mean_of_the_folds_by_scikit_learn():
    random = np.random.default_rng(4)
    group, level, fold = random.random(2_000) < 0.4, random.integers(0, 12, 2_000), np.arange(2_000) % 5
    group ^= (level > 7) & (random.random(2_000) < 0.5)
    told = separation(
        Levels(codes=level, names=tuple("abcdefghijkl")),
        Levels(codes=group.astype(np.int64), names=("no", "yes")),
        fold,
        0.95,
    )
    expected = []
    for k in range(5):
        learn = fold != k
        rate = [
            (group[learn & (level == at)].sum() + group.mean()) / ((learn & (level == at)).sum() + 1)
            for at in range(12)
        ]
        expected.append(roc_auc_score(group[~learn], np.asarray(rate)[level[~learn]]))
    assert told.auc == pytest.approx(np.mean(expected), abs=1e-12)


def test_independence_agrees_with_tables_drawn_with_the_same_margins():
    table = np.asarray([[3, 1, 0], [2, 4, 1], [9, 1, 1], [0, 2, 2], [1, 0, 5]], dtype=float)
    drawn = random_table(table.sum(axis=1), table.sum(axis=0), seed=1).rvs(20_000)
    expected = contingency.expected_freq(table)

    def statistic(counts):
        return ((counts - expected) ** 2 / expected).sum(axis=(-2, -1))

    assert independence(table) == pytest.approx((statistic(drawn) >= statistic(table)).mean(), abs=0.01)


def test_codes_written_as_numbers_stay_apart():
    codes = feature(pa.table({"feature:x": pa.array([float(i % 60) for i in range(3_000)])}), "x")
    assert len(np.unique(codes.codes)) == 60
    spread = feature(pa.table({"feature:x": pa.array([float(i) for i in range(3_000)])}), "x")
    assert len(np.unique(spread.codes)) == 20


def test_numbers_become_few_bins_and_missing_is_a_level_of_its_own():
    values = pa.array([*np.linspace(0, 1, 500), *[None] * 50]).cast(pa.float64())
    levels = feature(pa.table({"feature:x": values}), "x")
    counts = np.bincount(levels.codes, minlength=levels.size)
    assert levels.size == 22
    assert counts[levels.names.index("unknown")] == 50
    assert counts[:20].min() >= 24
