"""The memory of a pull does not grow with the portal, nor does that of a comparison."""

from __future__ import annotations

from benchmarks.pull_memory import measure


def test_ten_times_the_contacts_take_hardly_more_memory():
    small, large = dict(measure(1_500, "hubspot")), dict(measure(15_000, "hubspot"))
    for what in ("everything", "comparison"):
        assert (small[what].leads, large[what].leads) == (1_500, 15_000)
        assert large[what].megabytes < 1.35 * small[what].megabytes
