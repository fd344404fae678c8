"""What left before: what it gives away of today's counts, and of the leads that came and went."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, IntArray
from audit.release.basis import Basis
from audit.release.chain import Chain
from audit.release.model import Release
from audit.release.room import free, since
from audit.release.sensitive import Goals, alike, small_changes, small_counts
from audit.release.shape import Shape
from audit.release.suppress import Proof, World, proof_of
from audit.release.tables import Space, Tables, space_of, tables_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Difference:
    """Leads more or fewer of some codes: how a world that looks the same differs from the true one."""

    codes: IntArray
    n: IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Made:
    """A release, the counts behind it, and the worlds that prove it; all but the release stay inside.

    ``worlds`` are None where nobody kept them: then they are worked out again, as far as what left allows.
    """

    basis: Basis
    release: Release
    worlds: tuple[Difference, ...] | None


def difference_of(space: Space, finest: IntArray) -> Difference:
    """A difference by finest cells as codes, which later spaces have too."""
    places = np.flatnonzero(finest)
    return Difference(codes=space.codes(places), n=finest[places])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """Today's tables and counts, those of every earlier release, and the cells that each of these shows."""

    tables: Tables
    finest: IntArray
    before: tuple[IntArray, ...]
    seen: tuple[BoolArray, ...]
    worlds: tuple[IntArray, ...]

    @property
    def k(self) -> int:
        """The least count that is shown."""
        return self.tables.shape.k


def known_of(basis: Basis, earlier: tuple[Made, ...]) -> Known:
    """What is known inside; the latest of the ``earlier`` releases comes with its worlds."""
    worlds = (earlier[-1].worlds or ()) if earlier else ()
    more = tuple(world.codes for world in worlds)
    tables = tables_of(basis.shape, space_of(basis, *(one.basis for one in earlier), more=more))
    return Known(
        tables=tables,
        finest=tables.space.counts(basis),
        before=tuple(tables.space.counts(one.basis) for one in earlier),
        seen=tuple(shown(tables, one.release) for one in earlier),
        worlds=tuple(tables.space.leads(one.codes, one.n) for one in worlds),
    )


def chain_of(known: Known) -> Chain:
    """What is to be proven of today's counts, and of the change since the latest release."""
    tables, finest = known.tables, known.finest
    none = np.zeros(len(tables.cells), dtype=np.bool_)
    goals = small_counts(tables, tables.values(finest), known.k)
    now = proof_of(tables, World(finest=finest, room=free(finest), pinned=none, idle=none, goals=goals))
    if not known.before:
        return Chain(now=now, since=now, before=())
    change = finest - known.before[-1]
    values = tables.values(change)
    small, same = small_changes(values, known.k), known.seen[-1] & alike(tables, values)
    world = World(
        finest=change,
        room=since(tables.space, change, finest),
        pinned=none,
        idle=values == 0,
        goals=Goals(cells=small.cells | same, low=small.low, high=np.where(same, known.k, small.high)),
    )
    return Chain(now=now, since=proof_of(tables, world), before=known.worlds)


def must_hide(known: Known) -> BoolArray:
    """Small counts, and those that changed a little, or all alike, since a release that shows them."""
    tables = known.tables
    hidden = small_counts(tables, tables.values(known.finest), known.k).cells
    for before, seen in zip(known.before, known.seen, strict=True):
        change = tables.values(known.finest - before)
        hidden |= seen & (small_changes(change, known.k).cells | alike(tables, change))
    return hidden


def unchanged_known(known: Known) -> tuple[Proof, ...]:
    """Today's counts for somebody who knows which counts have not changed, but nothing of the others."""
    tables, finest = known.tables, known.finest
    values = tables.values(finest)
    pinned = np.zeros(len(values), dtype=np.bool_)
    for before, seen in zip(known.before, known.seen, strict=True):
        pinned |= seen & (tables.values(before) == values)
    if not pinned.any():
        return ()
    world = World(
        finest=finest,
        room=free(finest),
        pinned=pinned,
        idle=np.zeros_like(pinned),
        goals=small_counts(tables, values, known.k),
    )
    return (proof_of(tables, world),)


def shown(tables: Tables, release: Release) -> BoolArray:
    """Cells whose count an earlier release shows; that a fact never occurred shows too."""
    names = [dimension.name for dimension in tables.shape.dimensions]
    values = release.values()
    found = np.ones(len(tables.cells), dtype=np.bool_)
    for i, (scope, levels, fact) in enumerate(tables.cells):
        attribute = tuple(names[place] for place in scope)
        group = group_of(tables.shape, scope, levels)
        found[i] = values.get((attribute, group, fact), 0) is not None
    return found


def group_of(shape: Shape, scope: tuple[int, ...], levels: tuple[int, ...]) -> tuple[str, ...]:
    """The names of a group."""
    return tuple(shape.dimensions[i].levels[level] for i, level in zip(scope, levels, strict=True))
