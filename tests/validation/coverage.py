"""How often intervals hold the truth; the truth is the number of a population of a milliard leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.disparity import compare
from audit.metrics import estimates
from tests.validation.worlds import World, by_group

# Groups are drawn with fixed sizes, so what counts sizes has nothing to be sure or unsure of.
Held = dict[tuple[str, str], list[tuple[bool, int]]]
GIVEN = frozenset({"count", "group_share", "selected_share"})


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
    truth = {
        e.metric: e.estimate.value for e in estimates(world.population([0]), by_group(), 0) if e.attribute
    }
    drawn = world.drawn(np.random.default_rng(seed), [0] * groups, [size] * groups)
    held: Held = {}
    for e in estimates(drawn, by_group(), 0):
        if e.attribute and e.estimate.value is not None and e.metric not in GIVEN:
            inside = _inside(e.estimate.low, truth[e.metric], e.estimate.high)
            held.setdefault((e.metric, "estimate"), []).append((inside, e.estimate.n))
    return tuple(_counted(held, size))


def of_gaps(world: World, size: int, runs: int, seed: int) -> tuple[Coverage, ...]:
    """Every comparison of two groups of this size."""
    by = by_group(confidence=0.95)
    truth = {(d.metric, d.kind): d.value for d in compare(world.population([0, 1]), by, 0)}
    random = np.random.default_rng(seed)
    held: Held = {}
    for _ in range(runs):
        for d in compare(world.drawn(random, [0, 1], [size, size]), by, 0):
            if d.value is not None and d.metric not in GIVEN:
                key = (d.metric, d.kind)
                held.setdefault(key, []).append((_inside(d.low, truth[key], d.high), d.n))
    return tuple(_counted(held, size))


def _inside(low, truth, high) -> bool:
    slack = 1e-6 * max(abs(truth), 1e-3)
    return bool(low - slack <= truth <= high + slack)


def _counted(held: Held, size: int) -> Iterator[Coverage]:
    for (metric, kind), seen in held.items():
        inside, n = zip(*seen, strict=True)
        yield Coverage(
            metric=metric, kind=kind, size=size, behind=int(np.median(n)), held=sum(inside), runs=len(inside)
        )
