"""Crossings whose true rates are known: raw and shrunk values side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.cube import Axis, Cube
from audit.metrics import estimates
from audit.schema import Attribute, Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrinking:
    """Mean squared errors of raw and shrunk rates of small crossings, and how often intervals held."""

    interaction: float
    raw_error: float
    shrunk_error: float
    covered: float
    runs: int


def shrinking(interaction: float, runs: int, seed: int) -> Shrinking:
    """A rate over 4 x 6 crossings of 8 to 90 leads: additive parts, and an interaction of this size."""
    random = np.random.default_rng(seed)
    raw, shrunk, held = [], [], []
    for _ in range(runs):
        truth = 0.25 + random.normal(0, 0.06, (4, 1)) + random.normal(0, 0.06, (1, 6))
        truth = np.clip(truth + random.normal(0, interaction, (4, 6)), 0.02, 0.98)
        size = random.integers(8, 90, (4, 6))
        hits = random.binomial(size, truth)
        for (i, j), one in _crossed(hits, size):
            raw.append((one.value - truth[i, j]) ** 2)
            shrunk.append((one.shrunk - truth[i, j]) ** 2)
            held.append(one.shrunk_low <= truth[i, j] <= one.shrunk_high)
    return Shrinking(
        interaction=interaction,
        raw_error=float(np.mean(raw)),
        shrunk_error=float(np.mean(shrunk)),
        covered=float(np.mean(held)),
        runs=len(held),
    )


def _crossed(hits, size):
    a, b = (part.ravel() for part in np.meshgrid(range(4), range(6), indexing="ij"))
    codes = np.concatenate([np.column_stack([a, b, np.full(24, level)]) for level in (0, 1)])
    n = np.concatenate([(size - hits).ravel(), hits.ravel()])
    cube = Cube(
        axes=(
            Axis("attribute:a", tuple("0123")),
            Axis("attribute:b", tuple("012345")),
            Axis("selected", ("no", "yes")),
        ),
        codes=codes,
        n=n,
        score_sum=np.zeros(48),
        score_squares=np.zeros(48),
    )
    stream = Stream(
        name="s",
        decision="d",
        attributes=(Attribute(name="a", column="a"), Attribute(name="b", column="b")),
    )
    for one in estimates(cube, stream, 0):
        if len(one.attribute) == 2 and one.metric == "selection_rate":
            yield (int(one.group[0]), int(one.group[1])), one.estimate
