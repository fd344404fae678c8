"""The two sides of a comparison as counts: a group, and what it is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from audit.arrays import BoolArray, IntArray
from audit.grouping import Grouping
from audit.metrics.confusion import Counts, counts

MOST_GROUPS = 25
"""Groups of an attribute that get these numbers, the largest first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sides:
    """One entry per comparison: the group's counts, the other side's, and Clarify's other side.

    Clarify's holds every other lead, those of unknown group too; ours only leads whose group is known.
    ``place`` is each group's place in ``part``. ``reference`` is a place there, None for the rest.
    """

    part: Grouping
    place: IntArray
    reference: int | None
    group: Counts
    other: Counts
    clarify_other: Counts

    @property
    def words(self) -> str:
        """The other side in a sentence."""
        return "the rest" if self.reference is None else "the reference group"

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """The groups, one per comparison."""
        return tuple(self.part.groups[i] for i in self.place.tolist())

    @property
    def other_name(self) -> tuple[str, ...] | None:
        """The reference group, None for the rest."""
        return None if self.reference is None else self.part.groups[self.reference]

    def other_groups(self, group: int, *, clarify: bool) -> BoolArray:
        """Which groups of ``part`` are on the other side of this one."""
        places = np.arange(len(self.part.groups))
        if self.reference is not None:
            return np.equal(places, self.reference)
        return np.not_equal(places, group) & (self.part.known | clarify)


def sides(part: Grouping, reference: int | None) -> tuple[Sides, ...]:
    """Each group against the rest, then, with more than two known groups, against the reference."""
    found, chosen = counts(part), _chosen(part)
    own = _each(found, lambda column: column[chosen])
    known, everyone = part.known, np.ones(len(part.groups), dtype=np.bool_)
    made = [
        Sides(
            part=part,
            place=chosen,
            reference=None,
            group=own,
            other=_each(found, lambda column: column[known].sum() - column[chosen]),
            clarify_other=_each(found, lambda column: column[everyone].sum() - column[chosen]),
        )
    ]
    if reference is not None and np.count_nonzero(known) > 2:
        made.append(_against(part, found, chosen[chosen != reference], reference))
    return tuple(made)


def _against(part: Grouping, found: Counts, chosen: IntArray, reference: int) -> Sides:
    other = _each(found, lambda column: np.full(len(chosen), column[reference]))
    own = _each(found, lambda column: column[chosen])
    return Sides(part=part, place=chosen, reference=reference, group=own, other=other, clarify_other=other)


def _chosen(part: Grouping) -> IntArray:
    """Places of the largest known groups, in the order of their names."""
    leads = np.where(part.known, part.count(), 0)
    largest = np.argsort(-leads, kind="stable")[:MOST_GROUPS]
    return np.sort(largest[leads[largest] > 0]).astype(np.int64)


def _each(found: Counts, change: Callable[[IntArray], IntArray]) -> Counts:
    changed = {one.name: change(getattr(found, one.name)) for one in fields(Counts)}
    return Counts(**changed)
