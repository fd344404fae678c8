"""The sliding window: HubSpot never counts more than is allowed, and no call waits longer than it must."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from heapq import heappop, heappush

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.errors import Busy
from connectors.hubspot.ledger import Ledger
from connectors.hubspot.pace import BELIEVED, PATIENCE, Pace, pace_of
from connectors.hubspot.timing import Timing
from connectors.hubspot.window import LEAST_WAIT, UNANSWERED, Window
from connectors.shared_notes import MemoryNote, in_folder


class Clock:
    def __init__(self):
        self.at = 1_000_000.0

    def timing(self):
        return Timing(
            now=lambda: datetime.fromtimestamp(self.at, UTC), monotonic=lambda: self.at, sleep=self.pass_by
        )

    def notes(self, folder):
        return in_folder(folder, lambda: self.at)

    def pass_by(self, seconds):
        self.at += seconds

    def pace(self, percent=100):
        return Pace(
            ledger=Ledger(note=MemoryNote(clock=lambda: self.at)), timing=self.timing(), percent=percent
        )


def one(pace, *, search=False, headers=None):
    """A call that is answered at once."""
    pace.settle(pace.take(search=search), headers)


def headers(most, remaining, interval=10_000):
    return {
        "X-HubSpot-RateLimit-Max": str(most),
        "X-HubSpot-RateLimit-Remaining": str(remaining),
        "X-HubSpot-RateLimit-Interval-Milliseconds": str(interval),
    }


def daily(allowed, remaining):
    return {
        "X-HubSpot-RateLimit-Daily": str(allowed),
        "X-HubSpot-RateLimit-Daily-Remaining": str(remaining),
    }


CALLS = st.lists(st.tuples(st.floats(0, 3), st.floats(0, 4), st.floats(0, 4)), max_size=120)


@given(allowed=st.integers(1, 12), calls=CALLS)
def test_no_window_of_hubspot_holds_more_than_is_allowed(allowed, calls):
    """Whenever a call is counted there, between its sending and its answer, and however they overlap."""
    now, window, answers, counted = 0.0, Window(allowed=allowed, interval=10.0), [], []

    def until(moment):
        while answers and answers[0][0] <= moment:
            at, name = heappop(answers)
            window.settle(name, at)

    for number, (gap, way, back) in enumerate(calls):
        now += gap
        until(now)
        while (wait := window.reserve(str(number), now)) > 0:
            now += wait
            until(now)
        counted.append(now + way)
        heappush(answers, (now + way + back, str(number)))
    counted.sort()
    for place in range(len(counted) - allowed):
        assert counted[place + allowed] - counted[place] > 10.0 - 1e-6


@given(allowed=st.integers(1, 30), gaps=st.lists(st.floats(0, 3), max_size=150))
@example(allowed=2, gaps=[0.0, 0.87890625, 0.0, 0.8782568588215958])
def test_a_call_that_is_answered_at_once_waits_no_longer_than_a_window(allowed, gaps):
    now, window, sent = 0.0, Window(allowed=allowed, interval=10.0), []
    for number, gap in enumerate(gaps):
        now += gap
        asked = now
        while (wait := window.reserve(str(number), now)) > 0:
            now += wait
        window.settle(str(number), now)
        if now > asked:
            assert now == pytest.approx(max(sent[-allowed] + 10.0, asked + LEAST_WAIT))
        sent.append(now)


def test_a_burst_goes_out_at_once():
    clock = Clock()
    pace, began = clock.pace(), clock.at
    one(pace, headers=headers(190, 189))
    for _ in range(170):
        one(pace)
    assert clock.at == began
    one(pace)
    assert clock.at == began + 10


def test_it_starts_with_the_smallest_budget():
    clock = Clock()
    pace, began = clock.pace(), clock.at
    for _ in range(91):
        one(pace)
    assert clock.at == began + 10


def test_calls_of_others_are_left_room():
    clock = Clock()
    pace, began = clock.pace(), clock.at
    one(pace, headers=headers(100, 39))  # 61 used, one of them ours
    for _ in range(29):
        one(pace)
    assert clock.at == began
    one(pace)
    assert clock.at > began


def test_search_has_a_window_of_its_own():
    clock = Clock()
    pace, began = clock.pace(), clock.at
    for _ in range(9):
        one(pace, search=True)
    assert clock.at == began + 2


def test_a_call_without_an_answer_keeps_its_place_and_not_for_ever():
    clock = Clock()
    pace, began = clock.pace(), clock.at
    for _ in range(4):
        pace.take(search=True)
    one(pace, search=True)
    assert began + UNANSWERED <= clock.at <= began + UNANSWERED + 3


def test_senseless_headers_change_nothing():
    pace = Clock().pace()
    for bad in ({}, headers(0, 0), headers(-5, 1), {"X-HubSpot-RateLimit-Max": "many"}):
        one(pace, headers=bad)
    with pace.ledger.open() as (counts, _):
        assert counts.calls.allowed == 90


@pytest.mark.parametrize(
    "interval", [0, 1, 999, 20_001, 999_999_999, 999_999_999_999, "9" * 5000, "1e9", "²", ""]
)
def test_an_interval_that_cannot_be_is_no_reason_to_sleep(interval):
    clock = Clock()
    pace, began = clock.pace(), clock.at
    for _ in range(10):
        one(pace, headers=headers(1, 0, interval))
    with pace.ledger.open() as (counts, _):
        assert (clock.at, counts.calls.interval) == (began, 10.0)


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "²", "1.5"])
def test_numbers_that_are_none_change_nothing(number):
    clock = Clock()
    pace, began = clock.pace(), clock.at
    one(pace, headers=headers(number, 0))
    one(pace, headers={**headers(100, 0), "X-HubSpot-RateLimit-Remaining": number})
    one(pace, headers=daily(number, 0))
    for _ in range(87):
        one(pace)
    assert clock.at == began


def test_a_wait_beyond_patience_is_the_caller_s():
    clock = Clock()
    pace, began = clock.pace(), clock.at
    pace.close(PATIENCE + 1, search=False)
    with pytest.raises(Busy) as caught:
        pace.take(search=False)
    assert (clock.at, caught.value.retry_after) == (began, PATIENCE + 1)


def test_a_shorter_hold_does_not_end_a_longer_one():
    clock = Clock()
    pace, began = clock.pace(), clock.at
    pace.close(10, search=False)
    pace.close(1, search=False)
    one(pace)
    assert clock.at == began + 10


def test_at_the_admin_s_share_of_the_day_it_stops_and_asks_again_later():
    clock = Clock()
    pace = clock.pace(percent=80)
    one(pace, headers=daily(1_000, 201))
    one(pace, headers=daily(1_000, 200))
    for search in (False, True):
        with pytest.raises(Busy, match=r"800 of the portal's 1,000 .*FAIRLEAD_HUBSPOT_API_PERCENT") as caught:
            pace.take(search=search)
        assert caught.value.code == "limit_reached"
    clock.pass_by(BELIEVED)
    one(pace, headers=daily(1_000, 999))
    one(pace)


def test_processes_with_the_same_notes_share_their_counts(tmp_path):
    clock = Clock()
    first, second = (pace_of("77", clock.timing(), clock.notes(tmp_path), 100, "http://x") for _ in range(2))
    began = clock.at
    one(first, headers=headers(50, 49))
    for _ in range(22):
        one(first)
        one(second)
    assert clock.at == began
    one(second)
    assert clock.at == pytest.approx(began + 10, abs=0.01)
    other = pace_of("78", clock.timing(), clock.notes(tmp_path), 100, "http://x")
    one(other)
    assert clock.at == pytest.approx(began + 10, abs=0.01)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "7", '{"calls":{}}', "[" * 100_000, '{"calls":{"places":7}}']
)
def test_counts_that_cannot_be_read_count_as_none(tmp_path, text):
    clock = Clock()
    (tmp_path / "hubspot-77.json").write_text(text)
    began = clock.at
    one(pace_of("77", clock.timing(), clock.notes(tmp_path), 100, "http://x"))
    assert clock.at == began


def test_a_clock_that_was_put_back_holds_nothing_up_for_long(tmp_path):
    clock = Clock()
    pace = pace_of("77", clock.timing(), clock.notes(tmp_path), 100, "http://x")
    for _ in range(90):
        one(pace)
    pace.close(20, search=True)
    clock.at -= 5_000
    began = clock.at
    one(pace)
    assert clock.at <= began + 11
    with pytest.raises(Busy) as caught:
        pace.take(search=True)
    assert caught.value.retry_after <= 60


def test_what_is_written_holds_numbers_and_random_names_only(tmp_path):
    clock = Clock()
    pace = pace_of("77", clock.timing(), clock.notes(tmp_path), 100, "http://api.example")
    one(pace, headers=headers(100, 99))
    text = (tmp_path / "hubspot-77.json").read_text()
    assert "api.example" not in text
    assert set(json.loads(text)) == {"calls", "searches", "daily_used", "daily_allowed", "heard_at"}


@pytest.mark.parametrize("name", ["calls", "searches", "daily_used", "daily_allowed", "heard_at"])
@pytest.mark.parametrize("value", [None, "x", [], {"allowed": "x"}])
def test_a_part_of_the_counts_that_cannot_be_read_makes_them_count_as_none(tmp_path, name, value):
    clock = Clock()
    pace = pace_of("77", clock.timing(), clock.notes(tmp_path), 80, "http://x")
    one(pace, headers=daily(10, 0))
    path = tmp_path / "hubspot-77.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))
    one(pace)


def test_the_calls_of_the_day_are_told_as_hubspot_last_said():
    pace = Clock().pace()
    assert pace.day is None
    one(pace)
    assert pace.day is None, "an app of the marketplace hears nothing of the day"
    one(pace, headers=daily(650_000, 600_000))
    assert pace.day == (50_000, 650_000)
