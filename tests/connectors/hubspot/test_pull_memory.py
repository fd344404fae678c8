"""The memory of a pull does not grow with the portal, nor does that of a comparison."""

from __future__ import annotations

from benchmarks.pull_memory_hubspot import measure


def test_ten_times_the_contacts_take_hardly_more_memory():
    small, large = list(measure(1_500)), list(measure(15_000))
    assert [(one.kind, one.leads) for one in large] == [("full", 15_000), ("reconcile", 15_000)]
    for less, more in zip(small, large, strict=True):
        assert more.megabytes < 1.35 * less.megabytes
