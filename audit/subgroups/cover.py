"""Which of the striking groups are told: the fewest that say it all.

Groups overlap, so one badly treated group makes those above, below and beside it look bad too. They
are taken in the order of how sure they are. A group of which little is left without the leads of
those already taken, or which is not striking without them, was only struck by them.

References
----------
N. Lavrac, B. Kavsek, P. Flach, L. Todorovski (2004). JMLR 5:153 (weighted covering).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from audit.arrays import BoolArray
from audit.subgroups.contrast import Block, material, weakest
from audit.subgroups.lattice import STRIKING, Candidate, Lattice
from audit.subgroups.treatment import N

TESTED = 20
"""Most groups that are put to the test: each one makes the test of the others stricter."""
DIRECT = 0.7
"""A more direct metric is told instead where the group is nearly as far behind in it."""


def cover(of: Lattice, found: list[Candidate]) -> tuple[Candidate, ...]:
    """At most `TESTED` groups, each with the metric that it is told by."""
    taken: list[Candidate] = []
    for one in found:
        if len(taken) < TESTED and _stands(of, one, taken):
            taken.append(one)
    return tuple(replace(one, metric=_direct(of, one)) for one in taken)


def members(of: Lattice, one: Candidate) -> BoolArray:
    """Cells of a group."""
    inside = np.ones(of.moments.shape[-1], dtype=np.bool_)
    for place, code in zip(one.fields, one.codes, strict=True):
        inside &= of.fields[place].codes == code
    return inside


def by_conditions(of: Lattice, one: Candidate, kept: BoolArray | None = None) -> Block:
    """The moments by which of the group's conditions hold: the group itself is the last entry."""
    key = np.zeros(of.moments.shape[-1], dtype=np.int64)
    for place, code in zip(one.fields, one.codes, strict=True):
        key = key * 2 + (of.fields[place].codes == code)
    if kept is None:
        return of.block(key, (2,) * len(one.fields))
    rest = replace(of, moments=of.moments[:, :, kept])
    return rest.block(key[kept], (2,) * len(one.fields))


def _stands(of: Lattice, one: Candidate, taken: list[Candidate]) -> bool:
    """Whether the group is striking without the leads of the groups taken, save those around it."""
    others = [members(of, other) for other in taken if not other.conditions < one.conditions]
    if not others:
        return True
    kept = ~np.logical_or.reduce(others)
    return _at(of, by_conditions(of, one, kept), one.metric) <= STRIKING


def _direct(of: Lattice, one: Candidate) -> int:
    """The most direct metric in which the group is nearly as far behind as in the one it was found by."""
    block = by_conditions(of, one)
    far = [_at(of, block, metric) for metric in range(len(of.moments))]
    return next(metric for metric, distance in enumerate(far) if distance <= DIRECT * one.distance)


def _at(of: Lattice, block: Block, metric: int) -> float:
    """How far the group is behind in a metric; 0 where it is too small or not materially behind."""
    place = np.array([[metric, *block.inner]])
    if (
        block.moments[metric, N, *block.inner] < of.least
        or not material(block, place, of.tolerance.tolerance_difference)[0]
    ):
        return 0.0
    return float(np.nan_to_num(weakest(block, place)[0], nan=0.0))
