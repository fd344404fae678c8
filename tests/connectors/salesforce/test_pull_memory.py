"""The memory of a sync does not grow with the org, whichever way it reads."""

from __future__ import annotations

from benchmarks.pull_memory import measure


def test_ten_times_the_leads_take_hardly_more_memory():
    small, large = list(measure(3_000)), list(measure(30_000))
    assert [one.kind for one in large] == ["full", "reconcile", "incremental"]
    assert ([one.leads for one in small], [one.leads for one in large]) == (
        [3_000, 0, 3_000],
        [30_000, 0, 30_000],
    )
    for less, more in zip(small, large, strict=True):
        assert more.megabytes < 1.35 * less.megabytes
