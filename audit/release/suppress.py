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

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.release.moves import Ground, Reach, ground_of
from audit.release.room import Room
from audit.release.sensitive import Goals
from audit.release.tables import Tables
from audit.schema import BadInput


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """What an outsider tries to solve: counts that nobody knows under sums that are published.

    ``finest`` are the true counts and ``room`` is how far the outsider thinks that they may be off.
    ``pinned`` cells are known for certain and cannot be hidden any more; ``idle`` ones may be known, because
    nobody is in them. ``goals`` are the cells to protect.
    """

    finest: IntArray
    room: Room
    pinned: BoolArray
    idle: BoolArray
    goals: Goals


Watch = Callable[[int, int], None]
"""Told how many hidden counts are settled, and how many there are by now; it may raise to stop the search."""


def unwatched(done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(slots=True, kw_only=True, eq=False)
class Pattern:
    """What is hidden so far; it only grows, and where it is ``fixed`` it cannot."""

    tables: Tables
    weights: FloatArray
    width: int
    hidden: BoolArray
    fixed: bool = False
    watch: Watch = unwatched

    def cost(self, pinned: BoolArray | None = None) -> FloatArray:
        """What a lead more or less in each cell costs: nothing where it is hidden."""
        cost = np.where(self.hidden, 0.0, np.inf if self.fixed else self.weights)
        if pinned is not None:
            cost[pinned] = np.inf
        return cost


@dataclass(slots=True, kw_only=True, eq=False)
class Proof:
    """How far moves that agree with everything published take each cell of one world, down and up.

    No move changes the cells that are ``lost`` by enough, whatever is hidden.
    """

    world: World
    ground: Ground
    values: IntArray
    low: IntArray = field(init=False)
    high: IntArray = field(init=False)
    lost: BoolArray = field(init=False)

    def __post_init__(self) -> None:
        self.low, self.high = self.values.copy(), self.values.copy()
        self.lost = np.zeros(len(self.values), dtype=np.bool_)

    def add(self, change: IntArray) -> None:
        """Note how a move changes every cell."""
        np.minimum(self.low, self.values + change, out=self.low)
        np.maximum(self.high, self.values + change, out=self.high)


def proof_of(tables: Tables, world: World) -> Proof:
    """Nothing proven yet."""
    ground = ground_of(tables, world.room.sums)
    return Proof(world=world, ground=ground, values=tables.values(world.finest))


def aims(pattern: Pattern, proof: Proof, cell: int) -> tuple[Reach, ...]:
    """What still has to be shown possible of a cell."""
    value, low, high = (int(part[cell]) for part in (proof.values, proof.low, proof.high))
    goals = proof.world.goals
    if proof.lost[cell]:
        return ()
    if goals.cells[cell]:
        down, up = int(goals.low[cell]) - value, int(goals.high[cell]) - value
        wanted = ((-1, -down, low > int(goals.low[cell])), (1, up, high < int(goals.high[cell])))
        return tuple(Reach(cell=cell, sign=sign, by=by) for sign, by, lacking in wanted if lacking)
    if proof.world.idle[cell] or proof.world.pinned[cell] or high - low >= pattern.width:
        return ()
    upwards = high - value
    if value >= pattern.width - upwards > 0:
        return (Reach(cell=cell, sign=-1, by=pattern.width - upwards),)
    return (Reach(cell=cell, sign=1, by=pattern.width - (value - low)),)


def exposed() -> BadInput:
    """The refusal where nothing more can be hidden that would help."""
    return BadInput(
        "earlier releases of these leads, together with this one, would give away groups of few leads: "
        "hand out the earlier release again, or wait until more leads have changed"
    )
