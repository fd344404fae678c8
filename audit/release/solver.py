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

from audit.arrays import BoolArray, FloatArray

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
    """A programme that HiGHS keeps."""

    def __init__(self, core: Any, rows: csr_array) -> None:  # noqa: ANN401
        self._optimal = core.HighsModelStatus.kOptimal
        self._engine = core._Highs()  # noqa: SLF001
        self._engine.setOptionValue("output_flag", False)
        # The first corner is where nobody moves, which is nearly what is looked for: nothing to win before.
        self._engine.setOptionValue("presolve", "off")
        none, nothing = np.zeros(rows.shape[1]), np.zeros(rows.shape[0])
        self._now = Programme(cost=none, lower=none, upper=none, low=nothing, high=nothing)
        self._engine.passModel(_model(core, csc_array(rows)))

    def __call__(self, asked: Programme, goes_on: bool) -> FloatArray | None:
        """Change what differs, and solve."""
        if not goes_on:
            self._engine.clearSolver()
        self._change(asked)
        self._engine.run()
        if self._engine.getModelStatus() != self._optimal:
            return None
        return np.array(self._engine.getSolution().col_value, dtype=np.float64)

    def _change(self, asked: Programme) -> None:
        engine, now = self._engine, self._now
        if asked.cost is not now.cost:
            engine.changeColsCost(len(asked.cost), np.arange(len(asked.cost), dtype=np.int32), asked.cost)
        at = np.flatnonzero((asked.lower != now.lower) | (asked.upper != now.upper)).astype(np.int32)
        if len(at):
            engine.changeColsBounds(len(at), at, asked.lower[at], asked.upper[at])
        for row in np.flatnonzero((asked.low != now.low) | (asked.high != now.high)).tolist():
            engine.changeRowBounds(row, asked.low[row], asked.high[row])
        self._now = asked


def _model(core: Any, columns: csc_array) -> Any:  # noqa: ANN401
    made, (rows, count) = core.HighsLp(), columns.shape
    made.num_row_, made.num_col_ = rows, count
    made.col_cost_, made.col_lower_, made.col_upper_ = (np.zeros(count) for _ in range(3))
    made.row_lower_, made.row_upper_ = (np.zeros(rows) for _ in range(2))
    matrix = made.a_matrix_
    matrix.format_, matrix.num_row_, matrix.num_col_ = core.MatrixFormat.kColwise, rows, count
    matrix.start_, matrix.index_, matrix.value_ = columns.indptr, columns.indices, columns.data
    return made
