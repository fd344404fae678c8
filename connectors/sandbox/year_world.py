"""The population of the simulated year: what leads are worth in each part of it, and how they are scored.

Three things happen, each on a day of its own: a web form gets a new field, the CRM's model is replaced by
one that puts small towns down, and a season brings other leads that convert less. All of it is a function of
the story's grid (``story_world``), so that every rate of every part of the year is known without sampling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from connectors.sandbox.story_model import THRESHOLD, percentile
from connectors.sandbox.story_world import (
    AREA_KIND,
    AREAS_PER_REGION,
    INDUSTRY_EFFECT,
    INDUSTRY_SHARE,
    INTERCEPT,
    REGION_SHARE,
    REGIONS,
    SENIORITY_EFFECT,
    SENIORITY_SHARE,
    SIZE_EFFECT,
    SIZE_SHARE,
    SOURCE_EFFECT,
    SOURCE_SHARE,
    Reals,
    World,
    logistic,
    world,
)

WRONGED, REFERENCE = REGIONS[2], REGIONS[0]
# How often a lead is worked, by whether its score selects it.
WORKED_SELECTED, WORKED_OTHER = 0.93, 0.87
# The new model: other weights, another scale, and what it takes from small towns (log-odds).
NEW_SOURCE, NEW_SIZE, NEW_SENIORITY = 0.7, 1.8, 1.3
TAKEN = 0.45
NEW_SCALE = 0.6
# The season: who comes, and how much less converts (log-odds).
SEASON_REGION = np.array([0.40, 0.30, 0.30])
SEASON_SOURCE = np.array([0.33, 0.12, 0.10, 0.37, 0.08])
SEASON_INDUSTRY = np.array([0.04, 0.09, 0.08, 0.12, 0.14, 0.38, 0.15])
SEASON_EFFECT = -0.5
# The dates, as month and day: the form's field, the model, the season.
FIELD_DAY, MODEL_DAY, SEASON_DAY = (3, 9), (5, 4), (11, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Of one region in one part of the year, under its model: shares of leads, as the audit defines them.

    ``chosen`` are selected by the score, ``good_chosen`` are the selected among those that convert (of leads
    that were worked), ``contacted`` are worked, ``converted`` convert (of the worked ones).
    """

    chosen: float
    good_chosen: float
    contacted: float
    converted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the year: the days from ``first`` on in which nothing changes, and the true rates."""

    name: str
    first: date
    people: World
    score: Reals
    rates: Mapping[str, Rates]

    def gap(self, rate: str, group: str = WRONGED) -> float:
        """The true gap of a region beside the city in one of the ``Rates``."""
        return float(getattr(self.rates[group], rate) - getattr(self.rates[REFERENCE], rate))


def parts(year: int) -> tuple[Part, Part, Part]:
    """The three parts of a year: the old model, the new one, and the new one in the season."""
    usual, season = _usual(), _season()
    old, new = _old_score(usual), _new_score(usual)
    return (
        _part("old model", date(year, 1, 1), usual, old),
        _part("new model", date(year, *MODEL_DAY), usual, new),
        _part("season", date(year, *SEASON_DAY), season, new),
    )


def _usual() -> World:
    """The story's grid with firms of one size mix everywhere and no region that converts better."""
    return _people(REGION_SHARE, SOURCE_SHARE, INDUSTRY_SHARE, 0.0)


def _season() -> World:
    return _people(SEASON_REGION, SEASON_SOURCE, SEASON_INDUSTRY, SEASON_EFFECT)


def _people(regions: Reals, sources: Reals, industries: Reals, effect: float) -> World:
    grid = world()
    kind = grid.area // AREAS_PER_REGION
    place = regions[grid.region] * AREA_KIND[grid.region, kind] / AREAS_PER_REGION
    firm = sources[grid.source] * SIZE_SHARE[0, grid.size] * industries[grid.industry]
    return replace(
        grid,
        weight=place * firm * SENIORITY_SHARE[grid.seniority],
        conversion=logistic(INTERCEPT + effect + _worth(grid)),
    )


def _worth(grid: World) -> Reals:
    firm = SOURCE_EFFECT[grid.source] + SIZE_EFFECT[grid.size] + INDUSTRY_EFFECT[grid.industry]
    return np.asarray(firm + SENIORITY_EFFECT[grid.seniority], dtype=np.float64)


def _old_score(people: World) -> Reals:
    """Fair: the percentile of what a lead is worth, 0 to 99."""
    return np.floor(100 * percentile(people.conversion, people.weight))


def _new_score(people: World) -> Reals:
    """Another scale and other weights, and small towns are put down; 0 to 99."""
    firm = NEW_SOURCE * SOURCE_EFFECT[people.source] + NEW_SIZE * SIZE_EFFECT[people.size]
    worth = firm + NEW_SENIORITY * SENIORITY_EFFECT[people.seniority] + INDUSTRY_EFFECT[people.industry]
    put_down = worth - TAKEN * (people.region == REGIONS.index(WRONGED))
    return np.floor(100 * percentile(put_down, people.weight) ** NEW_SCALE)


def _part(name: str, first: date, people: World, score: Reals) -> Part:
    rates = {region: _rates(people, score, code) for code, region in enumerate(REGIONS)}
    return Part(name=name, first=first, people=people, score=score, rates=rates)


def _rates(people: World, score: Reals, code: int) -> Rates:
    weight = np.where(people.region == code, people.weight, 0.0)
    weight = weight / weight.sum()
    chosen = score >= THRESHOLD
    worked = weight * np.where(chosen, WORKED_SELECTED, WORKED_OTHER)
    good = worked * people.conversion
    return Rates(
        chosen=float(weight @ chosen),
        good_chosen=float(good @ chosen / good.sum()),
        contacted=float(worked.sum()),
        converted=float(good.sum() / worked.sum()),
    )
