"""The simulations of `make validate` in short: fixed seeds, wide limits."""

from __future__ import annotations

import pytest

from tests.validation.monitoring import GAPS, NULLS, alarmed, found, held


@pytest.mark.parametrize("world", NULLS[3:6], ids=lambda world: world.name)
def test_of_streams_at_the_edge_of_the_tolerance_few_ever_alarm(world):
    one = alarmed(world, 40, 1)
    assert one.alarms <= 6  # of 40 at exactly 5 %, more than 6 has a probability of 0.3 %
    assert one.repeated > one.alarms


def test_a_gap_is_found_in_fewer_leads_than_a_weekly_test_needs():
    one = found(GAPS[0], 30, 1)
    assert one.daily < 0.9 * one.weekly


def test_the_band_holds_at_all_looks_at_once():
    one = held(NULLS[2], 60, 25, 1)
    assert one.held >= 21  # of 25 at exactly 95 %, fewer than 21 has a probability of 0.7 %
    assert one.widths[1] < one.widths[0] or one.widths[1] < 0.3
