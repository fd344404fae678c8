"""The population of the generated story, written down exactly: every kind of lead and its share.

A lead is one cell of a grid: region x area (ZIP3) x source x company size x seniority x industry.
Everything that the story plants is a function of the cell, so that the expected value of any
measure is a weighted sum over the grid, without sampling error (docs/explanation/story.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Codes = NDArray[np.int64]

REGIONS = ("city", "suburb", "small town")
REGION_SHARE = np.array([0.45, 0.33, 0.22])
AREAS_PER_REGION = 10
# Of the leads of a region, how many live in an area that is mostly city, suburb, small town.
AREA_KIND = np.array([[0.86, 0.11, 0.03], [0.15, 0.77, 0.08], [0.03, 0.07, 0.90]])
ZIP3 = tuple(f"{start + step:03d}" for start in (21, 150, 556) for step in range(AREAS_PER_REGION))
# Yearly household income of an area, in 1,000 dollars.
INCOME = np.concatenate([np.linspace(*ends, AREAS_PER_REGION) for ends in ((78, 112), (68, 92), (41, 62))])

SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
SOURCE_SHARE = np.array([0.40, 0.15, 0.15, 0.22, 0.08])
SOURCE_EFFECT = np.array([0.0, 0.5, 0.9, -0.8, -0.2])
SIZES = ("1-9", "10-49", "50-249", "250+")
SIZE_SHARE = np.array([[0.26, 0.30, 0.25, 0.19], [0.28, 0.31, 0.24, 0.17], [0.33, 0.33, 0.21, 0.13]])
SIZE_EFFECT = np.array([-0.25, 0.0, 0.15, 0.3])
SENIORITIES = ("staff", "manager", "director", "owner")
SENIORITY_SHARE = np.array([0.45, 0.30, 0.15, 0.10])
SENIORITY_EFFECT = np.array([-0.4, 0.1, 0.5, 0.7])
INDUSTRIES = ("Agriculture", "Banking", "Education", "Healthcare", "Manufacturing", "Retail", "Technology")
INDUSTRY_SHARE = np.array([0.06, 0.12, 0.10, 0.16, 0.18, 0.20, 0.18])
INDUSTRY_EFFECT = np.array([-0.1, 0.1, -0.2, 0.1, 0.0, -0.1, 0.2])

INTERCEPT = -1.3
# Why small-town leads are at least as good: the lead that is hard to reach is rarely idle.
REGION_EFFECT = np.array([0.0, 0.0, 0.2])
# Past coverage: how likely a lead of the past was worked at all, by the income of its area.
COVERAGE_MIDDLE, COVERAGE_SLOPE = 66.0, 7.0
COVERAGE_LOW, COVERAGE_HIGH = 0.40, 0.90


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The grid. Arrays have one entry per cell; ``weight`` sums to 1.

    ``conversion`` is the true probability that a lead of the cell converts when it is worked
    (today and in the past alike), ``coverage`` the probability that it was worked in the past.
    """

    region: Codes
    area: Codes
    source: Codes
    size: Codes
    seniority: Codes
    industry: Codes
    weight: Reals
    conversion: Reals
    coverage: Reals


def world() -> World:
    """The population of the story; nothing in it is random."""
    shape = (len(REGIONS), len(ZIP3), len(SOURCES), len(SIZES), len(SENIORITIES), len(INDUSTRIES))
    region, area, source, size, seniority, industry = (axis.ravel() for axis in np.indices(shape))
    kind = area // AREAS_PER_REGION
    place = REGION_SHARE[region] * AREA_KIND[region, kind] / AREAS_PER_REGION
    firm = SOURCE_SHARE[source] * SIZE_SHARE[region, size] * INDUSTRY_SHARE[industry]
    pull = SOURCE_EFFECT[source] + SIZE_EFFECT[size] + SENIORITY_EFFECT[seniority] + INDUSTRY_EFFECT[industry]
    reach = logistic((INCOME[area] - COVERAGE_MIDDLE) / COVERAGE_SLOPE)
    return World(
        region=region,
        area=area,
        source=source,
        size=size,
        seniority=seniority,
        industry=industry,
        weight=place * firm * SENIORITY_SHARE[seniority],
        conversion=logistic(INTERCEPT + pull + REGION_EFFECT[region]),
        coverage=COVERAGE_LOW + (COVERAGE_HIGH - COVERAGE_LOW) * reach,
    )


def logistic(value: Reals) -> Reals:
    """The probability of a log-odds."""
    return np.asarray(1 / (1 + np.exp(-value)), dtype=np.float64)
