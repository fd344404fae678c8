"""Rows to days of counts."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from audit.intake import admit
from audit.schema import parse_stream
from audit.watch import WATCHED, days_of

STREAM = """
[stream]
name = "s"
score = "score"
threshold = 50
outcome = "won"
worked = "worked"
created = "day"
{more}
[[stream.attribute]]
name = "region"
reference = "urban"
[audit]
minimum_group = 2
"""
ROWS = [  # day, region, score, won, worked, account
    ("2026-03-01", "urban", 60, 1, 1, "a"),
    ("2026-03-01", "urban", 70, 1, 1, "a"),
    ("2026-03-01", "urban", 10, 1, 0, "b"),
    ("2026-03-01", "rural", 10, 0, 0, "c"),
    ("2026-03-04", "rural", 90, None, None, "c"),
    ("2026-03-04", "rural", 90, 1, 1, "c"),
    ("2026-03-04", "rural", 20, 1, 1, None),
    ("2026-03-02", "lone", 20, 1, 1, "d"),
    ("2026-03-02", None, 20, 1, 1, "e"),
]
NAMES = ("day", "region", "score", "won", "worked", "account")


def days(metric, more="", rows=ROWS):
    stream = parse_stream(STREAM.format(more=more), "s.toml")
    columns = dict(zip(NAMES, map(list, zip(*rows, strict=True)), strict=True))
    return days_of(admit(pa.table(columns), stream).table, stream, metric)


@pytest.mark.parametrize(
    ("metric", "happened", "n"),
    [
        ("selection_rate", [[0, 2], [2, 0]], [[1, 3], [3, 0]]),
        ("true_positive_rate", [[0, 2], [1, 0]], [[0, 2], [2, 0]]),  # nobody worked the third good one
        ("contact_rate", [[0, 2], [2, 0]], [[1, 3], [2, 0]]),
        ("base_rate", [[0, 2], [2, 0]], [[0, 2], [2, 0]]),
    ],
)
def test_counts_by_hand(metric, happened, n):
    (one,) = days(metric)
    kept = [place for place in range(2) if sum(n[place])]
    assert (one.metric, one.attribute, one.group, one.reference) == (metric, "region", "rural", "urban")
    assert one.day == (date(2026, 3, 1), date(2026, 3, 4))
    assert one.happened.tolist() == [happened[place] for place in kept]
    assert one.n.tolist() == [n[place] for place in kept]


def test_an_account_counts_once_a_day_with_its_mean_and_leads_without_one_count_each():
    (one,) = days("selection_rate", 'account = "account"')
    assert one.n.tolist() == [[1, 2], [2, 0]]
    assert one.happened.tolist() == [[0, 1], [1, 0]]
    half = [*ROWS[:3], ("2026-03-01", "urban", 5, 0, 0, "a"), *ROWS[3:]]
    (one,) = days("selection_rate", 'account = "account"', half)
    assert one.happened[0].tolist() == [0, pytest.approx(2 / 3)]


def test_the_order_of_the_rows_changes_nothing():
    one, other = (days("selection_rate", 'account = "account"', rows)[0] for rows in (ROWS, ROWS[::-1]))
    assert (one.happened.tolist(), one.n.tolist(), one.day) == (
        other.happened.tolist(), other.n.tolist(), other.day
    )  # fmt: skip


def test_nothing_to_watch_without_two_large_groups_days_or_what_the_metric_is_about():
    assert days("selection_rate", rows=ROWS[:3]) == ()
    without = STREAM.replace('created = "day"\n', "").replace('worked = "worked"\n', "")
    stream = parse_stream(without.format(more=""), "s.toml")
    columns = dict(zip(NAMES, map(list, zip(*ROWS, strict=True)), strict=True))
    table = admit(pa.table(columns), stream).table
    assert all(days_of(table, stream, metric) == () for metric in WATCHED)
