"""Every cell of every table of a release, and which leads each counts, as one sparse matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.sparse import csr_array, kron, vstack

from audit.arrays import BoolArray, IntArray
from audit.release.basis import NO_CODE, YES_CODE, Basis
from audit.release.facts import Fact, divisions, facts_of
from audit.release.shape import Shape
from audit.tally.columns import OUTCOME, SELECTED


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Space:
    """The finest cells that leads may be in: occupied groups times possible facts.

    A move of leads stays inside: a group that nobody is in may be known to be impossible. A result that
    nobody has is possible: that it never occurs tells everybody's.
    """

    groups: IntArray
    facts: IntArray

    @property
    def size(self) -> int:
        """Number of finest cells."""
        return len(self.groups) * len(self.facts)

    def counts(self, basis: Basis) -> IntArray:
        """Leads of a basis in every finest cell; its groups and facts must be in the space."""
        return self.leads(basis.codes, basis.n)

    def leads(self, codes: IntArray, n: IntArray) -> IntArray:
        """So many leads of every code (group, then fact) in every finest cell."""
        width = self.groups.shape[1]
        group = _places(codes[:, :width], self.groups)
        fact = _places(codes[:, width:], self.facts)
        found = np.zeros(self.size, dtype=np.int64)
        np.add.at(found, group * len(self.facts) + fact, n)
        return found

    def codes(self, finest: IntArray) -> IntArray:
        """The codes of some finest cells, by position."""
        group, fact = np.divmod(finest, len(self.facts))
        return np.concatenate([self.groups[group], self.facts[fact]], axis=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """All published tables: row i of ``matrix`` sums the finest cells of cell i.

    ``scope``, ``group`` and ``fact`` say what cell i is: the attributes, their levels (by position), the
    fact. ``divisions`` are cells that divide the leads of a group among them, by a fact.
    """

    shape: Shape
    space: Space
    matrix: csr_array
    cells: tuple[tuple[tuple[int, ...], tuple[int, ...], Fact], ...]
    divisions: tuple[tuple[int, ...], ...]

    def values(self, finest: IntArray) -> IntArray:
        """The value of every cell."""
        return np.asarray(self.matrix @ finest, dtype=np.int64)


def space_of(*bases: Basis, more: tuple[IntArray, ...] = ()) -> Space:
    """The finest cells that any of these bases has leads in, or could have; ``more`` are codes of others."""
    shape = bases[0].shape
    width = len(shape.dimensions)
    codes = np.concatenate([*(basis.codes for basis in bases), *more])
    facts = _with_decisions(shape, np.unique(codes[:, width:], axis=0))
    return Space(groups=np.unique(codes[:, :width], axis=0), facts=_with_results(shape, facts))


def _with_decisions(shape: Shape, facts: IntArray) -> IntArray:
    """The facts, and those of a decision that nobody got: in bands that nobody is in, else in all."""
    found = set(facts[:, 1].tolist())
    lacking = [code for code in (YES_CODE, NO_CODE) if code not in found] if SELECTED in shape.facts else []
    if not lacking:
        return facts
    held = set(facts[:, 0].tolist()) - {shape.bands}
    # Where the score decides, a decision that nobody got belongs to bands that nobody is in.
    bands = sorted(set(range(shape.bands)) - held) or sorted(held or {shape.bands})
    more = [(band, decision, facts[0, 2]) for band in bands for decision in lacking]
    return np.concatenate([facts, np.array(more, dtype=np.int64)])


def _with_results(shape: Shape, facts: IntArray) -> IntArray:
    """The facts with yes and no as their result, and with whatever other results occur."""
    if OUTCOME not in shape.facts:
        return np.unique(facts, axis=0)
    results = sorted({YES_CODE, NO_CODE, *facts[:, 2].tolist()})
    pairs = np.unique(facts[:, :2], axis=0)
    ways = [(band, decision, result) for band, decision in pairs.tolist() for result in results]
    return np.unique(np.array(ways, dtype=np.int64), axis=0)


def tables_of(shape: Shape, space: Space) -> Tables:
    """Every cell of a shape over a space; facts that are not possible have no cell."""
    blocks, dividing = [], []
    cells: list[tuple[tuple[int, ...], tuple[int, ...], Fact]] = []
    for scope in shape.scopes:
        facts = tuple(f for f in facts_of(shape, len(scope)) if f.holds(space.facts).any())
        masks = csr_array(np.array([fact.holds(space.facts) for fact in facts], dtype=np.int64))
        places = divisions(facts)
        for levels in _levels(shape, scope):
            members = csr_array(_members(space, scope, levels).astype(np.int64)[None, :])
            start = len(cells)
            blocks.append(kron(members, masks, format="csr"))
            cells += [(scope, levels, fact) for fact in facts]
            dividing += [tuple(start + i for i in parts) for parts in places]
    return Tables(
        shape=shape,
        space=space,
        matrix=csr_array(vstack(blocks, format="csr")),
        cells=tuple(cells),
        divisions=tuple(dividing),
    )


def _levels(shape: Shape, scope: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return product(*(range(len(shape.dimensions[i].levels)) for i in scope))


def _members(space: Space, scope: tuple[int, ...], levels: tuple[int, ...]) -> BoolArray:
    found = np.ones(len(space.groups), dtype=np.bool_)
    for place, level in zip(scope, levels, strict=True):
        found &= space.groups[:, place] == level
    return found


def _places(rows: IntArray, known: IntArray) -> IntArray:
    """Position of each row among the known ones."""
    place = {row: i for i, row in enumerate(map(tuple, known.tolist()))}
    return np.array([place[row] for row in map(tuple, rows.tolist())], dtype=np.int64)
