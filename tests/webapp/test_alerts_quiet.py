"""Quiet hours by the clock on the wall, over changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.alerts.quiet import MINUTE, Quiet, is_quiet, read_quiet, when

NIGHT = Quiet(start=22 * 60, end=7 * 60, zone="Europe/Berlin")
WEEKEND = Quiet(start=22 * 60, end=7 * 60, weekends=True, zone="Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "now", "expected"),
    [
        (NIGHT, "2026-11-20T12:00", "2026-11-20T12:00"),
        (NIGHT, "2026-11-20T23:30", "2026-11-21T06:00"),
        # The night before 29 March has one hour less, that before 25 October one more.
        (NIGHT, "2026-03-28T22:00", "2026-03-29T05:00"),
        (NIGHT, "2026-10-24T21:00", "2026-10-25T06:00"),
        (WEEKEND, "2026-11-20T21:30", "2026-11-23T06:00"),
        (WEEKEND, "2026-03-27T21:30", "2026-03-30T05:00"),
        # The wall skips from 02:00 to 03:00: quiet until 02:30 ends with the skip.
        (Quiet(start=0, end=150, zone="Europe/Berlin"), "2026-03-29T00:30", "2026-03-29T01:00"),
        # It shows 02:15 twice, and it is quiet each time.
        (Quiet(start=120, end=150, zone="Europe/Berlin"), "2026-10-25T01:15", "2026-10-25T01:30"),
        (Quiet(start=60, end=60, zone="Asia/Kolkata"), "2026-11-20T20:00", "2026-11-20T20:00"),
        # UTC+14 is a day ahead: its Saturday begins while it is Friday here.
        (Quiet(start=1320, end=420, zone="Pacific/Kiritimati"), "2026-11-20T08:00", "2026-11-20T17:00"),
        (Quiet(weekends=True, zone="Pacific/Kiritimati"), "2026-11-20T10:00", "2026-11-22T10:00"),
        (Quiet(weekends=True, zone="Pacific/Auckland"), "2026-11-20T12:00", "2026-11-22T11:00"),
    ],
)
def test_what_is_quiet_waits_for_the_first_minute_that_is_not(quiet: Quiet, now: str, expected: str):
    assert when(quiet, at(now)) == at(expected)
    assert read_quiet(quiet.record()) == quiet


@given(
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.booleans(),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    st.integers(0, 730 * 24 * 60),
)
def test_the_moment_found_is_never_quiet_and_the_minute_before_it_is(start, end, weekends, zone, minutes):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    quiet = Quiet(start=start, end=end, weekends=weekends, zone=zone)
    found = when(quiet, now)
    assert not is_quiet(quiet, found)
    if found != now:
        assert is_quiet(quiet, now)
        assert is_quiet(quiet, found - MINUTE)
