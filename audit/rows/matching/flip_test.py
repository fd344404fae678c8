"""Is a lead of a group decided as leads like it on the other side are: the flip test, by nearest leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray
from audit.estimate import Estimate
from audit.rows.levels import UNKNOWN as NOT_KNOWN
from audit.rows.levels import Levels, Reals, attribute_levels
from audit.rows.matching.matched_gap import majority_gap, matched_gap
from audit.rows.matching.nearness import Space, space
from audit.schema import Attribute, Stream
from audit.tally.columns import SELECTED, with_decision

MOST_GROUPS = 6
MOST_LEADS = 4_000

Rows = np.typing.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """The flip test of a group against the reference, or against all other leads where that is None.

    ``estimate`` is the selection rate of the group minus that of its nearest counterparts.
    ``compat_value`` is what smclarify prints: the share of leads that a majority of nearest leads would
    not have selected, minus the share that it would; None where smclarify stops. ``note`` says on what
    it was computed, where that is not all of the leads and features.
    """

    attribute: str
    group: str
    reference: str | None
    estimate: Estimate
    compat_value: float | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Decided:
    """The leads with a decision: 1 and 0, and where they lie among the features."""

    selected: Reals
    space: Space
    confidence: float


def flip_tests(table: pa.Table, stream: Stream, seed: int) -> tuple[Flip, ...]:
    """The six largest known groups of each attribute, against the rest and against the reference.

    Nothing where the stream has no decision or the table no features. At most 4,000 leads of each side
    take part, drawn with ``seed``: costs grow faster than rows.
    """
    decided = with_decision(table, stream)
    if SELECTED not in decided.column_names or not any(
        name.startswith("feature:") for name in decided.column_names
    ):
        return ()
    chosen = decided.filter(decided.column(SELECTED).is_valid())
    selected = np.asarray(chosen.column(SELECTED).cast(pa.int8()).to_numpy(), dtype=np.float64)
    leads = _Decided(selected=selected, space=space(chosen), confidence=stream.audit.confidence)
    random = np.random.default_rng(seed)
    return tuple(
        flip
        for attribute in stream.attributes
        for flip in _of_attribute(attribute, attribute_levels(chosen, attribute.name), leads, random)
    )


def _of_attribute(
    attribute: Attribute, levels: Levels, leads: _Decided, random: np.random.Generator
) -> Iterator[Flip]:
    sizes = np.bincount(levels.codes, minlength=levels.size)
    known = np.array([name != NOT_KNOWN for name in levels.names], dtype=np.bool_)
    order = np.argsort(np.where(known, -sizes, 1), kind="stable")
    places = [place for place in order[:MOST_GROUPS].tolist() if known[place]]
    if not places:
        return
    named = attribute.reference in levels.names
    reference = levels.names.index(str(attribute.reference)) if named else int(order[0])
    for place in sorted(places):
        group = levels.codes == place
        others: dict[str | None, BoolArray] = {None: ~group}
        if np.count_nonzero(known) > 2 and place != reference:
            others[levels.names[reference]] = levels.codes == reference
        for name, clarify_other in others.items():
            ours = clarify_other & known[levels.codes]
            sides = tuple(np.flatnonzero(side) for side in (group, ours, clarify_other))
            value, compat, note = _tested(leads, (sides[0], sides[1], sides[2]), random)
            yield Flip(
                attribute=attribute.name,
                group=levels.names[place],
                reference=name,
                estimate=value,
                compat_value=compat,
                note=note,
            )


def _tested(
    leads: _Decided, sides: tuple[Rows, Rows, Rows], random: np.random.Generator
) -> tuple[Estimate, float | None, str | None]:
    group, ours, theirs = sides
    if not len(theirs):
        return Estimate.missing("there are no other leads", len(group)), None, None
    gap = _matched(leads, (group, ours), random)
    sampled = max(len(group), len(theirs)) > MOST_LEADS
    notes = [f"Both are on at most {MOST_LEADS:,} leads a side, drawn with the seed"] * sampled
    numbers = leads.space.numbers
    if numbers is None:
        return gap, None, ". ".join([*notes, leads.space.refused])
    drawn = (_drawn(group, random), _drawn(theirs, random))
    compat = majority_gap(*((numbers[rows], leads.selected[rows]) for rows in drawn))
    notes += [leads.space.partial] if leads.space.partial else []
    return gap, compat, ". ".join(notes) or None


def _matched(leads: _Decided, sides: tuple[Rows, Rows], random: np.random.Generator) -> Estimate:
    if not len(sides[1]):
        return Estimate.missing("there are no other leads of known group", len(sides[0]))
    drawn = [_drawn(rows, random) for rows in sides]
    own, other = ((leads.space.mixed[rows], leads.selected[rows]) for rows in drawn)
    return matched_gap(own, other, leads.confidence)


def _drawn(rows: Rows, random: np.random.Generator) -> Rows:
    """At most 4,000 of the rows, in their order."""
    if len(rows) <= MOST_LEADS:
        return rows
    return np.sort(random.choice(rows, MOST_LEADS, replace=False))
