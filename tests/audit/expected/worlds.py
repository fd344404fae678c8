"""Streams of leads whose truth is known: how they convert, and what may go wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from audit.expected.asked import Asked
from audit.expected.leads import Leads, number_of
from audit.expected.reconcile import reconciled
from audit.schema import Stream, parse_stream

FIRST = date(2025, 1, 1)
NAMES = ("big", "half", "small")
STREAM = """
[stream]
name = "lead-score"
score = "score"
threshold = 60
outcome = "won"
created = "day"
maturity_days = 60
worked = "worked"
[[stream.attribute]]
name = "region"
reference = "big"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Leads a month, shares of the groups, how outcomes follow from scores, and how months differ.

    ``curve`` is "calibrated", "useless" (the score tells nothing), "hump" (the best leads are in the
    middle) or "constant" (all have the same score). ``moves`` shift each group's log odds, ``months`` and
    ``own`` are the spread of months, common and of each group; ``trend`` is added each month.
    """

    name: str
    leads: int = 400
    shares: tuple[float, float, float] = (0.6, 0.3, 0.1)
    curve: str = "calibrated"
    moves: tuple[float, float, float] = (0.0, 0.0, 0.0)
    months: float = 0.0
    own: float = 0.0
    trend: float = 0.0


WORLDS = (
    World(name="calibrated"),
    World(name="small groups that differ", leads=110, moves=(0.0, -1.0, 1.0)),
    World(name="the score tells nothing", curve="useless"),
    World(name="the best leads are in the middle", curve="hump"),
    World(name="all have one score", curve="constant", moves=(0.0, -0.5, 0.5)),
    World(name="many leads", leads=2000, moves=(0.0, -0.5, 0.5)),
    World(name="months differ", leads=600, months=0.25),
)
"""Streams in which the past tells what comes; in the last, only how much months differ."""


def stream(minimum_group: int = 30, reference: str | None = "big", **changes: object) -> Stream:
    """The stream that reads `table`, with these changes."""
    of = replace(parse_stream(STREAM, "s.toml"), **changes)
    attribute = replace(of.attributes[0], reference=reference)
    return replace(of, attributes=(attribute,), audit=replace(of.audit, minimum_group=minimum_group))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """Rows: day from the first, group, score, and whether the lead converted and was worked."""

    day: np.ndarray
    group: np.ndarray
    score: np.ndarray
    won: np.ndarray
    worked: np.ndarray


def drawn(world: World, months: int, random: np.random.Generator) -> Drawn:
    """So many months of 30 days of a world."""
    n = months * world.leads
    day, group = random.integers(0, months * 30, n), random.choice(3, n, p=world.shares)
    z, month = random.standard_normal(n) - 0.3 * (group == 1), day // 30
    odds = -1.5 + np.array(world.moves)[group] + world.trend * month
    odds += {"calibrated": 1.2 * z, "useless": 0 * z, "hump": 1 - 1.5 * abs(z), "constant": z}[world.curve]
    odds += world.months * random.standard_normal(months)[month]
    odds += world.own * random.standard_normal((months, 3))[month, group]
    score = np.full(n, 50) if world.curve == "constant" else np.clip(np.round(50 + 18 * z), 0, 100)
    return Drawn(
        day=day,
        group=group,
        score=score.astype(np.int64),
        won=random.random(n) < 1 / (1 + np.exp(-odds)),
        worked=random.random(n) < 0.9,
    )


def table(rows: Drawn, names: tuple[str, ...] = NAMES) -> pa.Table:
    """The rows as a file would have them."""
    return pa.table(
        {
            "day": [str(FIRST + timedelta(days=int(one))) for one in rows.day],
            "region": np.array(names)[rows.group],
            "score": rows.score,
            "won": rows.won.astype(int),
            "worked": rows.worked.astype(int),
        }
    )


def leads(rows: Drawn) -> Leads:
    """The rows as the estimates take them, each by itself."""

    def one(rows_: np.ndarray) -> np.ndarray:
        return rows_.astype(np.float64)

    return Leads(
        attribute="region",
        names=NAMES,
        blank=102,
        decided=True,
        day=rows.day + number_of(FIRST),
        group=rows.group,
        score=rows.score + 1,
        state=np.where(rows.score >= 60, 0, 1),
        won=one(rows.won & rows.worked),
        lost=one(~rows.won & rows.worked),
        open=one(rows.won & ~rows.won),
        unworked=one(~rows.worked),
    )


def asked(months: int, seed: int = 0) -> Asked:
    """How the estimates of such leads are made at the end of so many months of 30 days."""
    return Asked(
        as_of=number_of(FIRST) + months * 30,
        maturity_days=60,
        period="month",
        confidence=0.95,
        minimum_group=1,
        seed=seed,
        higher_is_better=True,
    )


def held(world: World, streams: int, seed: int, months: int = 10) -> list[tuple[str, str, bool, float]]:
    """Metric, group (with "-" for its gap), whether the interval held, and the error, of every estimate."""
    random, found = np.random.default_rng(seed), []
    for each in range(streams):
        for one in reconciled(leads(drawn(world, months, random)), "big", asked(months, each)):
            group = f"{one.group}{'-' if one.reference else ''}"
            found.append((one.metric, group, one.held, one.error))
    return found
