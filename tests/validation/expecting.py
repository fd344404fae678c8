"""Performance before outcomes: how often intervals hold what comes, in the past and for open leads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from audit.expected.ahead import ahead, forecasts
from audit.expected.leads import Leads
from audit.expected.reconcile import reconciled
from audit.expected.trust import factors, records
from tests.audit.expected.worlds import WORLDS, World, asked, drawn, held, leads

STRANGE = (
    World(name="months of each group differ", leads=600, own=0.25),
    World(name="a trend: the odds rise by a quarter each month", leads=600, trend=0.22),
)
"""Streams in which the past tells less of what comes, or the wrong thing."""
EVERY = (*WORLDS, *STRANGE)
MONTHS = 10
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Shares of intervals that held: of all, of the worst metric, of the worst group or gap; how many."""

    world: World
    streams: int
    intervals: int
    held: float
    worst_metric: tuple[str, float]
    worst_group: tuple[str, float]
    error: float


def checked(world: World, streams: int, seed: int) -> Checked:
    """Estimates of cohorts whose outcomes came."""
    rows = held(world, streams, seed, MONTHS)
    by: tuple[dict, dict] = defaultdict(list), defaultdict(list)
    for row in rows:
        for place in (0, 1):
            by[place][row[place]].append(row[2])
    worst = [min(_shares(of), key=lambda one: one[1]) for of in by]
    return Checked(
        world=world,
        streams=streams,
        intervals=len(rows),
        held=float(np.mean([row[2] for row in rows])),
        worst_metric=worst[0],
        worst_group=worst[1],
        error=float(np.mean([abs(row[3]) for row in rows if row[0] != "auc"])),
    )


def _shares(of: dict[str, list[bool]]) -> list[tuple[str, float]]:
    return [(name, float(np.mean(ones))) for name, ones in of.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Of open leads: intervals that held without and with what the past taught, and those withheld."""

    world: World
    streams: int
    plain: float
    given: float
    withheld: float
    warned: float


def opened(world: World, streams: int, seed: int) -> Opened:
    """Estimates of the leads of the last two months beside what became of them."""
    random = np.random.default_rng(seed)
    plain, given, silent, warned = [], [], [], []
    for each in range(streams):
        rows = leads(drawn(world, MONTHS, random))
        how = asked(MONTHS, each)
        young = rows.day > how.as_of - (how.maturity_days or 0)
        now = replace(
            rows,
            won=np.where(young, 0.0, rows.won),
            lost=np.where(young, 0.0, rows.lost),
            open=np.where(young, rows.known, 0.0),
        )
        found = records(tuple(reconciled(now, "big", how)), _CONFIDENCE)
        warned.append(any(one.state in {"widened", "withheld"} for one in found if not one.attribute))
        for keep, of in ((plain, {}), (given, factors(found))):
            made = ahead(now, how, of)
            assert made is not None
            for one in forecasts(made, [0, 1, 2]):
                came = _came(rows, young, rows.names.index(one.group)).get(one.metric)
                if one.cohort or came is None:
                    continue
                if keep is given:
                    silent.append("withheld" in (one.estimate.undefined or ""))
                if one.estimate.value is not None:
                    keep.append(one.estimate.low <= came <= one.estimate.high)
    shares = (float(np.mean(part)) for part in (plain, given, silent, warned))
    return Opened(
        world=world,
        streams=streams,
        **dict(zip(("plain", "given", "withheld", "warned"), shares, strict=True)),
    )


def _came(rows: Leads, young: np.ndarray, group: int) -> dict[str, float]:
    """What became of the worked ones, in plain counts."""
    mine = young & (rows.group == group)
    won, known, chosen = rows.won[mine].sum(), rows.known[mine].sum(), mine & (rows.state == 0)
    good, all_chosen = rows.won[chosen].sum(), rows.known[chosen].sum()
    found = {"base_rate": (won, known), "true_positive_rate": (good, won), "precision": (good, all_chosen)}
    return {metric: float(a / b) for metric, (a, b) in found.items() if b}
