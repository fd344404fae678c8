"""One linear programme after another over the same sums, the next mostly but a few bounds away.

SciPy's own functions build a programme anew each time, which costs more than to solve it. HiGHS, which SciPy
carries, can keep one and change its prices and bounds (Huangfu, Q. and Hall, J. A. J. 2018, Mathematical
Programming Computation 10, 119-142). That door of SciPy is not public, so where it is not there, the public
one is taken: slower, and as right. Nobody believes either of them: see `audit.release.moves`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array, csr_array

from audit.arrays import BoolArray, FloatArray, IntArray

_GAP = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Programme:
    """Minimise ``cost`` over ``lower <= x <= upper``, while ``low <= rows x <= high``."""

    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    low: FloatArray
    high: FloatArray


Solve = Callable[[Programme, bool], FloatArray | None]
"""The corner that solves a programme; None where nothing does. Whether it goes on from the one before."""


def solver(rows: csr_array) -> Solve:
    """What solves programmes over these rows."""
    core = _core()
    return _cold(rows) if core is None else _Warm(core, rows)


def whole(rows: csr_array, asked: Programme, kinds: BoolArray, nodes: int) -> FloatArray | None:
    """A solution in which the chosen columns are whole; None where none was found in so many nodes."""
    options = {"node_limit": nodes, "mip_rel_gap": _GAP}
    return _by_scipy(rows, asked, kinds, options)


def _core() -> Any:  # noqa: ANN401 - it has no types
    try:
        found = import_module("scipy.optimize._highspy._core")
    except ImportError:
        return None
    known = hasattr(found, "_Highs") and hasattr(found._Highs, "changeColsBounds")  # noqa: SLF001
    return found if known else None


def _cold(rows: csr_array) -> Solve:
    def solve(asked: Programme, goes_on: bool) -> FloatArray | None:  # noqa: ARG001 - always anew
        return _by_scipy(rows, asked, np.zeros(rows.shape[1], dtype=np.bool_), {"presolve": False})

    return solve


def _by_scipy(
    rows: csr_array, asked: Programme, kinds: BoolArray, options: dict[str, float]
) -> FloatArray | None:
    solved = milp(
        asked.cost,
        integrality=kinds.astype(np.int64),
        bounds=Bounds(asked.lower, asked.upper),
        constraints=LinearConstraint(rows, asked.low, asked.high),
        options=options,  # type: ignore[arg-type]
    )
    return None if solved.x is None else np.asarray(solved.x, dtype=np.float64)


class _Warm:
    """A programme that HiGHS keeps; columns that must be 0 are left out of it."""

    def __init__(self, core: Any, rows: csr_array) -> None:  # noqa: ANN401
        self._core, self._columns = core, csc_array(rows)
        self._engine = core._Highs()  # noqa: SLF001
        self._engine.setOptionValue("output_flag", False)
        # The first corner is where nobody moves, which is nearly what is looked for: nothing to win before.
        self._engine.setOptionValue("presolve", "off")
        self._kept = np.arange(0)
        self._now: Programme | None = None

    def __call__(self, asked: Programme, goes_on: bool) -> FloatArray | None:
        """Change what differs, or begin anew, and solve."""
        if goes_on and self._now is not None:
            self._change(asked, self._now)
        else:
            self._kept = np.flatnonzero((asked.lower != 0) | (asked.upper != 0))
            self._engine.passModel(_model(self._core, self._columns[:, self._kept], asked, self._kept))
        self._now = asked
        self._engine.run()
        if self._engine.getModelStatus() != self._core.HighsModelStatus.kOptimal:
            return None
        found = np.zeros(len(asked.cost))
        found[self._kept] = self._engine.getSolution().col_value
        return found

    def _change(self, asked: Programme, now: Programme) -> None:
        lower, upper = asked.lower[self._kept], asked.upper[self._kept]
        other = (lower != now.lower[self._kept]) | (upper != now.upper[self._kept])
        at = np.flatnonzero(other).astype(np.int32)
        if len(at):
            self._engine.changeColsBounds(len(at), at, lower[at], upper[at])
        for row in np.flatnonzero((asked.low != now.low) | (asked.high != now.high)).tolist():
            self._engine.changeRowBounds(row, asked.low[row], asked.high[row])


def _model(core: Any, columns: csc_array, asked: Programme, kept: IntArray) -> Any:  # noqa: ANN401
    made, (rows, count) = core.HighsLp(), columns.shape
    made.num_row_, made.num_col_ = rows, count
    made.col_cost_, made.col_lower_, made.col_upper_ = asked.cost[kept], asked.lower[kept], asked.upper[kept]
    made.row_lower_, made.row_upper_ = asked.low, asked.high
    matrix = made.a_matrix_
    matrix.format_, matrix.num_row_, matrix.num_col_ = core.MatrixFormat.kColwise, rows, count
    matrix.start_, matrix.index_, matrix.value_ = columns.indptr, columns.indices, columns.data
    return made
