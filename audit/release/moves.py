"""Moves of leads between finest cells: the cheapest one that takes a hidden cell to a wanted value.

A move may go on from an earlier one (`Search.start`), whose changes it has to make good or to hide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, identity, vstack

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.release.room import Room
from audit.release.tables import Tables

_WHOLE = 1e-6
_EFFORT = 1e-3
_MOST_VARIABLES = 1200
_MOST_NODES = 50
_MOST_NODES_AT_LAST = 2000
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """What is looked for: a move within ``room`` that does what ``aim`` wants, as cheaply as can be.

    ``cost`` is what a lead more or less in each cell costs: 0 where it is hidden, infinite where it must
    not change. ``start`` is how every cell is changed already, by a move that this one goes on from. Without
    an ``aim``, the cheapest way to go on is looked for; ``touched`` are the finest cells to look near.
    """

    tables: Tables
    room: Room
    cost: FloatArray
    start: IntArray
    touched: BoolArray
    aim: Reach | None = None


def search(tables: Tables, room: Room, cost: FloatArray, aim: Reach) -> Search:
    """The search for a move from the true counts."""
    touched = np.zeros(tables.space.size, dtype=np.bool_)
    touched[tables.matrix[[aim.cell]].indices] = True
    none = np.zeros(len(cost), dtype=np.int64)
    return Search(tables=tables, room=room, cost=cost, start=none, touched=touched, aim=aim)


def cheapest_move(wanted: Search) -> IntArray | None:
    """Whole leads to add to every finest cell; None where no move does it.

    The finest cells that may change are chosen near the wanted one, which can make a move dearer, never
    wrong; all of them are tried where those are not enough.
    """
    for chosen in _choices(wanted):
        move = _solved(wanted, chosen)
        if move is not None:
            return move
    return None


def _choices(wanted: Search) -> list[IntArray]:
    everything = np.arange(wanted.tables.space.size, dtype=np.int64)
    if len(everything) <= _MOST_VARIABLES:
        return [everything]
    return [_near(wanted), everything]


def _near(wanted: Search) -> IntArray:
    """Finest cells of the groups that hold most, first of the wanted cell's own."""
    tables = wanted.tables
    facts = len(tables.space.facts)
    grid, holding = wanted.room.cells.reshape(-1, facts), wanted.touched.reshape(-1, facts)
    own = np.asarray(holding.any(axis=1), dtype=np.bool_)
    theirs = np.where(holding, np.maximum(grid, 0), 0).sum(axis=1)
    most = max(2, _MOST_VARIABLES // facts)
    order = np.lexsort((-grid.sum(axis=1), -theirs, ~own))
    first = order[own[order]][: most // 2]
    others = order[~own[order]]
    kin = _kinship(tables.space.groups, first)
    others = others[np.lexsort((-grid.sum(axis=1)[others], -kin[others]))][: most - len(first)]
    rows = np.sort(np.concatenate([first, others]))
    return (rows[:, None] * facts + np.arange(facts)).ravel()


def _kinship(groups: IntArray, own: IntArray) -> IntArray:
    """How many attributes each group has in common with the nearest of its own."""
    best = np.zeros(len(groups), dtype=np.int64)
    for row in own.tolist():
        np.maximum(best, (groups == groups[row]).sum(axis=1), out=best)
    return best


def _solved(wanted: Search, chosen: IntArray) -> IntArray | None:
    """The move over the chosen finest cells, checked in whole numbers; None where there is none.

    The corners of such programmes are mostly whole. One that is not is a mixture of whole moves, so these
    are looked for among its multiples and among the finest cells that it uses; where there is none,
    slightly other costs lead elsewhere, and whole numbers are asked for at last.
    """
    for turn in range(_CORNERS):
        corner = _programme(wanted, wanted.cost, chosen).corner(turn)
        if corner is None:
            return None
        for times in range(1, _MOST_TIMES + 1):
            move = _checked(wanted, chosen, corner * times)
            if move is not None:
                return move
        move = _mixed(wanted, chosen, corner)
        if move is not None:
            return move
    whole = _programme(wanted, wanted.cost, chosen).corner(0, whole=True, nodes=_MOST_NODES_AT_LAST)
    return None if whole is None else _checked(wanted, chosen, whole)


def _mixed(wanted: Search, chosen: IntArray, corner: FloatArray) -> IntArray | None:
    """A whole move among the finest cells of a corner: first one that changes no other cell than it does."""
    used = np.abs(corner) > _WHOLE
    changed = np.abs(wanted.tables.matrix[:, chosen] @ corner + wanted.start) > _WHOLE
    for price in (np.where(changed | (wanted.cost == 0), 0.0, np.inf), wanted.cost):
        whole = _programme(wanted, price, chosen[used]).corner(0, whole=True)
        if whole is not None:
            move = _checked(wanted, chosen[used], whole)
            if move is not None:
                return move
    return None


def _checked(wanted: Search, chosen: IntArray, found: FloatArray) -> IntArray | None:
    whole = np.rint(found)
    if np.abs(found - whole).max(initial=0) >= _WHOLE:
        return None
    move = np.zeros(wanted.tables.space.size, dtype=np.int64)
    move[chosen] = whole.astype(np.int64)
    change = wanted.tables.values(move) + wanted.start
    # In whole numbers: what a solver rounds does not count.
    done = wanted.aim is None or wanted.aim.sign * change[wanted.aim.cell] >= wanted.aim.by
    done = done and not change[np.isinf(wanted.cost)].any() and wanted.room.allows(move)
    return move if done else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Programme:
    """Minimise ``cost`` over ``lower <= x <= upper``: leads added, leads taken away, changes of cells."""

    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    rows: csr_array
    low: FloatArray
    leads: int
    equal: int

    def corner(self, turn: int, *, whole: bool = False, nodes: int = _MOST_NODES) -> FloatArray | None:
        """Leads more or less in every finest cell; ``turn`` tilts the costs a little."""
        kinds = np.zeros(len(self.cost), dtype=np.int64)
        kinds[: 2 * self.leads] = whole
        high = np.append(self.low[: self.equal], np.full(len(self.low) - self.equal, np.inf))
        solved = milp(
            self.cost * (1 + 0.5 * turn * np.modf(_GOLDEN * np.arange(len(self.cost)))[0]),
            integrality=kinds,
            bounds=Bounds(self.lower, self.upper),
            constraints=LinearConstraint(self.rows, self.low, high),
            options={"node_limit": nodes, "mip_rel_gap": _GAP},
        )
        return None if solved.x is None else solved.x[: self.leads] - solved.x[self.leads : 2 * self.leads]


def _programme(wanted: Search, cost: FloatArray, chosen: IntArray) -> _Programme:
    part = csr_array(wanted.tables.matrix[:, chosen]).astype(np.float64)
    touched = (np.diff(part.indptr) > 0) | (wanted.start != 0)
    priced, fixed = touched & (cost > 0) & np.isfinite(cost), touched & np.isinf(cost)
    sums = csr_array(wanted.room.sums[:, chosen]).astype(np.float64)
    goals, by = _goal(wanted, part)
    count, changes = part.shape[1], int(priced.sum())
    change = identity(changes, format="csr")
    blocks = [hstack([part[priced], -part[priced], -change, change])]
    blocks += [
        hstack([rows, -rows, csr_array((rows.shape[0], 2 * changes))])
        for rows in (part[fixed], goals, sums)
        if rows.shape[0]
    ]
    low = (-wanted.start[priced], -wanted.start[fixed], by, -wanted.room.of_sums)
    cells, most = wanted.room.cells[chosen], wanted.room.most[chosen]
    free = np.full(2 * changes, np.inf)
    return _Programme(
        cost=np.concatenate([np.full(2 * count, _EFFORT), np.tile(cost[priced], 2)]),
        lower=np.concatenate([np.maximum(-cells, 0), np.zeros(count + 2 * changes)]),
        upper=np.concatenate([most, np.maximum(cells, 0), free]),
        rows=csr_array(vstack([block for block in blocks if block.shape[0]], format="csr")),
        low=np.concatenate(low).astype(np.float64),
        leads=count,
        equal=changes + int(fixed.sum()),
    )


def _goal(wanted: Search, part: csr_array) -> tuple[csr_array, IntArray]:
    """The row of what is aimed at, and what it must come to at the least; none without an aim."""
    if wanted.aim is None:
        return csr_array((0, part.shape[1])), np.zeros(0, dtype=np.int64)
    cell, sign = wanted.aim.cell, wanted.aim.sign
    by = wanted.aim.by - sign * wanted.start[cell]
    return csr_array(part[[cell]] * sign), np.array([by], dtype=np.int64)
