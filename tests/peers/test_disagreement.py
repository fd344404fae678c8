"""Every entry of docs/explanation/disagreements.md: the peer still says it, and we say what is right."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from scipy import stats

from audit.compat.distances import jensen_shannon, kullback_leibler, shares, total_variation
from tests.audit.expected import test_cbpe
from tests.conftest import REPOSITORY
from tests.peers import test_drift_disagreement
from tests.peers.ours import Rows, compas, gaps, named, rates

PAGE = REPOSITORY / "docs" / "explanation" / "disagreements.md"


def cells(group: str, tp: int, fp: int, fn: int, tn: int) -> list[tuple[str, int, int]]:
    return [
        *[(group, 1, 1)] * tp,
        *[(group, 0, 1)] * fp,
        *[(group, 1, 0)] * fn,
        *[(group, 0, 0)] * tn,
    ]


def rows(*leads: tuple[str, int, int], **more) -> Rows:
    group, outcome, decision = (list(column) for column in zip(*leads, strict=True))
    return Rows(group=group, outcome=outcome, decision=decision, **more)


def test_1_clarify_drops_a_label_that_one_side_lacks(ask):
    group, label = ["d"] * 2 + ["a"] * 4, ["x", "y", "x", "y", "z", "z"]
    theirs = ask("smclarify_labels", group=group, facet="d", outcome=label)
    assert theirs["TVD"] == pytest.approx(0.25)
    assert theirs["KL"] == pytest.approx(-0.34657359)
    a, d = shares(np.array([1.0, 1.0, 2.0])), shares(np.array([1.0, 1.0, 0.0]))
    assert total_variation(a, d) == pytest.approx(0.5)
    assert kullback_leibler(a, d) == math.inf
    assert jensen_shannon(a, d) == pytest.approx(0.21576155)
    assert theirs["JS"] < 0.05


def test_1_clarify_drops_a_label_that_one_side_lacks_with_two_labels(ask):
    leads = rows(("d", 0, 0), ("d", 0, 1), ("a", 1, 1), ("a", 0, 0))
    theirs, ours = ask("smclarify", **leads.asked(), facet="d"), named(leads)
    assert theirs["TVD"] == pytest.approx(0.25)
    assert ours["TVD", "d", None].value == pytest.approx(0.5)
    assert theirs["KL"] < 0
    assert ours["KL", "d", None].value is None
    assert "has no end" in ours["KL", "d", None].undefined


def test_2_clarify_calls_the_largest_difference_of_one_label_ks(ask):
    group = ["d"] * 4 + ["a"] * 4
    theirs = ask("smclarify_labels", group=group, facet="d", outcome=[1, 1, 2, 3, 1, 2, 3, 3])
    assert theirs["KS"] == pytest.approx(0.25)
    # With four ordered labels the two are different numbers: shares moved from 1 and 2 to 3 and 4.
    theirs = ask("smclarify_labels", group=group, facet="d", outcome=[1, 1, 2, 2, 3, 3, 4, 4])
    assert isinstance(theirs["KS"], str)  # no common label: an error
    labels = [1, 1, 2, 2, 3, 4, 1, 2, 3, 3, 4, 4]
    six = ["d"] * 6 + ["a"] * 6
    theirs = ask("smclarify_labels", group=six, facet="d", outcome=labels)
    true = stats.ks_2samp(labels[:6], labels[6:]).statistic
    assert theirs["KS"] == pytest.approx(1 / 6)
    assert true == pytest.approx(1 / 3)


def test_3_clarify_makes_numbers_of_divisions_by_zero(ask):
    leads = rows(*cells("d", 1, 0, 1, 1), *cells("a", 1, 1, 1, 1))
    theirs, ours = ask("smclarify", **leads.asked(), facet="d"), named(leads)["TE", "d", None]
    assert theirs["TE"] == "inf"
    assert ours.compat_value == math.inf
    assert ours.undefined == "no lead of this group with a negative outcome is selected"
    nobody = rows(*cells("d", 0, 0, 2, 2), *cells("a", 1, 1, 1, 1))
    assert ask("smclarify", **nobody.asked(), facet="d")["DAR"] == pytest.approx(0.5)
    assert named(nobody)["DAR", "d", None].value is None


def test_4_clarify_counts_unknown_groups_as_advantaged(ask):
    leads = rows(*cells("d", 1, 0, 0, 1), *cells("a", 1, 1, 1, 1), *cells(None, 4, 0, 0, 0))
    theirs, ours = ask("smclarify", **leads.asked(), facet="d"), named(leads)
    assert theirs["DPPL"] == pytest.approx(6 / 8 - 1 / 2)
    assert ours["DPPL", "d", None].value == pytest.approx(0)
    assert "unknown group" in ours["DPPL", "d", None].note


def test_5_clarify_sees_a_gap_in_strata_without_a_choice(ask):
    leads = rows(
        *[("d", 1, 1)] * 2,
        *[("a", 1, 1)] * 2,
        *cells("d", 1, 0, 0, 1),
        *cells("a", 1, 0, 0, 1),
        factor=["all"] * 4 + ["half"] * 4,
    )
    assert ask("smclarify", **leads.asked(), facet="d")["CDDPL"] == pytest.approx(-0.25)
    ours = named(leads)["CDDPL", "d", None]
    assert (ours.value, ours.n) == (pytest.approx(0), 4)


def noise(seed: int = 0, n: int = 1500) -> Rows:
    """Groups that do not differ, decided by chance three times in ten."""
    random = np.random.default_rng(seed)
    return Rows(
        group=random.choice(["a", "d"], n).tolist(),
        outcome=random.integers(0, 2, n).tolist(),
        decision=(random.random(n) < 0.3).astype(int).tolist(),
        features={name: random.normal(size=n).tolist() for name in "xyz"},
    )


def test_6_clarify_flip_test_finds_bias_in_noise(ask):
    leads = noise()
    theirs, ours = ask("smclarify", **leads.asked(), facet="d"), named(leads)["FT", "d", None]
    assert theirs["FT"] > 0.08
    assert ours.low < 0 < ours.high
    assert abs(ours.value) < 0.06


def test_7_oxonfair_predictive_equality_is_about_false_negatives(ask):
    leads = rows(*cells("d", 2, 1, 2, 3), *cells("a", 3, 2, 1, 2))
    theirs = ask("oxonfair", **leads.asked())
    ours = gaps(leads)
    assert theirs["predictive_equality"] == pytest.approx(0.25)
    assert abs(ours["d", "false_negative_rate", "difference"].value) == pytest.approx(0.25)
    other = rows(*cells("d", 2, 1, 2, 3), *cells("a", 2, 2, 2, 2))
    assert ask("oxonfair", **other.asked())["predictive_equality"] == pytest.approx(0)
    assert abs(gaps(other)["d", "false_positive_rate", "difference"].value) == pytest.approx(0.25)


def test_8_oxonfair_and_clarify_turn_treatment_equality_upside_down(ask):
    leads = rows(*cells("d", 1, 1, 2, 1), *cells("a", 1, 2, 1, 1))
    oxonfair, clarify = ask("oxonfair", **leads.asked()), ask("smclarify", **leads.asked(), facet="d")
    assert oxonfair["treatment_equality"] == pytest.approx(abs(1 / 2 - 2 / 1))
    assert clarify["TE"] == pytest.approx(2 / 1 - 1 / 2)
    uneven = rows(*cells("d", 1, 1, 3, 1), *cells("a", 1, 1, 1, 1))
    assert ask("oxonfair", **uneven.asked())["treatment_equality"] == pytest.approx(2 / 3)
    assert ask("smclarify", **uneven.asked(), facet="d")["TE"] == pytest.approx(2)
    assert named(uneven)["TE", "d", None].value == pytest.approx(2)


def test_9_oxonfair_takes_a_rate_of_nobody_as_zero(ask):
    leads = rows(*cells("d", 0, 2, 0, 2), *cells("a", 3, 1, 1, 1))
    assert ask("oxonfair", **leads.asked())["recall.diff"] == pytest.approx(0.75)
    ours = named(leads)["RD", "d", None]
    assert ours.value is None
    assert "no lead of this group has a positive outcome" in ours.undefined


def test_10_oxonfair_equalized_odds_is_a_mean(ask):
    leads = rows(*cells("d", 1, 1, 1, 1), *cells("a", 2, 1, 0, 1))
    assert ask("oxonfair", **leads.asked())["equalized_odds"] == pytest.approx(0.25)
    assert ask("fairlearn", **leads.asked())["equalized_odds_difference"] == pytest.approx(0.5)
    spans = [d for d in gaps(leads).values() if d.metric == "equalized_odds_span"]
    assert [d.value for d in spans] == [pytest.approx(0.5)]


def test_11_holistic_ai_q50_is_the_quantile_80(ask):
    score = list(range(10)) * 2
    group = ["a"] * 10 + ["b"] * 10
    score = [s + 4 * (g == "a") for s, g in zip(score, group, strict=True)]
    given = {"group": group, "outcome": [0, 1] * 10, "decision": [0, 1] * 10, "score": score}
    theirs = ask("holisticai", **given, facet="a")
    assert theirs["table Statistical Parity Q50"] == theirs["statistical_parity_regression 0.8"]
    assert theirs["table Statistical Parity Q50"] != theirs["statistical_parity_regression 0.5"]


@pytest.mark.data
def test_12_aequitas_tests_another_rate_than_it_names(ask, data_dir):
    leads = compas(data_dir)
    theirs = ask("aequitas", **leads.asked(), reference="Caucasian", significance=True)["against"]
    black = theirs["African-American"]
    assert black["fpr_significance"] == black["fdr_significance"] == black["precision_significance"]
    assert black["fnr_significance"] == black["for_significance"]
    assert black["fpr_significance"] > 0.01
    ours = gaps(leads, "Caucasian")["African-American", "false_positive_rate", "difference"]
    assert ours.p < 1e-30
    fdr = gaps(leads, "Caucasian")["African-American", "false_discovery_rate", "difference"]
    assert fdr.p == pytest.approx(black["fdr_significance"], rel=0.02)


def test_13_aequitas_does_not_correct_for_many_groups(ask):
    """Forty groups that do not differ: in most tables it finds some that do, and we find none."""
    found = {"aequitas": 0, "ours": 0}
    for seed in range(5):
        random = np.random.default_rng(seed)
        names = [f"g{i:02d}" for i in range(40)]
        leads = Rows(
            group=[name for name in names for _ in range(40)],
            outcome=random.integers(0, 2, 1600).tolist(),
            decision=(random.random(1600) < 0.3).astype(int).tolist(),
        )
        theirs = ask("aequitas", **leads.asked(), reference="g00", significance=True)["against"]
        found["aequitas"] += any(
            one[f"{name}_significance"] < 0.05 for one in theirs.values() for name in ("pprev", "fdr", "for")
        )
        found["ours"] += any(d.verdict == "fail" for d in gaps(leads, "g00").values())
    assert found["aequitas"] >= 3
    assert found["ours"] == 0


def test_14_fairlearn_refuses_missing_groups(ask):
    leads = rows(*cells("d", 1, 1, 1, 1), *cells("a", 1, 1, 1, 1), *cells(None, 1, 1, 0, 0))
    assert "contains missing values" in ask("fairlearn", **leads.asked())["error"]
    assert rates(leads)["unknown", "selection_rate"] == 1


def test_15_fairlearn_interval_cannot_clear_anybody(ask):
    random = np.random.default_rng(1)
    leads = Rows(
        group=[f"g{i}" for i in range(6)] * 400,
        outcome=random.integers(0, 2, 2400).tolist(),
        decision=(random.random(2400) < 0.3).astype(int).tolist(),
    )
    theirs = ask("fairlearn_interval", **leads.asked(), resamples=100, seed=0)
    assert theirs["interval"][0] > 0.02
    (ours,) = [d for d in gaps(leads).values() if d.metric == "selection_rate_span"]
    assert ours.low == 0
    assert ours.value == pytest.approx(theirs["value"])


def test_16_fairlearn_takes_a_rate_of_nobody_as_zero(ask):
    leads = rows(*cells("d", 0, 2, 0, 2), *cells("a", 3, 1, 1, 1))
    theirs = ask("fairlearn", **leads.asked())
    assert theirs["by_group"]["true_positive_rate"]["d"] == 0
    assert theirs["equal_opportunity_difference"] == pytest.approx(0.75)
    assert rates(leads)["d", "true_positive_rate"] is None


def test_17_aif360_conditions_on_the_groups_themselves(ask):
    """Its conditional demographic disparity has no place for a legitimate factor."""
    leads = rows(
        *[("d", 1, 1)] * 6,
        *[("d", 1, 0)] * 6,
        *[("a", 1, 1)] * 2,
        *[("a", 1, 0)] * 2,
        *[("a", 1, 0)] * 8,
        *[("d", 1, 0)] * 4,
        factor=["x"] * 16 + ["y"] * 12,
    )
    theirs = ask("aif360", **leads.asked(), reference="a")["conditional_demographic_disparity"]
    assert abs(theirs) > 0.02
    ours = named(leads)["CDDPL", "d", None]
    assert ours.value == pytest.approx(0)


def test_18_aif360_turns_the_sign_of_class_imbalance(ask):
    leads = rows(*cells("d", 1, 0, 0, 0), *cells("a", 1, 1, 1, 0))
    assert ask("aif360", **leads.asked(), reference="a")["class_imbalance"] == pytest.approx(-0.5)
    assert named(leads)["CI", "d", None].value == pytest.approx(0.5)


def test_19_holistic_ai_takes_a_rate_of_nobody_as_zero_or_stops(ask):
    leads = rows(*cells("d", 0, 1, 0, 1), *cells("a", 1, 1, 1, 1))
    assert ask("holisticai", **leads.asked(), facet="d")["equal_opportunity_diff"] == pytest.approx(-0.5)
    ours = gaps(leads)["d", "true_positive_rate", "difference"]
    assert ours.value is None
    alike = rows(*cells("d", 0, 0, 0, 2), *cells("a", 2, 0, 0, 0))
    theirs = ask("holisticai", **alike.asked(), facet="d")
    assert theirs["false_positive_rate_diff"].startswith("error: IndexError")
    assert rates(alike)["d", "false_positive_rate"] == 0


def test_20_oxonfair_weighs_conditional_false_negatives_by_negatives(ask):
    """Within every stratum both groups miss alike, and the pooled number says that they do not."""
    leads = rows(
        *cells("d", 3, 0, 1, 6),
        *cells("d", 1, 0, 3, 0),
        *cells("a", 3, 0, 1, 0),
        *cells("a", 1, 0, 3, 6),
        factor=["x"] * 10 + ["y"] * 4 + ["x"] * 4 + ["y"] * 10,
    )
    asked = leads.asked() | {"factor": [int(one == "y") for one in leads.factor]}
    assert ask("oxonfair", **asked)["conditional_false_neg_rate"] > 0.1
    ours = gaps(leads)["d", "conditional_true_positive_rate", "difference"]
    assert ours.value == pytest.approx(0)


def test_the_page_and_the_tests_list_the_same():
    listed = set(re.findall(r"^## (\d+)\. ", PAGE.read_text(), re.MULTILINE))
    names = (*globals(), *vars(test_drift_disagreement), *vars(test_cbpe))
    tested = {name.split("_")[1] for name in names if re.match(r"test_\d+_", name)}
    assert listed == tested
