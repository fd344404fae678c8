"""The memory of a pull does not grow with the org."""

from __future__ import annotations

from benchmarks.pull_memory import measure


def test_ten_times_the_leads_take_hardly_more_memory():
    ((_, small),) = measure(3_000, "salesforce")
    ((_, large),) = measure(30_000, "salesforce")
    assert (small.leads, large.leads) == (3_000, 30_000)
    assert large.megabytes < 1.35 * small.megabytes
