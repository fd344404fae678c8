"""The generated story: small-town leads that a model scores low although they convert as well.

The model learned from a past in which areas of low income were hardly worked; ZIP codes carry the
income. What is planted, and by how much, is in ``Truth`` and in docs/explanation/story.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

from audit.schema import BadInput
from connectors.sandbox.story_model import THRESHOLD, scores
from connectors.sandbox.story_people import people
from connectors.sandbox.story_truth import Expected, expected
from connectors.sandbox.story_world import (
    INDUSTRIES,
    REGIONS,
    SENIORITIES,
    SIZES,
    SOURCES,
    ZIP3,
    Codes,
    Reals,
    World,
    world,
)

DAYS = 365
MATURITY_DAYS = 60
# Today's leads: worked more often when the score selects them; some young ones are closed early.
WORKED_SELECTED, WORKED_OTHER = 0.93, 0.82
CLOSED_EARLY = 0.35
OPTED_OUT = 0.02
BLANK_ZIP = 0.01
AGE_RANGE = (20, 75)
AGE_UNKNOWN = 0.03
GENDERS = ("Female", "Male", "Nonbinary", "--None--", "Select", "")
GENDER_SHARE = np.array([0.345, 0.345, 0.015, 0.12, 0.08, 0.095])
COUNTRIES = ("USA", "usa", "Usa", "United States")
COUNTRY_SHARE = np.array([0.93, 0.03, 0.02, 0.02])


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the generator planted, exactly.

    ``group`` is scored lower than ``reference`` on ``attribute``; the ``proxy`` carries the gap.
    The ``unbiased`` attributes are independent of everything else. ``conversion`` is the true
    probability of each lead of the table (in its order) to convert when worked; ``expected`` holds
    the population values under this seed's model, free of sampling error.
    """

    attribute: str
    group: str
    reference: str
    proxy: str
    unbiased: tuple[str, ...]
    threshold: float
    conversion: Reals = field(repr=False)
    expected: Mapping[str, Expected]
    selection_gap: float
    score_gap: float
    share_through_proxy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The leads in CRM-neutral columns, and the truth about them.

    ``table`` has texts ``first_name last_name company email phone zip country region gender source
    company_size seniority industry``, whole numbers ``age`` and ``score``, booleans ``worked
    outcome opted_out`` (``outcome`` is null where it is not yet known) and dates ``created`` and
    ``last_activity`` (null where nobody worked the lead).
    """

    table: pa.Table
    truth: Truth
    seed: int


def story(leads: int, seed: int, today: date | None = None) -> Story:
    """Generate ``leads`` leads, created over the twelve months before ``today`` (default: this day, UTC).

    The same arguments give the same story, to the byte.

    Raises
    ------
    BadInput
        ``leads`` is not positive.
    """
    if leads < 1:
        msg = "leads must be at least 1"
        raise BadInput(msg)
    rng = np.random.default_rng(seed)
    grid = world()
    score = scores(grid, rng)
    cells = rng.choice(grid.weight.size, leads, p=grid.weight)
    day = today or datetime.now(UTC).date()
    columns = {**profile(grid, cells, rng), **_course(grid, score, cells, rng, day)}
    return Story(table=pa.table(columns), truth=_truth(grid, score, cells), seed=seed)


def profile(grid: World, cells: Codes, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Who the lead is."""
    who = people(cells.size, rng)
    age = rng.integers(*AGE_RANGE, size=cells.size, endpoint=True)
    gender = rng.choice(len(GENDERS), cells.size, p=GENDER_SHARE)
    country = rng.choice(len(COUNTRIES), cells.size, p=COUNTRY_SHARE)
    return {
        "first_name": pa.array(who.first),
        "last_name": pa.array(who.last),
        "company": pa.array(who.company),
        "email": pa.array(who.email),
        "phone": pa.array(who.phone),
        "zip": _zips(grid.area[cells], rng),
        "country": named(COUNTRIES, country),
        "region": named(REGIONS, grid.region[cells]),
        "age": pa.array(age, mask=rng.random(cells.size) < AGE_UNKNOWN),
        "gender": named(GENDERS, gender),
        "source": named(SOURCES, grid.source[cells]),
        "company_size": named(SIZES, grid.size[cells]),
        "seniority": named(SENIORITIES, grid.seniority[cells]),
        "industry": named(INDUSTRIES, grid.industry[cells]),
    }


def _zips(area: Codes, rng: np.random.Generator) -> pa.Array:
    ends = rng.integers(100, size=area.size)
    blank = rng.random(area.size) < BLANK_ZIP
    codes = [f"{ZIP3[place]}{end:02d}" for place, end in zip(area.tolist(), ends.tolist(), strict=True)]
    return pa.array(codes, mask=blank)


def named(names: tuple[str, ...], codes: Codes) -> pa.Array:
    """The name behind each code."""
    return pa.array(names).take(pa.array(codes))


def _course(
    grid: World, score: Reals, cells: Codes, rng: np.random.Generator, today: date
) -> dict[str, pa.Array]:
    """What happened to the lead."""
    selected = score[cells] >= THRESHOLD
    worked = rng.random(cells.size) < np.where(selected, WORKED_SELECTED, WORKED_OTHER)
    converts = rng.random(cells.size) < grid.conversion[cells]
    age_days = rng.integers(1, DAYS, size=cells.size, endpoint=True)
    closed = (age_days >= MATURITY_DAYS) | (rng.random(cells.size) < CLOSED_EARLY)
    lag = np.minimum(rng.integers(1, 30, size=cells.size), age_days)
    created = [today - timedelta(days=days) for days in age_days.tolist()]
    touched = [day + timedelta(days=days) for day, days in zip(created, lag.tolist(), strict=True)]
    return {
        "score": pa.array(score[cells].astype(np.int64)),
        "worked": pa.array(worked),
        "outcome": pa.array(converts, mask=~(worked & closed)),
        "opted_out": pa.array(rng.random(cells.size) < OPTED_OUT),
        "created": pa.array(created, pa.date32()),
        "last_activity": pa.array(touched, pa.date32(), mask=~worked),
    }


def _truth(grid: World, score: Reals, cells: Codes) -> Truth:
    by_region, share = expected(grid, score)
    low, high = by_region[REGIONS[2]], by_region[REGIONS[0]]
    return Truth(
        attribute="region",
        group=REGIONS[2],
        reference=REGIONS[0],
        proxy="zip3",
        unbiased=("age", "gender"),
        threshold=THRESHOLD,
        conversion=grid.conversion[cells],
        expected=by_region,
        selection_gap=low.selection_rate - high.selection_rate,
        score_gap=low.mean_score - high.mean_score,
        share_through_proxy=share,
    )
