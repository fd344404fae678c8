"""The memory of a sync does not grow with the org, whichever way it reads."""

from __future__ import annotations

from benchmarks.pull_memory import measure


def test_ten_times_the_leads_take_hardly_more_memory():
    small, large = list(measure(2_000)), list(measure(20_000))
    assert [one.kind for one in large] == ["full", "reconcile", "incremental"]
    assert ([one.leads for one in small], [one.leads for one in large]) == (
        [2_000, 0, 2_000],
        [20_000, 0, 20_000],
    )
    for less, more in zip(small, large, strict=True):
        assert more.megabytes < 1.35 * less.megabytes
