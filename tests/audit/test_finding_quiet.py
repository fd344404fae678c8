"""What could not be judged and what passed: one finding per attribute, with an honest number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit.finding.conclude import findings
from audit.finding.facts import Facts
from tests.audit.gaps import STREAM, concluded, disparity, estimate


def open_one(n_needed: int | None, **changes):
    return disparity(
        **{"verdict": "insufficient", "n": 40, "n_needed": n_needed, "p_adjusted": 0.2, **changes}
    )


def test_a_group_without_enough_data_says_how_many_more_leads():
    (found,) = concluded(open_one(361))
    assert (found.severity, found.verdict, found.group) == ("info", "insufficient", ())
    assert found.headline == (
        "There is not enough data to judge leads with region 'small town' against 'city' leads."
    )
    assert found.rest == "If the rates stay as they are, 'small town' (40 leads) needs about 330 more leads."


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (1, "a few"),
        (9, "a few"),
        (10, "about 10"),
        (99, "about 99"),
        (764, "about 770"),
        (12_001, "about 13,000"),
    ],
)
def test_the_number_is_rounded_up_to_what_can_be_known(missing, words):
    (found,) = concluded(open_one(40 + missing))
    assert found.rest.endswith(f"needs {words} more leads.")


def test_the_number_is_that_of_the_comparison_that_needs_most():
    (found,) = concluded(open_one(41), open_one(900, kind="ratio", value=0.7, low=0.4, high=1.1))
    assert found.rest.endswith("needs about 860 more leads.")
    assert dict(found.evidence)["n_needed"] == 900


def test_no_number_is_told_where_another_comparison_stays_open():
    (found,) = concluded(open_one(41), open_one(None, kind="ratio", value=0.8, low=0.5, high=1.2))
    assert found.rest == "For 'small town' (40 leads) the gap is too close to the tolerance to tell."
    assert dict(found.evidence)["n_needed"] is None


def test_a_comparison_that_passed_does_not_ask_for_leads():
    passing = disparity(value=0.0, low=-0.01, high=0.01, verdict="pass", n=40, n_needed=5_000)
    (found,) = concluded(passing, open_one(100, kind="ratio", value=0.9, low=0.6, high=1.2))
    assert found.rest.endswith("needs about 60 more leads.")


def test_a_reference_that_is_too_small_is_the_reason():
    (found,) = concluded(open_one(None), estimates=(estimate("city", "selection_rate", 0.3, n=12),))
    assert "the reference group is too small (12 leads)" in found.rest


def test_a_reference_whose_own_uncertainty_is_wider_than_the_distance_is_the_reason():
    near = open_one(None, value=0.0, low=-0.1, high=0.1, n=200)
    vague = estimate("city", "selection_rate", 0.5, n=200, half=0.07)
    (found,) = concluded(near, estimates=(vague,))
    assert found.rest == (
        "For 'small town' (200 leads) the reference group (200 leads) is too small to tell a gap this near"
        " to the tolerance."
    )
    (found,) = concluded(replace(near, value=-0.0499), estimates=(vague,))
    assert found.rest.endswith("the gap is too close to the tolerance to tell.")


def test_a_ratio_that_does_not_exist_is_the_reason():
    no_ratio = open_one(None, kind="ratio", value=None, low=None, high=None, undefined="the rate is 0")
    (found,) = concluded(disparity(value=0.0, low=-0.01, high=0.01, verdict="pass"), no_ratio)
    assert "the comparison stays open: the rate is 0." in found.rest


def test_the_groups_of_an_attribute_share_one_line_and_the_nearest_come_first():
    found = concluded(
        open_one(400, group=("a",)), open_one(90, group=("b",)), open_one(None, group=("c",), n=7)
    )
    (only,) = found
    assert only.headline == (
        "There is not enough data to judge 3 groups of region against 'city' leads: 'b', 'a' and 'c'."
    )
    assert only.rest == (
        "If the rates stay as they are, 'b' (40 leads) needs about 50 more leads and 'a' (40 leads) needs"
        " about 360 more leads. For 'c' (7 leads) the gap is too close to the tolerance to tell."
    )


def test_many_small_groups_are_summed_up():
    (found,) = concluded(*(open_one(100 + i, group=(f"g{i}",)) for i in range(25)))
    assert "25 groups of region" in found.headline
    assert found.headline.endswith("'g9' and 15 more groups.")
    assert found.rest.count("more leads") == 10
    assert dict(found.evidence)["groups"] == 25


def test_a_special_category_stays_marked():
    aged = {"attribute": ("age",), "reference": ("35-50",)}
    passing = disparity(value=0.01, low=0.0, high=0.02, verdict="pass", group=("b",), **aged)
    found = concluded(open_one(90, group=("a",), **aged), passing)
    assert [one.special_category for one in found] == [True, True]


def passing(group: str, value: float):
    return disparity(group=(group,), value=value, low=value, high=value, verdict="pass")


def test_what_passed_is_one_finding_per_attribute():
    (found,) = concluded(passing("a", 0.01), passing("b", -0.02))
    assert (found.severity, found.verdict) == ("info", "pass")
    assert found.headline == (
        "No material gap was found for 2 groups of region ('a' and 'b'):"
        " their share selected lies within the tolerance of that of 'city' leads."
    )
    assert found.rest == (
        "The widest gap: leads with region 'b' are selected 2.0 points less often than 'city' leads."
    )


def test_a_gap_that_rounds_to_nothing_has_no_direction():
    (found,) = concluded(passing("a", -0.0001))
    assert found.rest == "Leads with region 'a' are selected as often as 'city' leads."


def test_what_passed_says_what_is_still_open():
    other = disparity("precision", group=("a",), verdict="insufficient")
    (found,) = concluded(passing("a", 0.01), other)
    assert "1 comparison of other metrics has too little data for a verdict." in found.rest


@pytest.mark.parametrize("number", [4, 7])
def test_many_groups_that_passed_are_not_all_named(number):
    (found,) = concluded(*(passing(f"g{i}", 0.01) for i in range(number)))
    assert f"{number} groups of region ('g0', 'g1', 'g2' and {number - 3} more)" in found.headline


def test_an_attribute_without_a_decision_is_judged_by_its_mean_score():
    mean = disparity("mean_score", 0.4, -0.2, 0.9, verdict="pass")
    (found,) = findings(Facts(stream=replace(STREAM, threshold=None), estimates=(), disparities=(mean,)))
    assert "their mean score lies within the tolerance" in found.headline
