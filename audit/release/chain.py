"""Releases of the same leads one after the other, protected against whoever solves all of them at once.

What an outsider can solve for are the leads of the first release and the change before each later one,
under every count that any of the releases shows. A *world* is a way in which all of these may be off: how
today's counts differ from the true ones (``total``) and by how much of that the change since the latest
release does (``step``). Today's release goes on from the worlds of the latest one in three ways, the
cheapest first: the difference stays, and every cell that it changes is hidden; the leads that came since
make it good; or a little of both (`extend`). So what was proven of earlier releases stays proven whatever
is shown today. Then worlds that differ in the latest change alone, or go on from one of the latest
release, are looked for until no hidden count of today, and none of the change, is known to within fewer than
``k`` (`prove_chain`). Because every world goes on, three and more releases need no further thought: the one
after the next sees the sum of all before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from audit.arrays import IntArray
from audit.release.moves import Reach, Search, cheapest_move, search
from audit.release.suppress import Pattern, Proof, aims, exposed

_MOST_STARTS = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Otherwise:
    """One world: by how much today's counts, and the change since the latest release, are off."""

    total: IntArray
    step: IntArray


@dataclass(slots=True, kw_only=True, eq=False)
class Chain:
    """What is proven of today's counts (``now``) and of the change since the latest release (``since``).

    ``before`` are the totals of the worlds of the latest release. ``worlds`` only grow.
    """

    now: Proof
    since: Proof
    before: tuple[IntArray, ...]
    worlds: list[Otherwise] = field(default_factory=list)

    @property
    def totals(self) -> tuple[IntArray, ...]:
        """What a later release goes on from."""
        return tuple(one.total for one in self.worlds if one.total.any())


def protect(pattern: Pattern, chain: Chain, proofs: tuple[Proof, ...]) -> None:
    """Hide cells until everything is proven of the chain and of every world besides; deterministic.

    Raises
    ------
    BadInput
        Earlier releases give away what would have to be hidden.
    """
    extend(pattern, chain)
    before = -1
    while int(pattern.hidden.sum()) != before:
        before = int(pattern.hidden.sum())
        prove_chain(pattern, chain)
        for proof in proofs:
            prove_chain(pattern, _by_itself(proof, chain))


def _by_itself(proof: Proof, chain: Chain) -> Chain:
    """A world besides is a chain of one release; it begins with what is proven of today's counts."""
    for one in chain.worlds:
        change = proof.ground.tables.values(one.total)
        if not change[proof.world.pinned].any() and proof.world.room.allows(one.total):
            proof.add(change)
    return Chain(now=proof, since=proof, before=())


def extend(pattern: Pattern, chain: Chain) -> None:
    """Let every world of the latest release go on today."""
    for total in chain.before:
        step = _next_step(pattern, chain, total)
        if step is not None and (total + step).any():
            _add(pattern, chain, Otherwise(total=total + step, step=step))


def _next_step(pattern: Pattern, chain: Chain, total: IntArray) -> IntArray | None:
    """How the latest change goes on from a world of the latest release; None where what left forbids it."""
    room, still = chain.since.world.room.with_leads(total), np.zeros_like(total)
    change = pattern.tables.values(total)
    if room.allows(still) and not (change[~pattern.hidden]).any():
        return still
    if room.allows(-total) and not (change[chain.now.world.goals.cells]).any():
        return -total
    ground = chain.since.ground
    wanted = Search(ground=ground, room=room, cost=pattern.cost(), start=change, touched=total != 0)
    move = cheapest_move(wanted)
    if move is None and not pattern.fixed and room.allows(still):
        return still
    if move is None and not pattern.fixed:
        raise exposed()
    return move


def prove_chain(pattern: Pattern, chain: Chain) -> None:
    """Find worlds until nothing hidden is known too well, hiding more where it must be."""
    settled = False
    while not settled:
        settled = True
        hidden = np.flatnonzero(pattern.hidden).tolist()
        for place, cell in enumerate(hidden):
            pattern.watch(place, len(hidden))
            for proof in (chain.now, chain.since):
                for aim in aims(pattern, proof, cell):
                    settled = False
                    _meet(pattern, chain, proof, aim)


def _meet(pattern: Pattern, chain: Chain, proof: Proof, aim: Reach) -> None:
    world = _found(pattern, chain, proof, aim)
    if world is not None:
        _add(pattern, chain, world)
    elif pattern.fixed or (proof.world.pinned.any() and not proof.world.goals.cells[aim.cell]):
        proof.lost[aim.cell] = True
    else:
        raise exposed()


def _found(pattern: Pattern, chain: Chain, proof: Proof, aim: Reach) -> Otherwise | None:
    """The cheapest of some worlds that do what is wanted; one that hides nothing more is not waited for."""
    for one in (aim, *_instead(pattern, proof, aim)):
        best, least = None, np.inf
        for total in _starts(pattern, chain, proof, one):
            move = _gone_on(pattern, chain, proof, one, total)
            if move is None:
                continue
            price = float(
                np.abs(pattern.tables.values(total + move)) @ np.where(pattern.hidden, 0.0, pattern.weights)
            )
            if price < least:
                best, least = Otherwise(total=total + move, step=move), price
            if not price:
                break
        if best is not None:
            return best
    return None


def _gone_on(pattern: Pattern, chain: Chain, proof: Proof, aim: Reach, total: IntArray) -> IntArray | None:
    """The cheapest move that goes on from a world of the latest release and does what is wanted."""
    change = pattern.tables.values(total)
    # What is aimed at is today's count, or the change: that one does not have what was off before.
    more = aim.sign * int(change[aim.cell]) if proof is chain.since else 0
    room = chain.since.world.room.with_leads(total)
    wanted = search(chain.since.ground, room, pattern.cost(proof.world.pinned), aim)
    return cheapest_move(replace(wanted, start=change, aim=replace(aim, by=aim.by + more)))


def _instead(pattern: Pattern, proof: Proof, aim: Reach) -> tuple[Reach, ...]:
    """Where only the span counts: the other way."""
    cell = aim.cell
    if proof.world.goals.cells[cell]:
        return ()
    span = proof.values[cell] - proof.low[cell] if aim.sign < 0 else proof.high[cell] - proof.values[cell]
    return (Reach(cell=cell, sign=-aim.sign, by=pattern.width - int(span)),)


def _starts(pattern: Pattern, chain: Chain, proof: Proof, aim: Reach) -> Iterator[IntArray]:
    """Nothing, and the worlds of the latest release that do most of what is wanted.

    A change grows where there were fewer leads before it.
    """
    nothing = np.zeros_like(chain.now.world.finest)
    row = pattern.tables.matrix[[aim.cell]]
    sign = -aim.sign if proof is chain.since else aim.sign
    does = np.array([sign * int((row @ total)[0]) for total in chain.before], dtype=np.int64)
    best = [chain.before[i] for i in np.argsort(-does, kind="stable")[:_MOST_STARTS].tolist() if does[i] > 0]
    yield from (*best, nothing)


def _add(pattern: Pattern, chain: Chain, world: Otherwise) -> None:
    change = pattern.tables.values(world.total)
    pattern.hidden |= change != 0
    chain.now.add(change)
    if chain.since is not chain.now:
        chain.since.add(pattern.tables.values(world.step))
    chain.worlds.append(world)
