"""Gaps watched day by day: false alarms over 1,000 looks, how soon a gap is found, how the bands hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy.stats import norm

from audit.watch import Days, evidence_of, watch

LOOKS = 1000
FIRST_DAY = date(2023, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Leads a day of group and reference, their rates, and by how much the rates of both swing in a year."""

    name: str
    leads: tuple[float, float]
    rates: tuple[float, float]
    swing: float = 0.0
    tolerance: float = 0.05
    capacity: bool = False
    """Whether the team calls a fixed share of each day's leads: then the leads of a day hang together."""

    @property
    def gap(self) -> float:
        """Of every day."""
        return self.rates[0] - self.rates[1]


NULLS = (
    World(name="no gap, 50 + 50 leads a day", leads=(50, 50), rates=(0.3, 0.3)),
    World(name="no gap, 3 + 30 leads a day", leads=(3, 30), rates=(0.3, 0.3)),
    World(name="no gap, rates from 10 % to 50 % over the year", leads=(20, 40), rates=(0.3, 0.3), swing=0.2),
    World(name="5 points, at the edge, 50 + 50 leads a day", leads=(50, 50), rates=(0.35, 0.3)),
    World(name="5 points, at the edge, 3 + 30 leads a day", leads=(3, 30), rates=(0.1, 0.05)),
    World(
        name="5 points, at the edge, rates from 10 % to 50 % over the year",
        leads=(20, 40),
        rates=(0.275, 0.325),
        swing=0.2,
    ),
    World(name="1,000 + 1,000 leads a day, at the edge", leads=(1000, 1000), rates=(0.55, 0.5)),
    World(
        name="no gap and none tolerated, 3 of each day's 10 leads are called",
        leads=(5, 5),
        rates=(0.3, 0.3),
        tolerance=0.0,
        capacity=True,
    ),
)
"""Streams whose gap is within the tolerance (5 points where the name says nothing) on every day."""

GAPS = (
    World(name="30 % and 40 %, 50 + 50 leads a day", leads=(50, 50), rates=(0.4, 0.3)),
    World(name="30 % and 40 %, 10 + 40 leads a day", leads=(10, 40), rates=(0.4, 0.3)),
    World(name="20 % and 10 %, 50 + 50 leads a day", leads=(50, 50), rates=(0.1, 0.2)),
)
"""Streams with a gap of 10 points."""


def days_in(world: World, looks: int, random: np.random.Generator) -> Days:
    """So many days of a world."""
    n = random.poisson(world.leads, (looks, 2))
    swing = world.swing * np.sin(2 * np.pi * np.arange(looks) / 365)
    happened = random.binomial(n, np.asarray(world.rates) + swing[:, None])
    if world.capacity:
        called = np.rint(n.sum(axis=1) * world.rates[0]).astype(int)
        group = random.hypergeometric(*n.T, called)
        happened = np.column_stack([group, called - group])
    return Days(
        metric="selection_rate",
        attribute="region",
        group="rural",
        reference="urban",
        day=tuple(FIRST_DAY + timedelta(days=place) for place in range(looks)),
        happened=happened.astype(float),
        n=n.astype(float),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarmed:
    """How many of the streams of a world ever raised an alarm, and by a test that is repeated each day."""

    world: World
    alarms: int
    repeated: int
    runs: int


def alarmed(world: World, runs: int, seed: int) -> Alarmed:
    """Streams of 1,000 looks each, beside a fixed-sample test of all leads so far at every look."""
    random = np.random.default_rng(seed)
    found = repeated = 0
    for _ in range(runs):
        days = days_in(world, LOOKS, random)
        found += bool(evidence_of(days, world.tolerance).max() >= np.log(20))
        repeated += bool((_fixed(days, world.tolerance)[30:] >= norm.isf(0.025)).any())
    return Alarmed(world=world, alarms=found, repeated=repeated, runs=runs)


def _fixed(days: Days, tolerance: float) -> np.ndarray:
    """How many standard errors the gap of all leads so far lies outside the tolerance, at each look."""
    n = np.maximum(days.n.cumsum(axis=0), 1)
    rate = days.happened.cumsum(axis=0) / n
    error = np.sqrt((rate * (1 - rate) / n).sum(axis=1))
    return (abs(rate[:, 0] - rate[:, 1]) - tolerance) / np.maximum(error, 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Leads until a gap is found: looked at daily, and weekly by a test that is corrected for its looks."""

    world: World
    daily: float
    weekly: float
    late: tuple[float, float]
    """With which nine of ten are found."""
    runs: int


def found(world: World, runs: int, seed: int) -> Found:
    """Medians over the streams; the weekly test has as many looks as 1,000 days have weeks (Bonferroni)."""
    random = np.random.default_rng(seed)
    weeks = np.arange(6, LOOKS, 7)
    limit = norm.isf(0.025 / len(weeks))
    needed = []
    for _ in range(runs):
        days = days_in(world, LOOKS, random)
        leads = days.n.sum(axis=1).cumsum()
        ours = evidence_of(days, world.tolerance) >= np.log(20)
        theirs = _fixed(days, world.tolerance)[weeks] >= limit
        needed.append((_first(leads, ours), _first(leads[weeks], theirs)))
    middle, late = (np.quantile(needed, part, axis=0).tolist() for part in (0.5, 0.9))
    return Found(world=world, daily=middle[0], weekly=middle[1], late=(late[0], late[1]), runs=runs)


def _first(leads: np.ndarray, crossed: np.ndarray) -> float:
    return float(leads[int(np.argmax(crossed))]) if crossed.any() else np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """In how many streams the band held the gap at every look; its width after half of the looks and all."""

    world: World
    held: int
    widths: tuple[float, float]
    runs: int


def held(world: World, looks: int, runs: int, seed: int) -> Held:
    """A stream counts only if its band never let the gap go and never began anew."""
    random = np.random.default_rng(seed)
    whole, widths = 0, []
    for _ in range(runs):
        one = watch(days_in(world, looks, random), world.tolerance, 0.95)
        inside = all(look.low - 1e-9 <= world.gap <= look.high + 1e-9 for look in one.looks)
        whole += inside and not one.changed
        widths.append([one.looks[place].high - one.looks[place].low for place in (looks // 2 - 1, -1)])
    middle = np.median(widths, axis=0)
    return Held(world=world, held=whole, widths=(float(middle[0]), float(middle[1])), runs=runs)
