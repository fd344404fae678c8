"""Moves of leads between finest cells: the cheapest one that takes a hidden cell to a wanted value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, identity, vstack

from audit.arrays import FloatArray, IntArray
from audit.release.tables import Tables

_WHOLE = 1e-6
_EFFORT = 1e-3
_MOST_VARIABLES = 1200
_MOST_NODES = 50
_GAP = 0.5
_CORNERS = 4
_MOST_TIMES = 3
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Take ``cell`` down (-1) or up (1) by at least ``by`` leads."""

    cell: int
    sign: int
    by: int


def cheapest_move(tables: Tables, room: IntArray, cost: FloatArray, aim: Reach) -> IntArray | None:
    """Whole leads to add to every finest cell, none below ``-room``; None where no move does it.

    ``cost`` is what a lead more or less in each cell costs: 0 where it is hidden, infinite where it must
    not change. The finest cells that may change are chosen near the wanted one, which can make a move
    dearer, never wrong; all of them are tried where those are not enough.
    """
    for chosen in _choices(tables, room, aim):
        move = _solved(tables, room, cost, aim, chosen)
        if move is not None:
            return move
    return None


def _choices(tables: Tables, room: IntArray, aim: Reach) -> list[IntArray]:
    everything = np.arange(tables.space.size, dtype=np.int64)
    if tables.space.size <= _MOST_VARIABLES:
        return [everything]
    return [_near(tables, room, aim), everything]


def _near(tables: Tables, room: IntArray, aim: Reach) -> IntArray:
    """Finest cells of the groups that hold most, first of the wanted cell's own."""
    facts = len(tables.space.facts)
    inside = np.zeros(tables.space.size, dtype=np.bool_)
    inside[tables.matrix[[aim.cell]].indices] = True
    grid, holding = room.reshape(-1, facts), inside.reshape(-1, facts)
    own = np.asarray(holding.any(axis=1), dtype=np.bool_)
    wanted = np.where(holding, np.maximum(grid, 0), 0).sum(axis=1)
    most = max(2, _MOST_VARIABLES // facts)
    order = np.lexsort((-grid.sum(axis=1), -wanted, ~own))
    theirs = order[own[order]][: most // 2]
    others = order[~own[order]]
    kin = _kinship(tables.space.groups, theirs)
    others = others[np.lexsort((-grid.sum(axis=1)[others], -kin[others]))][: most - len(theirs)]
    rows = np.sort(np.concatenate([theirs, others]))
    return (rows[:, None] * facts + np.arange(facts)).ravel()


def _kinship(groups: IntArray, own: IntArray) -> IntArray:
    """How many attributes each group has in common with the nearest of its own."""
    best = np.zeros(len(groups), dtype=np.int64)
    for row in own.tolist():
        np.maximum(best, (groups == groups[row]).sum(axis=1), out=best)
    return best


def _solved(
    tables: Tables, room: IntArray, cost: FloatArray, aim: Reach, chosen: IntArray
) -> IntArray | None:
    """The move over the chosen finest cells, checked in whole numbers; None where there is none.

    The corners of such programmes are mostly whole. One that is not is a mixture of whole moves, so these
    are looked for among its multiples and among the finest cells that it uses; where there is none,
    slightly other costs lead elsewhere.
    """
    for turn in range(_CORNERS):
        corner = _programme(tables, room, cost, aim, chosen).corner(turn)
        if corner is None:
            return None
        for times in range(1, _MOST_TIMES + 1):
            move = _checked(tables, room, cost, aim, (chosen, corner * times))
            if move is not None:
                return move
        move = _mixed(tables, room, cost, aim, (chosen, corner))
        if move is not None:
            return move
    return None


def _mixed(
    tables: Tables, room: IntArray, cost: FloatArray, aim: Reach, corner: tuple[IntArray, FloatArray]
) -> IntArray | None:
    """A whole move among the finest cells of a corner: first one that changes no other cell than it does."""
    used = np.abs(corner[1]) > _WHOLE
    changed = np.abs(tables.matrix[:, corner[0]] @ corner[1]) > _WHOLE
    for price in (np.where(changed | (cost == 0), 0.0, np.inf), cost):
        whole = _programme(tables, room, price, aim, corner[0][used]).corner(0, whole=True)
        if whole is not None:
            move = _checked(tables, room, cost, aim, (corner[0][used], whole))
            if move is not None:
                return move
    return None


def _checked(
    tables: Tables, room: IntArray, cost: FloatArray, aim: Reach, found: tuple[IntArray, FloatArray]
) -> IntArray | None:
    whole = np.rint(found[1])
    if np.abs(found[1] - whole).max(initial=0) >= _WHOLE:
        return None
    move = np.zeros(tables.space.size, dtype=np.int64)
    move[found[0]] = whole.astype(np.int64)
    change = tables.values(move)
    # In whole numbers: what a solver rounds does not count.
    done = (
        aim.sign * change[aim.cell] >= aim.by and not change[np.isinf(cost)].any() and (move >= -room).all()
    )
    return move if done else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Programme:
    """Minimise ``cost`` over ``0 <= x <= upper``: leads added, leads taken away, changes of cells."""

    cost: FloatArray
    upper: FloatArray
    rows: csr_array
    low: FloatArray
    high: FloatArray
    leads: int

    def corner(self, turn: int, *, whole: bool = False) -> FloatArray | None:
        """Leads more or less in every finest cell; ``turn`` tilts the costs a little."""
        kinds = np.zeros(len(self.cost), dtype=np.int64)
        kinds[: 2 * self.leads] = whole
        solved = milp(
            self.cost * (1 + 0.5 * turn * np.modf(_GOLDEN * np.arange(len(self.cost)))[0]),
            integrality=kinds,
            bounds=Bounds(np.zeros(len(self.cost)), self.upper),
            constraints=LinearConstraint(self.rows, self.low, self.high),
            options={"node_limit": _MOST_NODES, "mip_rel_gap": _GAP},
        )
        return None if solved.x is None else solved.x[: self.leads] - solved.x[self.leads : 2 * self.leads]


def _programme(tables: Tables, room: IntArray, cost: FloatArray, aim: Reach, chosen: IntArray) -> _Programme:
    part = csr_array(tables.matrix[:, chosen]).astype(np.float64)
    touched = np.diff(part.indptr) > 0
    priced, fixed = touched & (cost > 0) & np.isfinite(cost), touched & np.isinf(cost)
    count, changes, still = part.shape[1], int(priced.sum()), int(fixed.sum())
    change, goal = identity(changes, format="csr"), part[[aim.cell]] * aim.sign
    blocks = [
        hstack([part[priced], -part[priced], -change, change]),
        hstack([part[fixed], -part[fixed], csr_array((still, 2 * changes))]),
        hstack([goal, -goal, csr_array((1, 2 * changes))]),
    ]
    ends = np.zeros(changes + still)
    return _Programme(
        cost=np.concatenate([np.full(2 * count, _EFFORT), np.tile(cost[priced], 2)]),
        upper=np.concatenate(
            [np.full(count, np.inf), np.maximum(room[chosen], 0), np.full(2 * changes, np.inf)]
        ),
        rows=csr_array(vstack([block for block in blocks if block.shape[0]], format="csr")),
        low=np.append(ends, aim.by),
        high=np.append(ends, np.inf),
        leads=count,
    )
