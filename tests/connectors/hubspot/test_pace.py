"""The sliding window: never more than allowed in any interval, and never slower than it must be."""

from __future__ import annotations

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Busy
from connectors.hubspot.pace import PATIENCE, Pace, Window
from connectors.hubspot.timing import Timing


class Clock:
    def __init__(self):
        self.at = 0.0

    def timing(self):
        return Timing(monotonic=lambda: self.at, sleep=self.pass_by)

    def pass_by(self, seconds):
        self.at += seconds


def headers(most, remaining, interval=10_000):
    return {
        "X-HubSpot-RateLimit-Max": str(most),
        "X-HubSpot-RateLimit-Remaining": str(remaining),
        "X-HubSpot-RateLimit-Interval-Milliseconds": str(interval),
    }


@given(allowed=st.integers(1, 30), gaps=st.lists(st.floats(0, 3), max_size=150))
def test_no_interval_holds_more_than_is_allowed(allowed, gaps):
    clock, window, sent = Clock(), Window(allowed=allowed, interval=10.0), []
    for gap in gaps:
        clock.at += gap
        while (wait := window.reserve(clock.at)) > 0:
            clock.at += wait
        sent.append(clock.at)
    for place, moment in enumerate(sent):
        assert place - bisect_left(sent, moment - 10.0 + 1e-6) < allowed


def test_a_burst_goes_out_at_once():
    clock = Clock()
    pace = Pace(clock.timing())
    pace.take(search=False)
    pace.learn(headers(190, 189))
    for _ in range(170):
        pace.take(search=False)
    assert clock.at == 0
    pace.take(search=False)
    assert clock.at == 10


def test_it_starts_with_the_smallest_budget():
    clock = Clock()
    pace = Pace(clock.timing())
    for _ in range(91):
        pace.take(search=False)
    assert clock.at == 10


def test_calls_of_others_are_left_room():
    clock = Clock()
    pace = Pace(clock.timing())
    pace.take(search=False)
    pace.learn(headers(100, 39))  # 61 used, one of them ours
    for _ in range(29):
        pace.take(search=False)
    assert clock.at == 0
    pace.take(search=False)
    assert clock.at > 0


def test_search_has_a_window_of_its_own():
    clock = Clock()
    pace = Pace(clock.timing())
    for _ in range(9):
        pace.take(search=True)
    assert clock.at == 2


def test_senseless_headers_change_nothing():
    pace = Pace(Clock().timing())
    for bad in ({}, headers(0, 0), headers(-5, 1), {"X-HubSpot-RateLimit-Max": "many"}):
        pace.learn(bad)
    assert pace._calls.allowed == 90


@pytest.mark.parametrize(
    "interval", [0, 1, 999, 20_001, 999_999_999, 999_999_999_999, "9" * 5000, "1e9", "²", ""]
)
def test_an_interval_that_cannot_be_is_no_reason_to_sleep(interval):
    clock = Clock()
    pace = Pace(clock.timing())
    for _ in range(10):
        pace.take(search=False)
        pace.learn(headers(1, 0, interval))
    assert (clock.at, pace._calls.interval) == (0, 10.0)


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "²", "1.5"])
def test_numbers_that_are_none_change_nothing(number):
    clock = Clock()
    pace = Pace(clock.timing())
    pace.learn(headers(number, 0))
    pace.learn({**headers(100, 0), "X-HubSpot-RateLimit-Remaining": number})
    for _ in range(90):
        pace.take(search=False)
    assert clock.at == 0


def test_a_wait_beyond_patience_is_the_caller_s():
    clock = Clock()
    pace = Pace(clock.timing())
    pace.close(PATIENCE + 1, search=False)
    with pytest.raises(Busy) as caught:
        pace.take(search=False)
    assert (clock.at, caught.value.retry_after) == (0, PATIENCE + 1)
