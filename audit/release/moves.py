"""Moves of leads between finest cells: the cheapest one that takes a hidden cell to a wanted value.

A move may go on from an earlier one (`Search.start`), whose changes it has to make good or to hide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, hstack, identity, vstack

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.release.room import Room
from audit.release.solver import Programme, Solve, solver, whole
from audit.release.tables import Tables

_WHOLE = 1e-6
_EFFORT = 1e-3
_MOST_VARIABLES = 1200
_MOST_NODES_AT_LAST = 2000
_TURNS = 3
_MOST_TIMES = 3
_MOST_STEPS = 60
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Take ``cell`` down (-1) or up (1) by at least ``by`` leads."""

    cell: int
    sign: int
    by: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """The sums that every move is held to, of the published cells and of the room, and what solves over them.

    The columns are leads added to every finest cell, leads taken away, and, twice, changes of cells.
    """

    tables: Tables
    rows: csr_array
    solve: Solve


def ground_of(tables: Tables, sums: csr_array) -> Ground:
    """The ground of the rooms that have these sums."""
    change = identity(len(tables.cells), format="csr")
    blocks = [hstack([tables.matrix, -tables.matrix, -change, change])]
    if sums.shape[0]:
        blocks.append(hstack([sums, -sums, csr_array((sums.shape[0], 2 * len(tables.cells)))]))
    rows = csr_array(vstack(blocks, format="csr")).astype(np.float64)
    return Ground(tables=tables, rows=rows, solve=solver(rows))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """What is looked for: a move within ``room`` that does what ``aim`` wants, as cheaply as can be.

    ``cost`` is what a lead more or less in each cell costs: 0 where it is hidden, infinite where it must
    not change. ``start`` is how every cell is changed already, by a move that this one goes on from. Without
    an ``aim``, the cheapest way to go on is looked for; ``touched`` are the finest cells to look near. The
    ``ground`` has the sums of the room.
    """

    ground: Ground
    room: Room
    cost: FloatArray
    start: IntArray
    touched: BoolArray
    aim: Reach | None = None


def search(ground: Ground, room: Room, cost: FloatArray, aim: Reach) -> Search:
    """The search for a move from the true counts."""
    touched = np.zeros(ground.tables.space.size, dtype=np.bool_)
    touched[ground.tables.matrix[[aim.cell]].indices] = True
    none = np.zeros(len(cost), dtype=np.int64)
    return Search(ground=ground, room=room, cost=cost, start=none, touched=touched, aim=aim)


def cheapest_move(wanted: Search) -> IntArray | None:
    """Whole leads to add to every finest cell; None where no move does it.

    The finest cells that may change are chosen near the wanted one, which can make a move dearer, never
    wrong; all of them are tried where those are not enough.
    """
    for chosen in _choices(wanted):
        move = _solved(wanted, _programme(wanted, chosen))
        if move is not None:
            return move
    return None


def _choices(wanted: Search) -> list[IntArray]:
    everything = np.arange(wanted.ground.tables.space.size, dtype=np.int64)
    if len(everything) <= _MOST_VARIABLES:
        return [everything]
    return [_near(wanted), everything]


def _near(wanted: Search) -> IntArray:
    """Finest cells of the groups that hold most, first of the wanted cell's own."""
    tables = wanted.ground.tables
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


def _programme(wanted: Search, chosen: IntArray) -> Programme:
    """The limits of every lead and change as a programme. What is hidden may change freely."""
    count, room, cost = wanted.ground.tables.space.size, wanted.room, wanted.cost
    lower, upper = (np.zeros(2 * count + 2 * len(cost)) for _ in range(2))
    lower[chosen] = np.maximum(-room.cells[chosen], 0)
    upper[chosen] = room.most[chosen]
    upper[count + chosen] = np.maximum(room.cells[chosen], 0)
    priced = (cost > 0) & np.isfinite(cost)
    upper[2 * count :] = np.tile(np.where(priced, np.inf, 0.0), 2)
    fixed: FloatArray = -wanted.start.astype(np.float64)
    low: FloatArray = np.where(cost == 0, -np.inf, fixed).astype(np.float64)
    high: FloatArray = np.where(cost == 0, np.inf, fixed).astype(np.float64)
    if wanted.aim is not None:
        _take_aim(wanted.aim, wanted.start, low, high)
    return Programme(
        cost=np.concatenate([np.full(2 * count, _EFFORT), np.tile(np.where(priced, cost, 0.0), 2)]),
        lower=lower,
        upper=upper,
        low=np.concatenate([low, -room.of_sums.astype(np.float64)]),
        high=np.concatenate([high, np.full(len(room.of_sums), np.inf)]),
    )


def _take_aim(aim: Reach, start: IntArray, low: FloatArray, high: FloatArray) -> None:
    """The cell that is aimed at is hidden: nothing else bounds its change."""
    if aim.sign > 0:
        low[aim.cell] = aim.by - start[aim.cell]
    else:
        high[aim.cell] = -aim.by - start[aim.cell]


def _solved(wanted: Search, asked: Programme) -> IntArray | None:
    """The move that solves a programme, checked in whole numbers; None where there is none.

    The corners of such programmes are mostly whole. One that is not often is when it is taken twice or three
    times; else what is not whole is made so, one cell after the other (`_rounded`). Slightly other costs lead
    to other corners, and whole numbers are asked for at last.
    """
    for turn in range(_TURNS):
        tilted = _tilted(asked, turn)
        corner = wanted.ground.solve(tilted, False)
        if corner is None:
            return None
        for found in _tries(wanted, tilted, corner):
            move = _checked(wanted, found)
            if move is not None:
                return move
    kinds = np.arange(len(asked.cost)) < 2 * wanted.ground.tables.space.size
    found_last = whole(wanted.ground.rows, asked, kinds, _MOST_NODES_AT_LAST)
    return None if found_last is None else _checked(wanted, _leads(wanted, found_last))


def _tilted(asked: Programme, turn: int) -> Programme:
    if not turn:
        return asked
    tilt = 1 + 0.5 * turn * np.modf(_GOLDEN * np.arange(len(asked.cost)))[0]
    return replace(asked, cost=asked.cost * tilt)


def _tries(wanted: Search, asked: Programme, corner: FloatArray) -> Iterator[FloatArray]:
    leads = _leads(wanted, corner)
    for times in range(1, _MOST_TIMES + 1):
        yield leads * times
    found = _rounded(wanted, asked, leads)
    if found is not None:
        yield found


def _rounded(wanted: Search, asked: Programme, leads: FloatArray) -> FloatArray | None:
    """Bound what is not whole by the next whole number, away from nothing first, until all is whole."""
    for _ in range(_MOST_STEPS):
        if np.abs(leads - np.rint(leads)).max(initial=0) < _WHOLE:
            return leads
        for bounded in _bounded(wanted, asked, leads):
            corner = wanted.ground.solve(bounded, True)
            if corner is not None:
                break
        else:
            return None
        asked, leads = bounded, _leads(wanted, corner)
    return None


def _bounded(wanted: Search, asked: Programme, leads: FloatArray) -> tuple[Programme, ...]:
    """The two ways to bound the smallest hidden cell that is not whole; where all are, one of the finest."""
    matrix = wanted.ground.tables.matrix
    change = matrix @ leads
    cells = np.flatnonzero(np.abs(change - np.rint(change)) >= _WHOLE)
    if len(cells):
        place = int(cells[np.argmin(np.diff(matrix.indptr)[cells])])
        value, low, high = change[place], asked.low.copy(), asked.high.copy()
        low[place], high[place] = np.ceil(value), np.floor(value)
        both = (replace(asked, low=low), replace(asked, high=high))
        return both if value > 0 else both[::-1]
    place = int(np.argmax(np.where(np.abs(leads - np.rint(leads)) < _WHOLE, -1.0, np.abs(leads))))
    ends = [float(np.ceil(leads[place])), float(np.floor(leads[place]))]
    ends = ends if leads[place] > 0 else ends[::-1]
    return tuple(_fixed(asked, place, len(leads), end) for end in ends)


def _fixed(asked: Programme, place: int, count: int, value: float) -> Programme:
    """The programme in which a finest cell changes by so many leads."""
    lower, upper = asked.lower.copy(), asked.upper.copy()
    other = place + count
    lower[place] = upper[place] = max(value, 0.0)
    lower[other] = upper[other] = max(-value, 0.0)
    return replace(asked, lower=lower, upper=upper)


def _leads(wanted: Search, solution: FloatArray) -> FloatArray:
    """Leads more or less in every finest cell."""
    count = wanted.ground.tables.space.size
    return np.asarray(solution[:count] - solution[count : 2 * count], dtype=np.float64)


def _checked(wanted: Search, found: FloatArray) -> IntArray | None:
    rounded = np.rint(found)
    if np.abs(found - rounded).max(initial=0) >= _WHOLE:
        return None
    move = rounded.astype(np.int64)
    change = wanted.ground.tables.values(move) + wanted.start
    # In whole numbers: what a solver rounds does not count.
    done = wanted.aim is None or wanted.aim.sign * change[wanted.aim.cell] >= wanted.aim.by
    done = done and not change[np.isinf(wanted.cost)].any() and wanted.room.allows(move)
    return move if done else None
