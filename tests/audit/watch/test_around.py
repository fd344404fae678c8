"""A gap before and after a day: equal windows of closed days, and what can be said of them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from audit.watch.around import LEAST, MOST, compared, tally, windows
from audit.watch.counting import DayCounts

DAY = date(2026, 5, 1)
RULES = (0.95, 30)


def days(n):
    return timedelta(days=n)


@pytest.mark.parametrize(
    ("first", "last_before", "closed", "length"),
    [
        (-200, -1, 200, MOST),
        (-200, -1, 20, 20),
        (-10, -1, 200, 10),
        (-200, -31, 200, MOST),
        (-40, -31, 200, 10),
        (-200, -1, -5, 0),
        (5, -1, 200, 0),
    ],
)
def test_windows_are_equal_and_the_day_itself_counts_in_neither(first, last_before, closed, length):
    found = windows(DAY, DAY + days(last_before), (DAY + days(first), DAY + days(closed)))
    assert found.days == length
    assert found.after == DAY + days(1)
    assert found.first + days(found.days - 1) == DAY + days(last_before)
    assert LEAST < MOST


def test_a_tally_adds_the_days_of_all_parts():
    parts = [
        DayCounts(
            metric="selection_rate", attribute="region", group=("a", "b"),
            day=tuple(DAY + days(n + at) for n in range(3)),
            happened=np.ones((3, 2)), n=np.full((3, 2), 2.0), rows=np.full((3, 2), 2.0),
        )
        for at in (0, 3)
    ]  # fmt: skip
    assert tally(parts, DAY + days(1), 3) == {"a": (3.0, 6.0), "b": (3.0, 6.0)}


def test_a_sure_change_is_told_and_an_unsure_one_is_not():
    before = {"one": (500, 1000), "two": (300, 1000), "three": (500, 1000), "few": (5, 10)}
    after = {"one": (500, 1000), "two": (480, 1000), "three": (300, 1000), "few": (5, 1000)}
    found = {one.group: one for one in compared(before, after, "one", RULES)}
    assert {name: one.course for name, one in found.items()} == {
        "two": "smaller", "three": "larger", "few": "insufficient"
    }  # fmt: skip
    two = found["two"]
    assert (two.before.value, two.after.value, two.n) == (
        pytest.approx(-0.2),
        pytest.approx(-0.02),
        (1000, 1000),
    )
    assert two.change.value == pytest.approx(0.18)
    # Newcombe's interval of -0.2, by hand from Wilson's of 0.3 and 0.5.
    assert (two.before.low, two.before.high) == (
        pytest.approx(-0.2414, abs=5e-4),
        pytest.approx(-0.1576, abs=5e-4),
    )
    assert two.change.low < 0.18 < two.change.high
    assert {one.course for one in compared(before, before, "one", RULES)} == {"unsure", "insufficient"}
    assert {one.course for one in compared(before, {"two": (5, 900)}, "one", RULES)} == {"insufficient"}


def test_without_a_change_few_are_said_to_be_sure():
    """2,000 draws of three equal groups: at most 5 in 100 of them name any change, with room for chance."""
    random = np.random.default_rng(5)
    wrong = 0
    for _ in range(2000):
        one, two = (
            {name: (float(random.binomial(400, 0.4)), 400.0) for name in ("r", "a", "b", "c")}
            for _ in range(2)
        )
        wrong += any(each.course in {"smaller", "larger"} for each in compared(one, two, "r", RULES))
    assert wrong / 2000 < 0.06
