"""When our own estimates are not to be trusted, and by how much they are widened."""

from __future__ import annotations

from datetime import date

import pytest

from audit.estimate import Estimate
from audit.expected import Reconciled
from audit.expected.trust import records


def row(truth: float, place: int = 0) -> Reconciled:
    """An estimate of 30 % (20 to 50 %) and what came."""
    return Reconciled(
        cohort=f"2025-{place % 12 + 1:02}",
        begins=date(2025, 1, 1),
        taught_until=date(2024, 10, 1),
        attribute="",
        group="",
        reference="",
        metric="base_rate",
        estimate=Estimate(value=0.3, low=0.2, high=0.5, n=100),
        truth=truth,
        error=0.3 - truth,
        held=0.2 <= truth <= 0.5,
    )


def decided(*truths: float):
    found = records(tuple(row(truth, place) for place, truth in enumerate(truths)), 0.95)
    return next(one for one in found if one.metric == "base_rate" and not one.gaps)


def test_nothing_to_compare():
    one = decided()
    assert (one.state, one.compared, one.factor, one.mean_error) == ("unchecked", 0, None, None)


@pytest.mark.parametrize("truths", [[0.3], [0.3, 0.6], [0.25] * 18 + [0.6] * 2])
def test_a_miss_that_may_be_chance_changes_nothing(truths):
    one = decided(*truths)
    assert (one.state, one.factor) == ("trusted", 1.0)


def test_too_few_held():
    # 0.6 lies 0.3 above the value where the interval had 0.2: half as wide again holds it.
    one = decided(*[0.3] * 6, *[0.6] * 4)
    assert one.state == "widened"
    assert one.factor == pytest.approx(1.5)
    assert one.mean_error == pytest.approx(-0.12)
    assert one.mean_absolute_error == pytest.approx(0.12)


def test_of_many_the_worst_twentieth_is_let_go():
    # 100 truths: the factor is that of the 96th of 101 by width.
    one = decided(*[0.3] * 80, *[0.6] * 16, *[0.9] * 4)
    assert one.factor == pytest.approx(1.5)
    assert decided(*[0.3] * 80, *[0.6] * 15, *[0.9] * 5).factor == pytest.approx(3.0)


def test_so_wide_that_it_says_nothing_is_withheld():
    low = decided(*[0.3] * 5, *[0.0] * 5)  # 0.3 below where the interval had 0.1
    assert (low.state, low.factor) == ("widened", pytest.approx(3.0))
    one = decided(*[0.3] * 5, *[1.0] * 4, -0.2)
    assert (one.state, one.factor) == ("withheld", None)
