"""A watched gap from its days: verdicts, ends, alarms and changes."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.watch import evidence_of, surely, watch
from tests.audit.watch.streams import FIRST, counts, drawn

DAY = st.integers(0, 40).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, 9)).flatmap(
        lambda one: st.tuples(st.just(one), st.integers(0, one[2]))
    )
)
STREAM = st.lists(DAY, min_size=1, max_size=12).map(
    lambda days: counts([(a, c) for (_, a, _), c in days], [(n, m) for (n, _, m), _ in days])
)


def sound(one):
    """What holds of every watched gap, whatever the counts."""
    for look in one.looks:
        numbers = (look.low, look.high, look.evidence, *([] if look.gap is None else [look.gap]))
        assert all(math.isfinite(number) for number in numbers)
        assert -1 <= look.low <= look.high <= 1
        assert look.evidence >= 0
    for before, after in pairwise(one.looks):
        if after.day in one.changed:
            assert (after.low, after.high) == (-1, 1)
        else:
            assert before.low <= after.low
            assert after.high <= before.high
    crossed = [look.day for look in one.looks if look.evidence >= 1 / (1 - one.confidence) * (1 - 1e-12)]
    assert one.alarm == (crossed[0] if crossed else None)
    for look in one.looks:
        assert (look.verdict == "fail") == (one.alarm is not None and look.day >= one.alarm)
        if look.verdict == "pass":
            assert -one.tolerance <= look.low
            assert look.high <= one.tolerance


@settings(max_examples=25)
@given(days=STREAM, tolerance=st.sampled_from([0.0, 0.05, 0.5, 1.0]))
def test_ends_only_narrow_alarms_are_crossings_and_every_number_is_one(days, tolerance):
    sound(watch(days, tolerance, 0.95))


@settings(max_examples=10)
@given(days=STREAM)
def test_swapping_the_groups_mirrors_the_gap(days):
    there = watch(days, 0.05, 0.95)
    back = watch(counts(days.happened[:, ::-1], days.n[:, ::-1]), 0.05, 0.95)
    for one, other in zip(there.looks, back.looks, strict=True):
        assert (one.low, one.high) == (-other.high, -other.low)
        assert one.evidence == pytest.approx(other.evidence, rel=1e-6)


@settings(max_examples=10)
@given(days=STREAM, later=STREAM)
def test_what_was_said_of_a_day_stands_whatever_comes_later(days, later):
    both = counts(np.vstack([days.happened, later.happened]), np.vstack([days.n, later.n]))
    assert watch(both, 0.05, 0.95).looks[: len(days.day)] == watch(days, 0.05, 0.95).looks


def test_days_without_leads_of_both_change_nothing_but_the_guess():
    days = drawn(3, 40, 20, (0.5, 0.2))
    empty = counts(np.insert(days.happened, 20, 0, axis=0), np.insert(days.n, 20, 0, axis=0))
    # An empty day is a day on which a late bet could have begun, so the stakes are alike and not equal.
    one, other = evidence_of(days, 0.05)[-1], evidence_of(empty, 0.05)[-1]
    assert one == pytest.approx(other, rel=0.05)


def test_the_more_is_tolerated_the_less_evidence_there_is_after_a_day():
    days = counts([[5, 5], [14, 6]], [[20, 20], [20, 20]])
    found = [evidence_of(days, tolerance)[-1] for tolerance in (0.0, 0.05, 0.1, 0.2)]
    assert found == sorted(found, reverse=True)


def test_the_same_leads_in_days_of_any_size_have_the_same_gap_but_not_the_same_evidence():
    """The first day is never bet on, so all leads in one day are no evidence, however wide the gap."""
    one = watch(counts([[90, 10]], [[100, 100]]), 0.05, 0.95)
    many = watch(counts([[9, 1]] * 10, [[10, 10]] * 10), 0.05, 0.95)
    assert one.looks[-1].gap == many.looks[-1].gap == pytest.approx(0.8)
    assert (one.looks[-1].low, one.looks[-1].high, one.looks[-1].evidence) == (-1, 1, 1)
    assert one.alarm is None
    assert many.alarm is not None
    assert one.looks[-1].verdict == "insufficient"


@pytest.mark.parametrize(
    ("happened", "n"),
    [
        ([[1, 2]], [[1, 2]]),  # three leads
        ([[1, 0], [0, 2]], [[1, 0], [0, 2]]),  # never both on a day
        ([[0, 0]] * 3, [[0, 0]] * 3),  # nobody
        ([[7, 0]] * 9, [[7, 0]] * 9),  # one group only
    ],
)
def test_too_little_is_said_to_be_too_little(happened, n):
    one = watch(counts(happened, n), 0.05, 0.95)
    sound(one)
    assert {look.verdict for look in one.looks} == {"insufficient"}
    assert one.looks[-1].evidence == 1


@pytest.mark.parametrize(("rate", "n"), [(1.0, 300), (0.0, 300), (1.0, 10**6)])
def test_all_or_nobody_selected_is_no_gap(rate, n):
    one = watch(counts([[rate * n, rate * n]] * 30, [[n, n]] * 30), 0.05, 0.95)
    sound(one)
    assert one.looks[-1].verdict == "pass"


def test_the_widest_gap_of_a_million_leads_a_day_has_finite_evidence():
    one = watch(counts([[10**6, 0]] * 30, [[10**6, 10**6]] * 30), 0.05, 0.95)
    sound(one)
    assert one.alarm == FIRST.replace(day=2)


def test_two_thousand_days():
    one = watch(drawn(4, 2000, 30, (0.3, 0.3)), 0.05, 0.95)
    sound(one)
    assert len(one.looks) == 2000
    assert one.looks[-1].verdict == "pass"
    assert one.changed == ()


def test_a_gap_that_opens_after_half_a_year_is_found_and_the_band_begins_anew():
    days = drawn(5, 300, 100, (0.3, 0.3), (0.45, 0.3))
    one = watch(days, 0.05, 0.95)
    sound(one)
    opened = days.day[150]
    assert one.alarm is not None
    assert 0 < (one.alarm - opened).days <= 60
    assert len(one.changed) == 1
    assert one.changed[0] > opened
    assert one.looks[149].verdict == "pass"
    last = one.looks[-1]
    assert last.low > 0.05
    assert last.low <= 0.15 <= last.high
    assert last.gap == pytest.approx(0.15, abs=0.02)


def test_rates_and_shares_that_move_together_are_no_gap():
    """Simpson's paradox: of all leads so far the group has the higher rate, on no day it has."""
    n = [[90, 10]] * 40 + [[10, 90]] * 40
    happened = [[54, 6]] * 40 + [[2, 18]] * 40
    one = watch(counts(happened, n), 0.05, 0.95)
    pooled = np.asarray(happened).sum(axis=0) / np.asarray(n).sum(axis=0)
    assert pooled[0] - pooled[1] > 0.3
    assert one.looks[-1].gap == pytest.approx(0.0)
    assert one.alarm is None


def test_the_means_of_accounts_may_stand_for_yes_and_no():
    days = drawn(6, 60, 40, (0.5, 0.3))
    one = watch(counts(days.happened * 0.9 + 0.05 * days.n, days.n), 0.05, 0.95)
    sound(one)
    assert one.looks[-1].gap == pytest.approx(0.18, abs=0.03)


@given(
    evidence=st.lists(st.floats(0, 1e300), max_size=30),
    error=st.sampled_from([0.01, 0.05, 0.5]),
)
def test_what_holds_together_is_the_largest_set_that_supports_itself(evidence, error):
    told = surely(evidence, error)
    chosen = [value for value, one in zip(evidence, told, strict=True) if one]
    k, most = len(evidence), len(chosen)
    assert all(value >= k / (error * most) for value in chosen)
    others = sorted((value for value, one in zip(evidence, told, strict=True) if not one), reverse=True)
    for place, value in enumerate(others, start=most + 1):
        assert value < k / (error * place)
    assert len(told) == k


def test_of_what_is_told_together_few_are_false_whatever_they_have_in_common():
    """Twenty copies of one null stake that is 40 with a chance of 1 in 40: all are told, or none."""
    rate = np.mean([any(surely([value] * 20, 0.05)) for value in [40.0] + [0.0] * 39])
    assert rate <= 0.05
