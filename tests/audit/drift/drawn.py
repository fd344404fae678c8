"""Leads of 200 days whose drift is known: none, or one that is put in from a day on."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from audit.schema import Attribute, Stream, Tolerance

STREAM = Stream(
    name="lead-score",
    score="score",
    threshold=50.0,
    outcome="won",
    worked="worked",
    created="day",
    score_range=(0.0, 100.0),
    attributes=(
        Attribute(name="region", column="region", reference="urban"),
        Attribute(name="faith", column="faith", special_category=True),
    ),
    audit=Tolerance(),
)
DAYS = 200


def leads(seed: int, n: int = 4000, days: int = DAYS, **changed) -> pa.Table:
    """An admitted table without drift, columns replaced by ``changed(random, day)``."""
    random = np.random.default_rng(seed)
    day = np.sort(random.integers(0, days, n)) + 20_454
    columns = {
        "attribute:region": random.choice(["rural", "urban", "unknown"], n, p=[0.4, 0.55, 0.05]),
        "attribute:faith": random.choice(["one", "two"], n),
        "feature:source": random.choice(["web", "event", "partner", "unknown"], n, p=[0.5, 0.3, 0.15, 0.05]),
        "feature:size": random.lognormal(3, 1, n),
        "score": np.clip(np.rint(random.normal(50, 15, n)), 0, 100),
        "outcome": random.random(n) < 0.3,
        "worked": random.random(n) < 0.8,
    }
    columns |= {name: np.asarray(change(random, day - 20_454, columns)) for name, change in changed.items()}
    return pa.table({"created": pa.array(day.astype(np.int32)).cast(pa.date32()), **_typed(columns)})


def _typed(columns):
    return {
        name: pa.array(column.tolist() if column.dtype == object else column)
        for name, column in columns.items()
    }


def late(day):
    """From the middle on."""
    return day >= DAYS // 2
