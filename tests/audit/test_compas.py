"""Published numbers of the COMPAS data (ProPublica 2016, Aequitas' demo), group by group."""

from __future__ import annotations

import math

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from audit.disparity import compare
from audit.inference import pooled_z
from audit.tally import count
from tests.audit.tables import compas, found, stream

pytestmark = pytest.mark.data

# group: n, TP, FP, FN, TN, and the digits that are printed
PUBLISHED = {
    "African-American": (3696, 1369, 805, 532, 990, ".448468 .279853 .629715 .588203 .514340"),
    "Caucasian": (2454, 505, 349, 461, 1139, ".234543 .477226 .591335 .348003 .393643"),
    "Hispanic": (637, 103, 87, 129, 318, ".214815 .556034 .542105 .298273 .364207"),
    "Other": (377, 43, 36, 90, 208, ".147541 .676692 .544304 .209549 .352785"),
    "Asian": (32, 6, 2, 3, 21, ".086957 .333333 .75 .25 .28125"),
    "Native American": (18, 9, 3, 1, 5, ".375 .1 .75 .666667 .555556"),
    "Male": (5819, 1732, 994, 1021, 2072, ".3242 .3709 .6354 .4685 .4731"),
    "Female": (1395, 303, 288, 195, 609, ".3211 .3916 .5127 .4237 .3570"),
}
STREAM = stream("race", "sex", "age_cat", reference="Caucasian", decision="score", threshold=None)
RATIOS = {
    ("African-American", "false_positive_rate"): 1.912093,
    ("African-American", "false_negative_rate"): 0.586416,
    ("African-American", "false_discovery_rate"): 0.906085,
    ("African-American", "false_omission_rate"): 1.213154,
    ("African-American", "selection_rate"): 1.690224,
    ("African-American", "precision"): 1.064904,
    ("Hispanic", "false_negative_rate"): 1.165140,
    ("Other", "false_negative_rate"): 1.417970,
}


@pytest.fixture(scope="module")
def whole(data_dir):
    return count(compas(data_dir), STREAM, "duckdb")


@pytest.fixture(scope="module")
def by_race(whole):
    race = whole.project("attribute:race", "score", "selected", "outcome")
    return {
        (d.group[0], d.metric, d.kind): d for d in compare(race, stream("race", reference="Caucasian"), 0)
    }


@pytest.fixture(scope="module")
def numbers(whole):
    return found(whole, stream("race", "sex", "age_cat", intersections=1))


@pytest.mark.parametrize("group", PUBLISHED)
def test_counts_and_rates_of_every_group(numbers, group):
    n, tp, fp, fn, tn, printed = PUBLISHED[group]
    exact = {
        "count": n,
        "false_positive_rate": fp / (fp + tn),
        "false_negative_rate": fn / (fn + tp),
        "precision": tp / (tp + fp),
        "selection_rate": (tp + fp) / n,
        "base_rate": (tp + fn) / n,
        "true_positive_rate": tp / (fn + tp),
        "true_negative_rate": tn / (fp + tn),
        "negative_predictive_value": tn / (tn + fn),
        "false_discovery_rate": fp / (tp + fp),
        "false_omission_rate": fn / (tn + fn),
        "accuracy": (tp + tn) / n,
        "balanced_accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2,
        "f1": 2 * tp / (2 * tp + fp + fn),
    }
    values = {metric: numbers[(group,), metric].value for metric in exact}
    assert values == pytest.approx(exact, rel=0, abs=1e-9)
    assert numbers[(group,), "false_positive_rate"].n == fp + tn
    for digits, metric in zip(printed.split(), list(exact)[1:6], strict=True):
        assert round(values[metric], len(digits) - 1) == float(digits)


def test_all_defendants_as_propublica_printed_them(numbers):
    assert numbers[(), "count"].value == 7214
    printed = {
        "false_positive_rate": "0.3235",
        "false_negative_rate": "0.3740",
        "precision": "0.61",
        "base_rate": "0.45",
    }
    for metric, digits in printed.items():
        assert f"{numbers[(), metric].value:.{len(digits) - 2}f}" == digits


def test_wilson_newcombe_and_the_pooled_test(numbers, by_race):
    black, white = (numbers[(g,), "selection_rate"] for g in ("African-American", "Caucasian"))
    assert (black.low, black.high) == pytest.approx((0.572253, 0.603971), abs=5e-7)
    assert (white.low, white.high) == pytest.approx((0.329408, 0.367074), abs=5e-7)
    gap = by_race["African-American", "selection_rate", "difference"]
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.240200, 0.215339, 0.264580), abs=5e-7)
    z = float(pooled_z(*(float(x) for x in (2174, 3696, 854, 2454))))
    assert z == pytest.approx(18.45100, abs=5e-6)
    assert gap.p == pytest.approx(math.erfc(z / math.sqrt(2)), rel=1e-6)


def test_katz_interval_and_koopman_close_to_it(by_race):
    katz = {"method": "log", "compare": "ratio"}
    low, high = confint_proportions_2indep(2174, 3696, 854, 2454, **katz)
    assert (low, high) == pytest.approx((1.590993, 1.795644), abs=2e-6)  # z was 1.96
    ratio = by_race["African-American", "selection_rate", "ratio"]
    assert ratio.value == pytest.approx(1.690224, abs=5e-7)
    assert (ratio.low, ratio.high) == pytest.approx((low, high), abs=1e-3)


@pytest.mark.parametrize(("group", "metric"), RATIOS)
def test_ratios_as_aequitas_prints_them(by_race, group, metric):
    assert by_race[group, metric, "ratio"].value == pytest.approx(RATIOS[group, metric], abs=5e-7)


def test_ratios_of_the_other_attributes_as_aequitas_prints_them(whole):
    ratios = {
        (d.attribute + d.group, d.metric): d.value
        for d in compare(
            whole.project("attribute:sex", "selected", "outcome"), stream("sex", reference="Male"), 0
        )
        if d.kind == "ratio"
    }
    assert ratios[("sex", "Female"), "false_discovery_rate"] == pytest.approx(1.336425, abs=5e-7)


def test_verdicts_tell_the_known_story(by_race):
    known = by_race["African-American", "false_positive_rate", "difference"]
    assert known.verdict == "fail"
    assert known.p_adjusted < 1e-9
    assert by_race["African-American", "negative_predictive_value", "ratio"].verdict == "pass"
    small = by_race["Native American", "false_positive_rate", "difference"]
    assert (small.verdict, small.p_adjusted) == ("insufficient", None)
    assert small.n == 8
    assert small.n_needed >= 30


def test_crossings_add_up_to_all(whole):
    crossed = [
        e for (group, metric), e in found(whole, STREAM).items() if len(group) == 2 and metric == "count"
    ]
    assert sum(e.value for e in crossed) == 3 * 7214
