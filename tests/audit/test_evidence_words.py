"""The evidence of a finding in words and units that people read."""

from __future__ import annotations

from audit.finding.evidence_words import evidence_words
from tests.audit.gaps import RATES, concluded, converting, disparity

MINUS = "\N{MINUS SIGN}"


def test_the_gap_of_a_share_is_in_points_and_rates_in_per_cent():
    (found,) = concluded(disparity(), disparity("auc"), estimates=(*RATES, *converting(0.11, 0.085)))
    told = dict(evidence_words(found.evidence, found.metric))
    assert told["Measured"] == f"{MINUS}18.3 points"
    assert (told["Plausible from"], told["Plausible to"]) == (f"{MINUS}20.1 points", f"{MINUS}16.0 points")
    assert told["Conversion rate, group that is worse off"] == "11.0 %"
    assert told["Ranking quality (AUC), difference"] == f"{MINUS}0.183"


def test_a_ratio_and_a_mean_score_are_not_points_of_a_share():
    (ratio,) = concluded(disparity(kind="ratio", value=0.5, low=0.4, high=0.6))
    assert dict(evidence_words(ratio.evidence, ratio.metric))["Measured"] == "0.5"
    (mean,) = concluded(disparity("mean_score", -9.4, -10.2, -8.6), estimates=())
    assert dict(evidence_words(mean.evidence, mean.metric))["Measured"] == f"{MINUS}9.4"


def test_a_tiny_p_value_is_not_written_out():
    assert evidence_words((("p_adjusted", 3.7e-199),)) == (
        ("p-value, corrected for many comparisons", "below 0.0001"),
    )
    assert evidence_words((("p_adjusted", 0.0312),))[0][1] == "0.0312"


def test_what_has_no_value_is_left_out_and_codes_read_in_words():
    facts = (("n_needed", None), ("first_rows", ""), ("converts", "as well"))
    assert evidence_words(facts) == (("The group that is worse off converts", "about as often"),)


def test_a_name_with_a_full_stop_is_no_metric():
    assert evidence_words((("v.2", 3),)) == (("V.2", "3"),)
