"""All that the answers to a check tell, from the rows of an audit.

One answer counts for each lead, the newest. What one person answers is taken together, so that a habit of
one is not told as a trait of a group. Of leads that nobody answered about nobody knows who could have: there
the people who answered are the units, and each other lead is one of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from audit.estimate import Estimate
from audit.rows.answers.hidden import hide
from audit.rows.answers.model import Answer, Answered
from audit.rows.answers.newest import Newest, lined_up, newest_of
from audit.rows.answers.overridden import overridden
from audit.rows.answers.shares import ALL, Counted, Side, counted, gaps, rates
from audit.rows.answers.spread import Rows
from audit.rows.levels import Levels, attribute_levels
from audit.schema import Attribute, Stream, Tolerance
from audit.tally.columns import UNKNOWN, with_decision

NOBODY = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def answered(table: pa.Table, stream: Stream, answers: Sequence[Answer]) -> Answered:
    """What people answered about the leads of an admitted table."""
    newest = lined_up(table, newest_of(answers))
    everyone = Levels(codes=np.zeros(table.num_rows, dtype=np.int64), names=("",))
    confidence, least = stream.audit.confidence, stream.audit.minimum_group
    overall = _shares(ALL, everyone, newest, stream.audit)
    every = tuple(one for each in stream.attributes for one in _of(table, each, newest, stream))
    elsewhere = sum(one.lead not in newest.leads for one in answers)
    return Answered(
        given=len(answers),
        leads=len(newest.leads),
        repeated=len(answers) - elsewhere - len(newest.leads),
        elsewhere=elsewhere,
        people=int(newest.person.max(initial=-1)) + 1,
        confidence=confidence,
        minimum=least,
        overall=tuple(rate for one in overall for rate in rates(one)),
        rates=tuple(rate for one in every for rate in rates(one)),
        gaps=gaps(every, stream.audit),
        overridden=overridden(with_decision(table, stream), newest, stream.audit),
    )


def disagreement(people: Sequence[tuple[int, int]], confidence: float, minimum: int) -> Estimate:
    """The share of leads whose newest answer disagrees, among those that were answered about.

    ``people`` are, of everybody who gave a newest answer, the leads of these and how many of them disagree.
    """
    leads, hits = (np.array(one, dtype=np.int64) for one in zip(*people, strict=True)) if people else NOBODY
    rows = Rows(
        group=np.zeros(int(leads.sum()), dtype=np.int64),
        hit=np.repeat(np.tile([True, False], len(leads)), np.stack([hits, leads - hits], axis=1).ravel()),
        unit=np.repeat(np.arange(len(leads)), leads),
        told=np.ones(int(leads.sum()), dtype=np.bool_),
    )
    (made,) = rates(counted(ALL, "disagreed", rows, confidence, minimum))
    return made.estimate


def _of(table: pa.Table, attribute: Attribute, newest: Newest, stream: Stream) -> tuple[Counted, ...]:
    levels = attribute_levels(table, attribute.name)
    side = Side(
        attribute=attribute.name,
        groups=levels.names,
        known=np.array([name != UNKNOWN for name in levels.names], dtype=np.bool_),
        reference=_reference(levels, attribute.reference),
        special_category=attribute.special_category,
    )
    if not levels.size:
        return ()
    return hide(tuple(_shares(side, levels, newest, stream.audit)), stream.audit.minimum_group)


def _reference(levels: Levels, named: str | None) -> int | None:
    """The stream's, else the largest known group; None where no group is known."""
    known = [place for place, name in enumerate(levels.names) if name != UNKNOWN]
    if named in levels.names:
        return levels.names.index(str(named))
    leads = np.bincount(levels.codes, minlength=levels.size)
    return max(known, key=lambda place: leads[place], default=None)


def _shares(side: Side, levels: Levels, newest: Newest, audit: Tolerance) -> Iterator[Counted]:
    """Of all leads those that were answered about; of these those with each answer."""
    told, single = newest.answered, np.arange(len(newest.person)) + newest.person.max(initial=-1) + 1
    rows = Rows(
        group=levels.codes, hit=told, unit=np.where(told, newest.person, single).astype(np.int64), told=told
    )
    asked = (audit.confidence, audit.minimum_group)
    yield counted(side, "answered", rows, *asked)
    for share, hit in (("disagreed", newest.disagreed), ("reviewed", newest.reviewed)):
        of = Rows(group=rows.group, hit=hit, unit=rows.unit, told=told).of(told)
        yield counted(side, share, of, *asked)  # type: ignore[arg-type]  # one of the two words above
