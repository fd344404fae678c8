"""Is a lead of a group decided as leads like it on the other side are: the flip test, by nearest leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray
from audit.estimate import Estimate
from audit.rows.levels import Levels, Reals, attribute_levels
from audit.rows.matching.matched_gap import Side, majority_gap, matched_gap
from audit.rows.matching.nearness import Space, space
from audit.schema import Attribute, Stream
from audit.tally.columns import SELECTED, with_decision
from audit.tally.columns import UNKNOWN as NOT_KNOWN

MOST_GROUPS = 6
MOST_LEADS = 1_500

Rows = np.typing.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """The flip test of a group against the reference, or against all other leads where that is None.

    ``estimate`` is the selection rate among leads of the group minus that of the nearest other leads.
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
    """The drawn leads, by their row in the table: 1 and 0, and where they lie among the features."""

    rows: Rows
    selected: Reals
    space: Space
    confidence: float

    def side(self, at: Reals, rows: Rows) -> Side:
        place = np.searchsorted(self.rows, rows)
        return at[place], self.selected[place]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    """One flip test before it is made: the rows of the group, of our other side and of Clarify's."""

    attribute: str
    group: str
    reference: str | None
    own: Rows
    ours: Rows
    theirs: Rows
    sampled: bool


def flip_tests(table: pa.Table, stream: Stream, seed: int) -> tuple[Flip, ...]:
    """The six largest known groups of each attribute, against the rest and against the reference.

    Nothing where the stream has no decision or the table no features. At most 1,500 leads of each side
    take part, drawn with ``seed``: costs grow faster than rows.
    """
    decided = with_decision(table, stream)
    if SELECTED not in decided.column_names or not any(
        name.startswith("feature:") for name in decided.column_names
    ):
        return ()
    chosen = decided.filter(decided.column(SELECTED).is_valid())
    random = np.random.default_rng(seed)
    asked = [
        one
        for attribute in stream.attributes
        for one in _of_attribute(attribute, attribute_levels(chosen, attribute.name), random)
    ]
    drawn = [rows for one in asked for rows in (one.own, one.ours, one.theirs)]
    rows = np.unique(np.concatenate(drawn)) if drawn else np.zeros(0, dtype=np.int64)
    # Only what was drawn is laid out among the features: of a million leads a few thousand.
    seen = chosen.take(pa.array(rows))
    selected = np.asarray(seen.column(SELECTED).cast(pa.int8()).to_numpy(), dtype=np.float64)
    leads = _Decided(rows=rows, selected=selected, space=space(seen), confidence=stream.audit.confidence)
    return tuple(_flip(one, leads) for one in asked)


def _of_attribute(attribute: Attribute, levels: Levels, random: np.random.Generator) -> Iterator[_Asked]:
    sizes = np.bincount(levels.codes, minlength=levels.size)
    known = np.array([name != NOT_KNOWN for name in levels.names], dtype=np.bool_)
    order = np.argsort(np.where(known, -sizes, 1), kind="stable")
    places = [place for place in order[:MOST_GROUPS].tolist() if known[place] and sizes[place]]
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
            sides = (group, clarify_other & known[levels.codes], clarify_other)
            own, ours, theirs = (_drawn(np.flatnonzero(side), random) for side in sides)
            yield _Asked(
                attribute=attribute.name,
                group=levels.names[place],
                reference=name,
                own=own,
                ours=ours,
                theirs=theirs,
                sampled=any(np.count_nonzero(side) > MOST_LEADS for side in sides),
            )


def _flip(one: _Asked, leads: _Decided) -> Flip:
    value, compat, note = _tested(one, leads)
    return Flip(
        attribute=one.attribute,
        group=one.group,
        reference=one.reference,
        estimate=value,
        compat_value=compat,
        note=note,
    )


def _tested(one: _Asked, leads: _Decided) -> tuple[Estimate, float | None, str | None]:
    if not len(one.theirs):
        return Estimate.missing("there are no other leads", len(one.own)), None, None
    gap = _matched(one, leads)
    notes = [f"Both are on at most {MOST_LEADS:,} leads a side, drawn with the seed"] * one.sampled
    numbers = leads.space.numbers
    if numbers is None:
        return gap, None, ". ".join([*notes, leads.space.refused])
    compat = majority_gap(leads.side(numbers, one.own), leads.side(numbers, one.theirs))
    notes += [leads.space.partial] if leads.space.partial else []
    return gap, compat, ". ".join(notes) or None


def _matched(one: _Asked, leads: _Decided) -> Estimate:
    if not len(one.ours):
        return Estimate.missing("there are no other leads of known group", len(one.own))
    own, other = (leads.side(leads.space.mixed, rows) for rows in (one.own, one.ours))
    return matched_gap(own, other, leads.confidence)


def _drawn(rows: Rows, random: np.random.Generator) -> Rows:
    """At most 1,500 of the rows, in their order."""
    if len(rows) <= MOST_LEADS:
        return rows
    return np.sort(random.choice(rows, MOST_LEADS, replace=False))
