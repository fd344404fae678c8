"""Hide cells until no arithmetic over everything published can pin a hidden one down, and prove it.

The problem is complementary cell suppression in linked tables (Cox, L. H. 1980, JASA 75, 377-385;
Fischetti, M. and Salazar, J. J. 2001, Management Science 47, 1008-1027; Hundepool, A. et al. 2012,
Statistical Disclosure Control, chapter 4). The cells to hide are taken one after the other, from the whole
to the crossings as in HiTaS (de Wolf, P.-P. 2002, LNCS 2316, 74-82). For each, a linear programme looks for
the cheapest way to move leads between the finest cells so that the hidden cell reaches the value that
outsiders must think possible (Kelly, J. P., Golden, B. L. and Assad, A. A. 1992, Networks 22, 397-417);
every published cell that the move changes is hidden too. Unlike in HiTaS, all tables are in one system, so
nothing is lost between them.

The move itself is the proof: true counts plus move is another table of whole, non-negative counts that agrees
with everything published. It is checked in integers, so the proof does not rest on a solver's tolerance, and
it stays valid because cells are only ever hidden, never shown again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.release.moves import Reach, cheapest_move
from audit.release.sensitive import Goals
from audit.release.tables import Tables
from audit.schema import BadInput


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """What an outsider tries to solve: counts that nobody knows under sums that are published.

    ``finest`` are the true counts and ``floor`` the least that the outsider knows each to be. ``unseen``
    cells are not published in this world whatever else is; ``pinned`` cells are known for certain and
    cannot be hidden any more. ``goals`` are the cells to protect.
    """

    finest: IntArray
    floor: IntArray
    unseen: BoolArray
    pinned: BoolArray
    goals: Goals


@dataclass(slots=True, kw_only=True, eq=False)
class Pattern:
    """What is hidden so far; it only grows."""

    tables: Tables
    weights: FloatArray
    width: int
    hidden: BoolArray


@dataclass(slots=True, kw_only=True, eq=False)
class Proof:
    """How far moves that agree with everything published take each cell of one world, down and up."""

    world: World
    values: IntArray
    low: IntArray = field(init=False)
    high: IntArray = field(init=False)

    def __post_init__(self) -> None:
        self.low, self.high = self.values.copy(), self.values.copy()

    def add(self, change: IntArray) -> None:
        """Note a move."""
        np.minimum(self.low, self.values + change, out=self.low)
        np.maximum(self.high, self.values + change, out=self.high)


def protect(tables: Tables, worlds: tuple[World, ...], weights: FloatArray) -> BoolArray:
    """Which cells must be hidden so that every world's goals are met; deterministic.

    Every further hidden cell ends with a proven span of ``k`` too, so that no hidden cell is known better.

    Raises
    ------
    BadInput
        A cell cannot be hidden any more, because earlier releases give it away.
    """
    hidden = np.logical_or.reduce([world.goals.cells for world in worlds])
    pattern = Pattern(tables=tables, weights=weights, width=tables.shape.k, hidden=hidden)
    proofs = [Proof(world=world, values=tables.values(world.finest)) for world in worlds]
    while True:
        before = int(pattern.hidden.sum())
        for proof in proofs:
            _prove(pattern, proof)
        if int(pattern.hidden.sum()) == before:
            return pattern.hidden


def _prove(pattern: Pattern, proof: Proof) -> None:
    """Meet every goal of a world; cells that are hidden on the way get their turn too."""
    settled = False
    while not settled:
        settled = True
        for cell in np.flatnonzero(pattern.hidden).tolist():
            for aim in _aims(pattern, proof, cell):
                settled = False
                _reach(pattern, proof, aim)


def _aims(pattern: Pattern, proof: Proof, cell: int) -> tuple[Reach, ...]:
    """What still has to be shown possible of a cell."""
    value, low, high = (int(part[cell]) for part in (proof.values, proof.low, proof.high))
    goals = proof.world.goals
    if goals.cells[cell]:
        down, up = int(goals.low[cell]) - value, int(goals.high[cell]) - value
        wanted = ((-1, -down, low > int(goals.low[cell])), (1, up, high < int(goals.high[cell])))
        return tuple(Reach(cell=cell, sign=sign, by=by) for sign, by, lacking in wanted if lacking)
    if proof.world.unseen[cell] or proof.world.pinned[cell] or high - low >= pattern.width:
        return ()
    upwards = high - value
    if value - (upwards - pattern.width) and value >= pattern.width - upwards > 0:
        return (Reach(cell=cell, sign=-1, by=pattern.width - upwards),)
    return (Reach(cell=cell, sign=1, by=pattern.width - (value - low)),)


def _reach(pattern: Pattern, proof: Proof, aim: Reach) -> None:
    world = proof.world
    cost = np.where(pattern.hidden | world.unseen, 0.0, pattern.weights)
    cost[world.pinned] = np.inf
    move = cheapest_move(pattern.tables, world.finest - world.floor, cost, aim)
    if move is None:
        raise BadInput(_exposed())
    change = pattern.tables.values(move)
    pattern.hidden |= (change != 0) & ~world.unseen
    proof.add(change)


def _exposed() -> str:
    return (
        "earlier releases of these leads, together with this one, would give away groups of few leads: "
        "hand out the earlier release again, or wait until more leads have changed"
    )
