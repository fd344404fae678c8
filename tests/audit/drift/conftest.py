"""Leads of which it is known what moved, with what is told of them."""

from __future__ import annotations

import numpy as np
import pytest

from audit.drift import drift_of_table
from tests.audit.drift.drawn import STREAM, late, leads


@pytest.fixture(scope="session")
def moved():
    """A higher score, a new source, sizes gone, and rural leads worked less, from the middle on."""

    def score(random, day, _):
        return np.clip(np.rint(random.normal(50 + 8 * late(day), 15)), 0, 100)

    def source(random, day, made):
        return np.where(late(day) & (random.random(len(day)) < 0.2), "<b>chat</b>", made["feature:source"])

    def size(random, day, made):
        lost = late(day) & (random.random(len(day)) < 0.3)
        return np.where(lost, np.nan, made["feature:size"])

    def worked(random, day, made):
        rural = made["attribute:region"] == "rural"
        return random.random(len(day)) < 0.85 - 0.25 * (rural & late(day))

    table = leads(1, 12_000, score=score, worked=worked, **{"feature:source": source, "feature:size": size})
    return table, drift_of_table(table, STREAM)
