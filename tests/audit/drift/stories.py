"""Leads of a year in which three things happen: a new field in March, another model in May, a season."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

FIRST = date(2026, 1, 1)
MARCH, MAY, NOVEMBER = 60, 122, 304


def year(n=24_000, *, model=True, season=True, seed=5, days=365):
    """An admitted table: in the season most leads come from fairs, and fairs have low scores."""
    random = np.random.default_rng(seed)
    day = np.sort(random.integers(0, days, n))
    fair = random.random(n) < np.where(season & (day >= NOVEMBER), 0.8, 0.25)
    rural = random.random(n) < 0.4
    score = random.normal(58 - 22 * fair, 12) + 14 * (model & (day >= MAY))
    turnover = np.where((day >= MARCH) & (random.random(n) < 0.7), "named", "unknown")
    return pa.table(
        {
            "created": pa.array([FIRST + timedelta(days=int(one)) for one in day], pa.date32()),
            "attribute:region": pa.array(np.where(rural, "rural", "urban")),
            "feature:source": pa.array(np.where(fair, "fair", "web")),
            "feature:turnover": pa.array(turnover),
            "score": np.clip(np.rint(score), 0, 100),
            "outcome": random.random(n) < 0.3,
            "worked": random.random(n) < 0.8,
        }
    )
