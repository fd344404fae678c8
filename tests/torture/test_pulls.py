"""Ten kills of a pull, of full ones and of those that read what changed."""

from __future__ import annotations

from tests.torture.pulls import kill_pulls


def test_a_pull_that_is_killed_ten_times_loses_and_doubles_nothing():
    tally = kill_pulls(kills=10, leads=2_000, page=125)
    assert tally.faults == []
    assert tally.kills == 10
    assert tally.finished >= 1
    assert tally.resumed >= 1
    assert tally.saved >= 125
