"""How often intervals hold the truth; the truth is the number of a population of a thousand million leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.disparity import compare
from audit.metrics import estimates
from tests.validation.worlds import World, by_group

Key = tuple[str, str]
# Low end, value and high end of an interval, and the leads behind it.
Seen = dict[Key, list[tuple[float, float, float, int]]]
GIVEN = frozenset({"count", "group_share", "selected_share", "queue_share"})
"""Groups are drawn with fixed sizes, so what counts sizes has nothing to be sure or unsure of."""
SIZED = frozenset({"exposure", "converting_exposure", "exposure_per_merit", "ndcg"})
"""Numbers whose very definition depends on the length of the queue: they have no value in a larger one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Of ``runs`` intervals of one metric, ``held`` held the truth.

    There were ``size`` leads per group, and in the median ``behind`` of them behind the number.
    """

    metric: str
    kind: str
    size: int
    behind: int
    held: int
    runs: int

    @property
    def share(self) -> float:
        return self.held / self.runs

    @property
    def error(self) -> float:
        """Monte-Carlo standard error of the share, that of the level where all held."""
        share = min(max(self.share, 0.05), 0.98)
        return float(np.sqrt(share * (1 - share) / self.runs))


def of_estimates(world: World, size: int, groups: int, seed: int) -> tuple[Coverage, ...]:
    """Every estimate of the registry: one draw of many equal groups is as many repetitions."""
    truth = true_values(world)
    drawn = world.drawn(np.random.default_rng(seed), [0] * groups, [size] * groups)
    seen: Seen = {}
    for e in estimates(drawn, by_group(), 0):
        if e.attribute and e.estimate.value is not None:
            one = e.estimate
            seen.setdefault((e.metric, "estimate"), []).append((one.low, one.value, one.high, one.n))
    return tuple(counted(seen, truth, size))


def of_gaps(world: World, size: int, runs: int, seed: int) -> tuple[Coverage, ...]:
    """Every comparison of two groups of this size."""
    by = by_group(confidence=0.95)
    truth = {(d.metric, d.kind): d.value for d in compare(world.population([0, 1]), by, 0)}
    random = np.random.default_rng(seed)
    seen: Seen = {}
    for _ in range(runs):
        for d in compare(world.drawn(random, [0, 1], [size, size]), by, 0):
            if d.value is not None:
                seen.setdefault((d.metric, d.kind), []).append((d.low, d.value, d.high, d.n))
    return tuple(counted(seen, truth, size))


def true_values(world: World) -> dict[Key, float]:
    """The number of each metric of one group of two equal ones (some metrics are about the others).

    What has none in a population has none to hold: the mean logarithmic deviation is undefined as soon as
    one good lead is passed over.
    """
    return {
        (e.metric, "estimate"): e.estimate.value
        for e in estimates(world.population([0, 0]), by_group(), 0)
        if e.group == ("r00000",) and e.estimate.value is not None
    }


def counted(seen: Seen, truth: dict[Key, float], size: int) -> Iterator[Coverage]:
    """How many intervals held the truth; of a sized number, its mean over the repetitions."""
    for (metric, kind), rows in seen.items():
        low, value, high, n = np.array(rows).T
        name = metric.partition("@")[0]
        if name in GIVEN or (name not in SIZED and (metric, kind) not in truth):
            continue
        true = float(np.mean(value)) if name in SIZED else truth[metric, kind]
        slack = 1e-6 * max(abs(true), 1e-3)
        held = (low - slack <= true) & (true <= high + slack)
        yield Coverage(
            metric=metric,
            kind=kind,
            size=size,
            behind=int(np.median(n)),
            held=int(held.sum()),
            runs=len(held),
        )
