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
from audit.subgroups.contrast import Block, weakest
from audit.subgroups.lattice import STRIKING, Candidate, Lattice
from audit.subgroups.treatment import N

TESTED = 20
"""Most groups that are put to the test: each one makes the test of the others stricter."""
DIRECT = 0.7
"""A more direct metric is told instead where the group is nearly as far behind in it."""


def cover(of: Lattice, found: list[Candidate]) -> tuple[Candidate, ...]:
    """At most `TESTED` groups with a condition on an attribute.

    Groups without such a condition say what the score is made of, not who is treated how: they are
    not told, but what they account for is.
    """
    taken: list[Candidate] = []
    told: list[Candidate] = []
    for one in found:
        if one.conditions in {other.conditions for other in taken} or not _stands(of, one, taken):
            continue
        taken.append(one)
        if any(of.fields[place].role == "attribute" for place in one.fields):
            told.append(replace(one, metric=_direct(of, one)))
        if len(told) == TESTED:
            break
    return tuple(told)


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
    n, distance = _at(by_conditions(of, one, kept), one.metric)
    return n >= of.least and distance <= STRIKING


def _direct(of: Lattice, one: Candidate) -> int:
    """The most direct metric in which the group is nearly as far behind as in the one it was found by."""
    block = by_conditions(of, one)
    far = [_at(block, metric) for metric in range(len(of.moments))]
    near = (
        metric
        for metric, (n, distance) in enumerate(far)
        if n >= of.least and distance <= DIRECT * one.distance
    )
    return next(near, one.metric)


def _at(block: Block, metric: int) -> tuple[float, float]:
    place = np.array([[metric, *block.inner]])
    distance = float(np.nan_to_num(weakest(block, place)[0], nan=0.0))
    return float(block.moments[metric, N, *block.inner]), distance
