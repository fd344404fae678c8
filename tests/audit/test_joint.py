from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import norm
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import roc_auc_score

from audit.caution.controls import controls_that_are_proxies
from audit.caution.joint import given_away_together
from audit.finding.facts import Facts
from audit.rows.examine import Examination
from audit.rows.levels import Levels
from audit.rows.proxy import proxies
from audit.rows.separating.encoding import encoding
from audit.rows.separating.joint import joint_proxies, jointly_informative
from audit.schema import Attribute, Stream
from tests.audit.fields import REGION, ten_hints, unrelated_fields, words


def test_ten_fields_that_each_stay_below_one_half_give_the_group_away_together():
    table = ten_hints(1)
    (found,) = joint_proxies(table, REGION, seed=0)
    town = np.asarray(table["attribute:region"].to_pylist()) == "True"
    alone = [abs(np.corrcoef(table[f"feature:f{i}"].to_numpy(), town)[0, 1]) for i in range(10)]
    assert max(alone) < 0.5
    expected = norm.cdf(2 * 0.3 / np.sqrt(1 - 0.3**2) * np.sqrt(10 / 2))
    assert expected == pytest.approx(0.92, abs=0.001)
    assert found.auc == pytest.approx(expected, abs=0.015)
    assert found.low < expected < found.high + 0.01
    assert found.p_adjusted < 1e-30
    # Seven of ten alike fields are what it takes to tell nine tenths of what all tell.
    assert 6 <= len(found.carried_by) <= 8
    assert found.carried_auc >= 0.5 + 0.9 * (found.auc - 0.5)


def test_the_interval_covers_what_so_many_leads_teach_over_repeated_samples():
    runs = [joint_proxies(ten_hints(seed, 3_000), REGION, seed)[0] for seed in range(40)]
    expected = np.mean([one.auc for one in runs])
    assert np.mean([one.low <= expected <= one.high for one in runs]) >= 0.9


@pytest.mark.parametrize(("leads", "runs"), [(600, 60), (3_000, 40), (20_000, 20)])
def test_fields_that_tell_nothing_are_no_joint_proxy_however_many_levels_they_have(leads, runs):
    found = [joint_proxies(unrelated_fields(seed, leads), REGION, seed)[0] for seed in range(runs)]
    alarms = sum(jointly_informative(one, 0.95) for one in found)
    assert alarms <= 0.05 * runs
    aucs = np.asarray([one.auc for one in found])
    assert aucs.mean() == pytest.approx(0.5, abs=3 * aucs.std() / np.sqrt(runs))
    assert not any(one.carried_by for one in found if not jointly_informative(one, 0.95))


def test_few_fields_carry_what_many_tell():
    random = np.random.default_rng(2)
    noise = {f"feature:n{i}": words(random.integers(0, 30, 4_000)) for i in range(8)}
    table = ten_hints(5)
    two = table.select(["attribute:region", "feature:f0", "feature:f1", "score"])
    for name, column in noise.items():
        two = two.append_column(name, column)
    (found,) = joint_proxies(two, REGION, seed=0)
    assert sorted(found.carried_by) == ["f0", "f1"]


def test_without_two_fields_or_two_groups_nothing_is_together():
    table = ten_hints(1, 200)
    assert joint_proxies(table.select(["attribute:region", "feature:f0"]), REGION, 0) == ()
    one = table.set_column(0, "attribute:region", words(["a"] * 200))
    assert joint_proxies(one, REGION, 0) == ()


def test_the_direction_is_that_of_a_linear_discriminant_by_scikit_learn():
    table = ten_hints(3, 6_000)
    (found,) = joint_proxies(table, REGION, seed=0)
    town = np.asarray(table["attribute:region"].to_pylist()) == "True"
    values = np.column_stack([table[f"feature:f{i}"].to_numpy() for i in range(10)])
    half = np.arange(6_000) < 4_800
    model = LinearDiscriminantAnalysis().fit(values[half], town[half])
    expected = roc_auc_score(town[~half], model.decision_function(values[~half]))
    assert found.auc == pytest.approx(expected, abs=0.03)


def test_no_lead_is_encoded_by_its_own_target():
    random = np.random.default_rng(0)
    levels = Levels(codes=random.integers(0, 50, 400), names=tuple(str(i) for i in range(50)))
    target, fold = random.random(400), np.arange(400) % 5
    made = encoding(levels, target, fold)
    for k in range(5):
        changed = np.where(fold == k, target + 100, target)
        again = encoding(levels, changed, fold)
        assert np.allclose(made.at(k)[fold == k], again.at(k)[fold == k])
        for j in range(5):
            own = np.where(fold == j, target + 100, target)
            assert np.allclose(made.at(k)[fold == j], encoding(levels, own, fold).at(k)[fold == j])


def test_an_encoding_is_the_smoothed_mean_of_the_other_folds():
    random = np.random.default_rng(0)
    codes, target, fold = random.integers(0, 3, 90), random.random(90), np.arange(90) % 5
    made = encoding(Levels(codes=codes, names=("a", "b", "c")), target, fold)
    rest = (fold != 1) & (fold != 3)
    level = rest & (codes == codes[3])
    expected = (target[level].sum() + target[rest].mean()) / (level.sum() + 1)
    assert made.at(1)[3] == pytest.approx(expected)


def test_a_warning_says_what_no_single_field_does():
    table = ten_hints(1)
    facts = Facts(
        stream=REGION, estimates=(), disparities=(), proxies=proxies(table, REGION, 0), gap_pairs=()
    )
    (told,) = given_away_together(Examination(joint_proxies=joint_proxies(table, REGION, 0)), facts)
    assert told.code == "joint_proxy"
    assert "tell 'region' apart better than any field does alone (AUC 0.9" in told.text
    quiet = table.select(["attribute:region", "feature:f0", "feature:f1", "score"])
    random = np.random.default_rng(0)
    quiet = quiet.set_column(2, "feature:f1", pa.array(random.normal(size=quiet.num_rows)))
    facts = Facts(stream=REGION, estimates=(), disparities=(), proxies=proxies(quiet, REGION, 0))
    assert not list(given_away_together(Examination(joint_proxies=joint_proxies(quiet, REGION, 0)), facts))


def test_controls_that_give_a_group_away_only_together_are_named():
    stream = Stream(
        name="s",
        attributes=(Attribute(name="region", column="region"),),
        controls=("f0", "f1", "f2"),
    )
    codes = [one.evidence for one in controls_that_are_proxies(ten_hints(1), stream, 0)]
    assert dict(codes[-1])["control"] == "f0, f1, f2"
    assert dict(codes[-1])["auc"] > max(dict(one)["auc"] for one in codes[:-1])
    null = Stream(name="s", attributes=stream.attributes, controls=("zip3", "area", "two"))
    assert not list(controls_that_are_proxies(unrelated_fields(1, 3_000), null, 0))
