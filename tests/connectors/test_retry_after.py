"""How long an answer asks to wait: seconds, a date, nonsense."""

from __future__ import annotations

import pytest

from connectors.retry_after import LONGEST, retry_after

NOON = "Mon, 23 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("Mon, 23 Nov 2026 12:00:20 GMT", 20.0),
        ("Mon, 23 Nov 2026 12:00:20 -0000", 20.0),
        ("Mon, 23 Nov 2026 11:59:00 GMT", None),
        ("Fri, 23 Nov 2096 12:00:00 GMT", LONGEST),
        ("999999999", LONGEST),
        ("9" * 5000, None),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("\u0667", None),
        ("soon", None),
        ("", None),
        ("Mon, 99 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_a_wait_is_read_against_the_answers_own_clock(asked, wait):
    assert retry_after({"Retry-After": asked, "Date": NOON}) == wait


@pytest.mark.parametrize("date", ["", "nonsense"])
def test_a_past_date_is_no_wait_without_a_clock_too(date):
    assert retry_after({"Retry-After": "Mon, 23 Nov 1998 12:00:00 GMT", "Date": date}) is None


def test_no_header_is_no_wait():
    assert retry_after({}) is None
