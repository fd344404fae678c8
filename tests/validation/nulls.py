"""False alarms where no group differs, and power where one does."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from audit.cube import Axis, Cube
from audit.disparity import compare
from audit.schema import Attribute, Stream, Tolerance

Sizes = tuple[int, ...]

NULLS: tuple[tuple[str, float, Sizes, float], ...] = (
    ("p = 0.10, 100 against 1,000 leads", 0.10, (1000, 100), 48.6),
    ("p = 0.05, 100 against 1,000 leads", 0.05, (1000, 100), 63.7),
    ("p = 0.20, 100 against 1,000 leads", 0.20, (1000, 100), 29.3),
    ("6 groups (5000, 3000, 1000, 400, 100, 50), p = 0.10", 0.10, (5000, 3000, 1000, 400, 100, 50), 94.1),
    ("6 groups of 200, p = 0.10", 0.10, (200,) * 6, 97.3),
    ("6 groups of 200, p = 0.30", 0.30, (200,) * 6, 68.3),
    ("12 crossings of 50 (3 x 4), p = 0.30", 0.30, (50,) * 12, 99.99),
)
"""Settings without any disparity, and how often the bare 80 % rule fires there (%), as published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """How often the bare rule fires, and how often anything in the audit fails."""

    name: str
    published: float
    bare: float
    bare_runs: int
    alarms: int
    runs: int


def bare_rule(p: float, sizes: Sizes, runs: int, seed: int) -> float:
    """Share of draws in which the lowest selection rate is below 80 % of the highest."""
    rates = np.random.default_rng(seed).binomial(sizes, p, (runs, len(sizes))) / np.array(sizes)
    return float(np.mean(rates.min(axis=1) < 0.8 * rates.max(axis=1)))


def alarms(name: str, p: float, sizes: Sizes, published: float, runs: int) -> Alarms:
    """Both rules on one null; seeds follow from the place in the table."""
    seed = [one[0] for one in NULLS].index(name)
    random = np.random.default_rng(1000 + seed)
    crossed = "x" in name
    found = 0
    for _ in range(runs):
        cube, stream = selected(random.binomial(sizes, p), sizes, crossed=crossed)
        found += any(one.verdict == "fail" for one in compare(cube, stream, 0))
    return Alarms(
        name=name,
        published=published,
        bare=bare_rule(p, sizes, 200_000, seed),
        bare_runs=200_000,
        alarms=found,
        runs=runs,
    )


def selected(hits, sizes: Sizes, *, crossed: bool = False, **tolerance) -> tuple[Cube, Stream]:
    """The cube of a decision: so many of each group selected; crossed, of a 3 x 4 table of two attributes."""
    shape = (3, len(sizes) // 3) if crossed else (len(sizes),)
    codes = [(*place, level) for level in (0, 1) for place in product(*(range(k) for k in shape))]
    n = np.concatenate([np.array(sizes) - hits, hits])
    names = ("a", "b")[: len(shape)]
    axes = [
        Axis(f"attribute:{name}", tuple(f"g{i:02d}" for i in range(k)))
        for name, k in zip(names, shape, strict=True)
    ]
    cube = Cube(
        axes=(*axes, Axis("selected", ("no", "yes"))),
        codes=np.array(codes),
        n=n,
        score_sum=np.zeros(len(n)),
        score_squares=np.zeros(len(n)),
    )
    attributes = tuple(Attribute(name=name, column=name) for name in names)
    return cube, Stream(name="s", decision="d", attributes=attributes, audit=Tolerance(**tolerance))


def reached(p: float, other: float, n: int, runs: int, seed: int) -> tuple[int, float]:
    """The n still needed at these rates, and how often a verdict on the ratio is reached with it.

    The reference (rate ``p``) is so large that its own error hardly counts.
    """
    large = 400_000

    def ratio(hits, size):
        cube, stream = selected(np.array(hits), (large, size))
        return next(
            one for one in compare(cube, stream, 0) if (one.metric, one.kind) == ("selection_rate", "ratio")
        )

    needed = ratio([round(p * large), round(other * n)], n).n_needed
    if needed is None:
        message = "with so many leads there is a verdict already"
        raise ValueError(message)
    random = np.random.default_rng(seed)
    found = 0
    for _ in range(runs):
        one = ratio([random.binomial(large, p), random.binomial(needed, other)], needed)
        found += one.verdict != "insufficient"
    return needed, found / runs
