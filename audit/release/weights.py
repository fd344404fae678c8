"""What hiding a cell costs its reader: totals and whole groups most, score bands and crossings least."""

from __future__ import annotations

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.release.facts import Fact
from audit.release.tables import Tables

_BY_SIZE = (400.0, 20.0)
_CROSSED = 1.0


def weights_of(tables: Tables, values: IntArray) -> FloatArray:
    """Cost of a lead more or less in each cell."""
    base = np.array([_scope(len(scope)) * _fact(fact) for scope, _, fact in tables.cells])
    return np.asarray(base * (1 + np.log1p(np.maximum(values, 0))), dtype=np.float64)


def _scope(attributes: int) -> float:
    return _BY_SIZE[attributes] if attributes < len(_BY_SIZE) else _CROSSED


def _fact(fact: Fact) -> float:
    if fact == Fact():
        return 6.0
    if fact.band is not None:
        return 0.2 if fact.result is not None else 0.5
    return 1.0 if fact.selected is not None and fact.result is not None else 2.0
