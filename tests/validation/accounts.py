"""Leads that come in accounts: intervals that take no notice of it, and ours."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from audit.clustering.accounts import accounts_of
from audit.clustering.jackknife import design_effects
from audit.disparity import compare
from audit.metrics import estimates
from audit.tally import count
from tests.validation.coverage import Coverage, Seen, counted, true_values
from tests.validation.worlds import SCORES, World, by_group


def clustered_table(
    random: np.random.Generator,
    world: World,
    accounts: list[int],
    size: int,
    icc: float,
) -> pa.Table:
    """Groups of so many accounts of ``size`` leads; any number has this intra-account correlation.

    A lead copies the first lead of its account with probability sqrt(icc).
    """
    total = sum(accounts)
    group = np.repeat(np.arange(len(accounts)), np.array(accounts) * size)
    account = np.repeat(np.arange(total), size)
    cell = random.choice(len(world.score), total * size, p=world.shares[0])
    proto = random.choice(len(world.score), total, p=world.shares[0])
    copied = random.random(total * size) < np.sqrt(icc)
    cell = np.where(copied, proto[account], cell)
    codes = world.codes[cell]
    return pa.table(
        {
            "account": pa.array([f"account {i}" for i in account]),
            "attribute:g": pa.array([f"r{i:05d}" for i in group]).dictionary_encode(),
            "control:size": pa.array(np.array(["large", "small"])[codes[:, 0]]).dictionary_encode(),
            "score": SCORES[codes[:, 1] - 1],
            "selected": codes[:, 2] == 2,
            "outcome": pa.array(codes[:, 3] == 2, mask=codes[:, 3] == 1),
            "worked": codes[:, 4] == 2,
        }
    )


def clustered_coverage(
    world: World, accounts: int, groups: int, seed: int, *, aware: bool
) -> tuple[Coverage, ...]:
    """Many equal groups of ``accounts`` accounts of 10 leads at an intra-account correlation of .2.

    The gaps are those to one very large group, and their truth is no gap at all.
    """
    random = np.random.default_rng(seed)
    table = clustered_table(random, world, [3000, *([accounts] * groups)], 10, 0.2)
    by = by_group()
    cube = count(table, by, edges=tuple(SCORES.tolist()))
    effects = design_effects(table, by, cube, accounts_of(table, seed)) if aware else None
    truth = true_values(world)
    seen: Seen = {}
    for e in estimates(cube, by, 0, effects):
        if e.group and e.group != ("r00000",) and e.estimate.value is not None:
            one = e.estimate
            seen.setdefault((e.metric, "estimate"), []).append((one.low, one.value, one.high, one.n))
    for d in compare(cube, by, 0, effects):
        if d.value is not None and not d.metric.endswith("_span"):
            truth[d.metric, d.kind] = 0.0 if d.kind == "difference" else 1.0
            seen.setdefault((d.metric, d.kind), []).append((d.low, d.value, d.high, d.n))
    return tuple(counted(seen, truth, accounts * 10))


def clustered_alarms(world: World, accounts: list[int], runs: int, seed: int) -> tuple[int, int]:
    """Whole audits of equal groups in accounts in which anything fails: taking no notice, and ours."""
    random = np.random.default_rng(seed)
    by = by_group(minimum_group=30)
    naive, ours = 0, 0
    for run in range(runs):
        table = clustered_table(random, world, accounts, 10, 0.2)
        cube = count(table, by, edges=tuple(SCORES.tolist()))
        effects = design_effects(table, by, cube, accounts_of(table, run))
        naive += any(d.verdict == "fail" for d in compare(cube, by, 0))
        ours += any(d.verdict == "fail" for d in compare(cube, by, 0, effects))
    return naive, ours
