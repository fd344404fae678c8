"""Leads that are alike in score band, decision and controls: what is not seen of one is learned there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.cube import keys
from audit.grouping import Grouping
from audit.score_scale import band_edges
from audit.tally.columns import CONTROL, NO, SCORE, SELECTED, YES

SELECTED_STATE, REJECTED_STATE, NO_DECISION = 0, 1, 2


def decisions(part: Grouping) -> IntArray:
    """Of every cell: 0 selected, 1 not selected, 2 without a decision."""
    rejected = np.where(part.at(SELECTED, NO), REJECTED_STATE, NO_DECISION)
    return np.where(part.at(SELECTED, YES), SELECTED_STATE, rejected).astype(np.int64)


def bands(part: Grouping, scale: tuple[float, float] | None) -> IntArray:
    """The score band of every cell, one more for leads without a score."""
    if scale is None or not part.has(SCORE):
        return np.zeros(len(part.cube.n), dtype=np.int64)
    cuts, edges = band_edges(scale), np.asarray(part.cube.axis(SCORE).edges)
    most = max(len(cuts) - 2, 0)
    of_edge = np.clip(np.searchsorted(cuts, edges, side="right") - 1, 0, most)
    column = part.cube.column(SCORE)
    found = of_edge[np.clip(column - 1, 0, len(edges) - 1)]
    return np.where(column > len(edges), most + 1, found).astype(np.int64)


def controls(part: Grouping) -> tuple[IntArray, ...]:
    """The level of every control of every cell."""
    return tuple(part.cube.column(name) for name in part.cube.names if name.startswith(CONTROL))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strata:
    """Cells joined into strata; ``of_cell`` is the stratum of each cell, ``first`` one cell of each."""

    of_cell: IntArray
    first: IntArray

    def sum(self, values: FloatArray, cells: BoolArray) -> FloatArray:
        """Sum of a value over the cells of each stratum."""
        chosen = np.where(cells, values, 0.0)
        return np.bincount(self.of_cell, chosen, minlength=len(self.first)).astype(np.float64)


def strata(*columns: IntArray) -> Strata:
    """Cells that agree in every column share a stratum."""
    codes = np.stack(columns, axis=1)
    sizes = tuple(int(column.max(initial=0)) + 1 for column in columns)
    _, first, of_cell = np.unique(keys(codes, sizes), return_index=True, return_inverse=True)
    return Strata(of_cell=of_cell.astype(np.int64), first=first.astype(np.int64))
