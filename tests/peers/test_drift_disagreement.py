"""The entries of docs/explanation/disagreements.md about drift: what the peers said, and what is right."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency, chisquare

from audit.drift import distances
from audit.rows.separating.separation import independence
from tests.peers.drift_data import generated, windows
from tests.peers.ours_of_drift import binned, golden, levels, ours


@pytest.fixture(scope="module")
def pair():
    return generated()


def evidently(column):
    return golden()["generated"]["columns"][column]["evidently"]


def nannyml(column):
    return golden()["generated"]["columns"][column]["nannyml"]


def test_21_evidently_takes_the_reference_for_the_truth_in_its_chi_squared_test(pair):
    p, q = levels(pair[0]["source"], pair[1]["source"])
    assert evidently("source")["chisquare"] == pytest.approx(
        chisquare(q, p * q.sum() / p.sum()).pvalue, rel=1e-6
    )
    right = chi2_contingency(np.stack([p, q])).pvalue
    assert right > 1e6 * evidently("source")["chisquare"]
    assert independence(np.stack([p, q])) == pytest.approx(right, rel=0.2)
    # Windows of equal size without drift: at 5 % theirs errs five times as often.
    random = np.random.default_rng(0)
    tables = random.multinomial(1000, [0.25] * 4, (2000, 2)).astype(float)
    errs = np.mean([chisquare(two, one).pvalue < 0.05 for one, two in tables])
    assert errs > 0.25
    assert np.mean([independence(table) < 0.05 for table in tables]) < 0.065


def test_22_nannyml_corrects_two_values_for_continuity(pair):
    p, q = levels(pair[0]["region"], pair[1]["region"])
    assert nannyml("region")["chi2"] == pytest.approx(chi2_contingency(np.stack([p, q])).statistic)
    ours_is = distances.chi_squared(p, q)[0]
    assert ours_is == pytest.approx(chi2_contingency(np.stack([p, q]), correction=False).statistic)
    assert ours_is > nannyml("region")["chi2"]


def test_23_evidently_fills_empty_bins_with_a_share_of_one_in_ten_thousand(data_dir):
    one, other = windows("bank", data_dir)
    p, q = levels(one["contact"], other["contact"])
    theirs = golden()["bank"]["columns"]["contact"]["evidently"]["psi"]
    assert theirs != pytest.approx(distances.stability_index(p, q), rel=1e-4)
    before, after = np.array([500.0, 500.0, 0.0]), np.array([495.0, 495.0, 10.0])
    share = np.array([0.5, 0.5, 0.0001]), np.array([0.495, 0.495, 0.01])
    filled = float(((share[0] - share[1]) * np.log(share[0] / share[1])).sum())
    assert distances.stability_index(before, after) < 0.7 * filled


def test_24_evidently_cuts_numbers_into_equal_widths_and_we_into_tenths(pair):
    one = {each.name: each for each in ours(pair).columns}["size"]
    p, q = binned(pair[0]["size"], pair[1]["size"])
    assert evidently("size")["psi"] == pytest.approx(distances.stability_index(p, q), rel=0.05)
    # One lead far away, and all others share a bin or two: theirs no longer sees the shift, tenths do.
    far = [np.append(part["size"], 1000.0) for part in pair]
    assert distances.stability_index(*binned(*far)) < 0.01
    assert one.psi > 0.05


def test_25_evidently_tells_distances_in_its_own_units(pair):
    one = {each.name: each for each in ours(pair).columns}["size"]
    spread = pair[0]["size"].std(ddof=0)
    assert evidently("size")["wasserstein"] == pytest.approx(one.wasserstein / spread)
    assert nannyml("size")["wasserstein"] == pytest.approx(one.wasserstein)
    source = {each.name: each for each in ours(pair).columns}["source"]
    assert evidently("source")["jensenshannon"] == pytest.approx(source.jensen_shannon * np.sqrt(np.log(2)))
    assert nannyml("source")["jensen_shannon"] == pytest.approx(source.jensen_shannon)


def test_26_nannymls_classifier_learns_on_one_season_and_is_tried_on_another(data_dir):
    said = golden()["bank"]
    assert said["domain_auc"] < 0.9
    assert said["domain_auc_of_shuffled_rows"] > 0.97
    assert ours(windows("bank", data_dir)).multivariate.auc == pytest.approx(0.982, abs=0.005)
