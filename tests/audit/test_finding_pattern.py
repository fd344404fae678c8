"""One reference group behind several findings is said, and its own loss weighs once."""

from __future__ import annotations

import pytest

from tests.audit.gaps import concluded, disparity


def favoured(group: str, low: float = 0.16):
    return disparity(group=(group,), value=low + 0.02, low=low, high=low + 0.04)


def behind(group: str, low: float = 0.16):
    return disparity(group=(group,), value=-low - 0.02, low=-low - 0.04, high=-low)


def test_the_loss_of_the_reference_counts_in_full_once():
    found = concluded(favoured("a", 0.2), favoured("b"), favoured("c"))
    assert [(one.group, one.severity) for one in found] == [
        (("a",), "high"),
        (("b",), "medium"),
        (("c",), "medium"),
    ]
    assert "'city' leads are behind 3 groups of region." in found[0].rest
    assert all("one of 3 findings in which 'city' leads are behind" in one.rest for one in found[1:])


def test_one_favoured_group_is_an_ordinary_finding():
    (found,) = concluded(favoured("a"))
    assert found.severity == "high"
    assert "behind" not in found.text


@pytest.mark.parametrize(("groups", "said"), [("abc", True), ("ab", False)])
def test_groups_that_are_behind_keep_their_severity_and_the_first_names_the_pattern(groups, said):
    found = concluded(*(behind(group) for group in groups))
    assert {one.severity for one in found} == {"high"}
    assert ("3 groups of region are behind 'city' leads in this way" in found[0].rest) is said
    assert not any("right group to compare with" in one.text for one in found[1:])


def test_groups_that_convert_more_often_once_selected_are_not_called_behind():
    found = concluded(*(disparity("precision", 0.2, 0.15, 0.25, group=(g,)) for g in "abc"))
    assert "differ in this way from 'city' leads" in found[0].rest
    assert "the bar to be selected was higher" in found[0].rest
    assert "behind" not in found[0].text


def test_both_directions_at_once_are_two_patterns():
    found = concluded(favoured("a"), behind("b"))
    assert [one.severity for one in found] == ["high", "high"]
    assert "findings in which" not in " ".join(one.text for one in found)


def test_a_gap_in_errors_never_steps_below_low():
    found = concluded(*(disparity("precision", -0.07, -0.08, -0.06, group=(g,)) for g in "ab"))
    assert {one.severity for one in found} == {"low"}


def test_crossings_of_one_reference_are_a_pattern_too():
    crossed = [
        disparity(
            attribute=("region", "age"),
            group=("small town", age),
            reference=("city", "35-50"),
            value=0.4,
            low=0.36,
            high=0.44,
        )
        for age in ("65+", "<25")
    ]
    found = concluded(*crossed)
    assert [one.severity for one in found] == ["critical", "high"]
    assert "leads of the reference group are behind" in found[1].rest
