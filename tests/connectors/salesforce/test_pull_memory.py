"""The memory of a pull does not grow with the org."""

from __future__ import annotations

from benchmarks.pull_memory import measure


def test_twelve_times_the_leads_take_hardly_more_memory():
    small, large = measure(5_000), measure(60_000)
    assert (small.leads, large.leads) == (5_000, 60_000)
    assert large.megabytes < 1.35 * small.megabytes
