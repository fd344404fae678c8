"""Population values of the story under one model: sums over the grid, no sampling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from connectors.sandbox.story_model import THRESHOLD
from connectors.sandbox.story_world import REGIONS, ZIP3, Reals, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One region: how many are selected, the mean score, and how many truly convert when worked."""

    selection_rate: float
    mean_score: float
    conversion_rate: float


def expected(world: World, score: Reals) -> tuple[Mapping[str, Expected], float]:
    """The expected values per region, and the share of the score gap that goes through ZIP3.

    The share is the composition effect of the areas on the gap of small town to city: the
    difference of the two regions' shares of an area, times the mean of its two mean scores,
    summed over areas, over the gap.

    References
    ----------
    E. Kitagawa (1955). Components of a Difference Between Two Rates. JASA 50:1168-1194.
    """
    regions = {name: _region(world, score, code) for code, name in enumerate(REGIONS)}
    return regions, _share(world, score)


def _region(world: World, score: Reals, code: int) -> Expected:
    weight = np.where(world.region == code, world.weight, 0.0)
    weight = weight / weight.sum()
    return Expected(
        selection_rate=float(weight @ (score >= THRESHOLD)),
        mean_score=float(weight @ score),
        conversion_rate=float(weight @ world.conversion),
    )


def _share(world: World, score: Reals) -> float:
    low, high = _areas(world, score, 2), _areas(world, score, 0)
    gap = low[0] @ low[1] - high[0] @ high[1]
    return float((low[0] - high[0]) @ (low[1] + high[1]) / 2 / gap)


def _areas(world: World, score: Reals, code: int) -> tuple[Reals, Reals]:
    """Of one region: the share of its leads in each area, and their mean score there."""
    weight = np.where(world.region == code, world.weight, 0.0)
    mass = np.bincount(world.area, weights=weight, minlength=len(ZIP3))
    total = np.bincount(world.area, weights=weight * score, minlength=len(ZIP3))
    return mass / mass.sum(), total / mass
