"""Analytic intervals beside those of a bootstrap over the cells, for everything that has one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.bootstrap import percentile_interval, replicates
from audit.cube import Cube
from audit.disparity import compare
from audit.metrics import estimates
from tests.validation.worlds import by_group, world

GROUP = ("r00001",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Widths of the analytic and of the bootstrap interval of one number, and how far apart they are."""

    metric: str
    kind: str
    analytic: float
    bootstrap: float
    apart: float

    @property
    def ratio(self) -> float:
        return self.analytic / self.bootstrap


def agreement(n: int, draws: int, seed: int) -> tuple[Agreement, ...]:
    """Every estimate and comparison of one group of two, with ``n`` leads in each."""
    one = world((0.35, 0.0), (0.3, -4.0)).drawn(np.random.default_rng(seed), [0, 1], [n, n])
    seen = _intervals(one)
    names = list(seen)

    def values(cube: Cube):
        found = _intervals(cube)
        return [found[key][1] if key in found else np.nan for key in names]

    low, high = percentile_interval(replicates(one, values, draws, seed), 0.95)
    return tuple(
        Agreement(
            metric=name,
            kind=kind,
            analytic=seen[name, kind][2] - seen[name, kind][0],
            bootstrap=b - a,
            apart=abs((a + b) / 2 - (seen[name, kind][0] + seen[name, kind][2]) / 2),
        )
        for (name, kind), a, b in zip(names, low.tolist(), high.tolist(), strict=True)
        if b > a
    )


def _intervals(cube: Cube) -> dict[tuple[str, str], tuple[float, float, float]]:
    by = by_group()
    found = {}
    for e in estimates(cube, by, 0):
        if e.group == GROUP and e.estimate.value is not None and e.metric != "count":
            found[e.metric, "estimate"] = (e.estimate.low, e.estimate.value, e.estimate.high)
    for d in compare(cube, by, 0):
        if d.value is not None:
            found[d.metric, d.kind] = (d.low, d.value, d.high)
    return found
