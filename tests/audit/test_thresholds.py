"""Every threshold at once says what the audit says at one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from audit.clustering.accounts import accounts_of
from audit.clustering.jackknife import design_effects
from audit.disparity import compare
from audit.intake import admit
from audit.metrics import estimates
from audit.schema import parse_stream
from audit.tally import count
from audit.thresholds import MEASURED, reads, series, threshold_counts

TEXT = """[stream]
name = "s"
score = "score"
threshold = {own}
higher_is_better = {higher}
outcome = "won"
worked = "worked"
{account}
[[stream.attribute]]
name = "region"
[audit]
search_depth = 1
"""
REACH = ("low", "value", "high")


def leads(seed: int = 3, n: int = 600) -> pa.Table:
    rng = np.random.default_rng(seed)
    account = rng.integers(0, 60, n)
    region = np.array(["north", "south", "", "tiny"])[np.where(np.arange(n) < 12, 3, account % 3)]
    score = np.clip(rng.normal(55, 20, n) - 9 * (region == "south"), 0, 100).round(1)
    return pa.table(
        {
            "score": pa.array(
                [None if gone else float(s) for gone, s in zip(rng.random(n) < 0.05, score, strict=True)]
            ),
            "region": region,
            "won": pa.array(
                [None if r < 0.2 else r < 0.2 + s / 200 for r, s in zip(rng.random(n), score, strict=True)]
            ),
            "worked": pa.array((rng.random(n) < 0.8).tolist()),
            "company": [f"c{i}" for i in account],
        }
    )


def stream_of(*, own: float = 60, higher: bool = True, account: bool = False):
    named = 'account = "company"' if account else ""
    return parse_stream(TEXT.format(own=own, higher=str(higher).lower(), account=named))


def said_at(table: pa.Table, stream):
    """What an audit says at the stream's threshold: estimates and comparisons."""
    table = admit(table, stream).table
    cube, accounts = count(table, stream), accounts_of(table, 5)
    effects = design_effects(table, stream, cube, accounts)
    return estimates(cube, stream, 5, effects), compare(cube, stream, 5, effects)


@pytest.mark.parametrize(
    ("higher", "account", "thresholds"),
    [(True, False, (60, 37)), (False, False, (44,)), (False, True, (41,))],
    ids=["higher", "lower", "accounts"],
)
def test_a_threshold_says_what_the_audit_says_there(higher, account, thresholds):
    stream = stream_of(higher=higher, account=account)
    counts = threshold_counts(admit(leads(), stream).table, stream, (0.0, 100.0), 5)
    for at in thresholds:
        there = said_at(leads(), replace(stream, threshold=float(at)))
        assert compared(counts, there, counts.thresholds.index(at)) == 4 * 4 + 4 * 3


def compared(counts, told, row: int) -> int:
    """How many numbers of the audit were compared."""
    (found, gaps), groups, seen = told, counts.of("region"), 0
    for metric in MEASURED:
        made = series(counts, groups, metric)
        for place, group in enumerate(groups.groups):
            key = (("region",), (group,), metric)
            said = next(e.estimate for e in found if (e.attribute, e.group, e.metric) == key)
            assert said.n == made.n[row, place]
            ours = [getattr(made, end)[row, place] for end in REACH]
            assert_same([getattr(said, end) for end in REACH], ours, key)
            for gap in gaps:
                if (gap.attribute, gap.group, gap.metric, gap.kind) == (*key, "difference"):
                    ours = [made.gap_low[row, place], made.gap[row, place], made.gap_high[row, place]]
                    assert_same([gap.low, gap.value, gap.high], ours, key)
                    seen += 1
            seen += 1
    return seen


def assert_same(theirs, ours, key) -> None:
    if theirs[1] is None:
        assert np.isnan(ours[1]), key
    else:
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12), key


@pytest.mark.parametrize("account", [False, True])
def test_a_range_reads_by_the_tolerance_and_by_who_is_enough(account):
    counts = threshold_counts(
        admit(leads(), stream_of(account=account)).table, stream_of(account=account), (0.0, 100.0), 5
    )
    groups = counts.of("region")
    made, seen = series(counts, groups, "selection_rate"), set()
    there = groups.reference
    for row, line in enumerate(reads(made, groups, 0.05, 30)):
        for place, words in enumerate(line):
            low, high = made.gap_low[row, place], made.gap_high[row, place]
            enough = min(made.n[row, place], made.n[row, there]) >= 30
            enough = enough and (not account or (groups.steady[place] and groups.steady[there]))
            if place == there:
                assert words == "reference group"
            elif not enough or not (low > 0.05 or high < -0.05 or (low >= -0.05 and high <= 0.05)):
                assert words == "not enough data"
            else:
                assert words == ("within tolerance" if low >= -0.05 and high <= 0.05 else "outside tolerance")
            seen.add(words)
    assert {"reference group", "not enough data"} < seen
    assert {*reads(made, replace(groups, reference=None), 0.05, 30)} == {
        ("not compared",) * len(groups.groups)
    }


def test_the_funnel_counts_each_lead_that_came_so_far():
    table, stream = leads(), stream_of()
    counts = threshold_counts(admit(table, stream).table, stream, (0.0, 100.0), 5).of("region")
    rows = [row for row in table.to_pylist() if row["score"] is not None]  # the others are turned away
    for group, steps in zip(counts.groups, counts.funnel.tolist(), strict=True):
        mine = [r for r in rows if (r["region"] or "unknown") == group]
        worked = [r for r in mine if r["worked"]]
        known = [r for r in worked if r["won"] is not None]
        assert steps == [len(mine), len(mine), len(worked), len(known)]
    assert counts.funnel[:, 0].sum() == len(rows)


def test_what_the_data_does_not_tell_is_not_zero():
    stream = parse_stream(
        '[stream]\nname = "s"\ndecision = "picked"\n[[stream.attribute]]\nname = "region"\n'
    )
    table = admit(pa.table({"picked": [1, 0, 1], "region": ["a", "a", "b"]}), stream).table
    counts = threshold_counts(table, stream, None, 0)
    assert counts.thresholds == ()
    assert counts.of("region").funnel.tolist() == [[2, -1, -1, -1], [1, -1, -1, -1]]


def test_101_steps_and_the_own_threshold():
    counts = threshold_counts(
        admit(leads(), stream_of()).table, replace(stream_of(), threshold=33.3), (0.0, 100.0), 0
    )
    assert len(counts.thresholds) == 102
    assert counts.own in counts.thresholds
    assert counts.thresholds == tuple(sorted(counts.thresholds))
