"""The leads as a release sees them: counts by group, score band, decision and result. This stays inside."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np

from audit.arrays import IntArray
from audit.cube import Cube
from audit.release.shape import OTHER, Dimension, Shape
from audit.schema import BadInput
from audit.tally.columns import ATTRIBUTE, NO, OUTCOME, SCORE, SELECTED, WORKED, YES

UNREADABLE = "the counts behind an earlier release cannot be read; nothing more can be shared over them"
YES_CODE, NO_CODE, OPEN_CODE = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basis:
    """Exact counts over a `Shape`, one row per combination that occurs, in ascending order.

    The columns of ``codes`` are the attributes (positions in their levels), then the score band (the number
    of bands means: no score), the decision and the result. Decision and result are 0 yes, 1 no, 2 neither: a
    result is only yes or no where the outcome is known and, if work is recorded, somebody worked the lead.
    ``left_out`` leads have a group that the shape does not have.
    """

    shape: Shape
    codes: IntArray
    n: IntArray
    left_out: int

    @property
    def total(self) -> int:
        """Leads that are counted."""
        return int(self.n.sum())

    def digest(self) -> str:
        """SHA-256 of the counts. It never leaves: who guesses the small counts could check the guess."""
        return hashlib.sha256(to_text(self).encode()).hexdigest()


def basis_of(cube: Cube, shape: Shape) -> Basis:
    """Count a cube over a shape."""
    columns = [_levels(cube, dimension) for dimension in shape.dimensions]
    columns += [_bands(cube, shape), _truth(cube, SELECTED), _result(cube)]
    codes = np.stack(columns, axis=1).astype(np.int64)
    inside = (codes >= 0).all(axis=1)
    found, index = np.unique(codes[inside], axis=0, return_inverse=True)
    n = np.bincount(index.ravel(), cube.n[inside], minlength=len(found)).astype(np.int64)
    return Basis(shape=shape, codes=found, n=n, left_out=int(cube.n[~inside].sum()))


def to_text(basis: Basis, **more: object) -> str:
    """The rows, and what else is kept with them, as JSON for the organisation's own ledger."""
    rows = np.column_stack([basis.codes, basis.n]).tolist()
    return json.dumps({"rows": rows, "left_out": basis.left_out, **more}, separators=(",", ":"))


def from_text(text: str, shape: Shape) -> Basis:
    """What `to_text` wrote; BadInput where it is something else."""
    try:
        record = json.loads(text)
        rows = np.array(record["rows"], dtype=np.int64).reshape(-1, len(shape.dimensions) + 4)
        return Basis(shape=shape, codes=rows[:, :-1], n=rows[:, -1], left_out=int(record["left_out"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(UNREADABLE) from error


def _levels(cube: Cube, dimension: Dimension) -> IntArray:
    axis = cube.axis(ATTRIBUTE + dimension.name)
    place = {level: code for code, level in enumerate(dimension.levels)}
    other = place.get(OTHER, -1)
    return np.array([place.get(level, other) for level in axis.levels], dtype=np.int64)[
        cube.column(axis.name)
    ]


def _bands(cube: Cube, shape: Shape) -> IntArray:
    if SCORE not in shape.facts:
        return np.zeros(len(cube.n), dtype=np.int64)
    cuts = np.asarray(cube.axis(SCORE).edges)
    # A step of the cube's axis lies between two of its cuts, of which every edge here is one.
    lowest = np.concatenate([[-np.inf], cuts])
    band = np.searchsorted(np.asarray(shape.edges), lowest, side="right")
    return np.append(band, shape.bands).astype(np.int64)[cube.column(SCORE)]


def _truth(cube: Cube, name: str) -> IntArray:
    if name not in cube.names:
        return np.full(len(cube.n), OPEN_CODE, dtype=np.int64)
    code = {YES: YES_CODE, NO: NO_CODE}
    levels = [code.get(level, OPEN_CODE) for level in cube.axis(name).levels]
    return np.array(levels, dtype=np.int64)[cube.column(name)]


def _result(cube: Cube) -> IntArray:
    outcome = _truth(cube, OUTCOME)
    if WORKED not in cube.names:
        return outcome
    return np.where(_truth(cube, WORKED) == YES_CODE, outcome, OPEN_CODE)
