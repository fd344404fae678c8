"""The days that a pull closes, for every metric of every attribute; and what ended or begins anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import pyarrow as pa

from audit.arrays import FloatArray
from audit.schema import Attribute
from audit.watch import COUNT, COUNTED, DayCounts, between, counts_of, followed, pairs
from webapp.gap_watch.rules import Texts, as_of, changed, closed_on, parts
from webapp.gap_watch.sealed import Sealed
from webapp.store.repository import short_id
from webapp.store.rows import AuditRow
from webapp.store.watched_gaps import SequenceRow

Key = tuple[str, str]
"""Metric and attribute."""
Kept = tuple[SequenceRow, Attribute]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a pull brought: the admitted leads, what is in force, the audit of them, and the moment."""

    table: pa.Table
    texts: Texts
    audit: AuditRow
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Closing:
    """One sequence with all its days, the newest included.

    ``least`` is how many leads a group needs to be watched, ``ended`` the id of the sequence before, or "".
    """

    sequence: SequenceRow
    counts: DayCounts
    least: int
    ended: str = ""


def closings(
    held: Held, connection_id: str, before: Mapping[Key, SequenceRow], sealed: Sealed
) -> Iterator[Closing]:
    """Every sequence as it is after this pull."""
    at = as_of(held.table, held.now.date())
    for metric in COUNTED if at else ():
        for counts in counts_of(held.table, held.texts.stream, metric):
            attribute = next(one for one in held.texts.stream.attributes if one.name == counts.attribute)
            kept = before.get((metric, attribute.name))
            yield _closing(held, (connection_id, attribute, kept), (counts, at), sealed)


def _closing(
    held: Held,
    named: tuple[str, Attribute, SequenceRow | None],
    found: tuple[DayCounts, date | None],
    sealed: Sealed,
) -> Closing:
    connection_id, attribute, kept = named
    counts, at = found
    until = closed_on(held.texts.stream, counts.metric, at or date.min)
    now = parts(held.texts, counts.metric, attribute)
    why = changed(kept.rules, now) if kept else []
    if kept is not None and not why:
        return _further(held, (kept, attribute), (counts, until), sealed)
    sequence = SequenceRow(
        id=short_id(),
        connection_id=connection_id,
        metric=counts.metric,
        attribute=attribute.name,
        reference="",
        special=attribute.special_category,
        rules=now,
        why=why,
        begun_at=held.now,
        ended_at=None,
        closed=max(filter(None, (until, kept.closed if kept else None))),
        late=0,
        stream_version=held.audit.stream_version,
        policy_version=held.audit.policy_version,
        counts=None,
    )
    # Days that were looked at under the rules before prove nothing under rules that were chosen since.
    begun = between(counts, kept.closed if kept else None, until)
    return Closing(
        sequence=_referred(sequence, begun, attribute, held.texts.stream.audit.minimum_group),
        counts=begun,
        least=held.texts.stream.audit.minimum_group,
        ended=kept.id if kept else "",
    )


def _further(held: Held, named: Kept, found: tuple[DayCounts, date], sealed: Sealed) -> Closing:
    kept, attribute = named
    counts, until = found
    seen = sealed.counts(kept) or between(counts, None, date.min)
    whole = followed(seen, between(counts, kept.closed, until))
    sequence = replace(
        kept,
        closed=max(until, kept.closed or until),
        special=attribute.special_category,
        late=_late(seen, counts, kept.closed),
    )
    return Closing(
        sequence=_referred(sequence, whole, attribute, held.texts.stream.audit.minimum_group),
        counts=whole,
        least=held.texts.stream.audit.minimum_group,
    )


def _referred(sequence: SequenceRow, counts: DayCounts, attribute: Attribute, least: int) -> SequenceRow:
    """With its reference group, which stays the same from when there is one."""
    if sequence.reference or sequence.metric == COUNT:
        return sequence
    found = next(iter(pairs(counts, attribute, least)), None)
    return replace(sequence, reference=found[1]) if found else sequence


def _late(held: DayCounts, counts: DayCounts, closed: date | None) -> int:
    """How many leads of closed days would count otherwise now, of days that still have leads here."""
    if closed is None or not counts.day or not held.day:
        return 0
    first, last = max(min(counts.day), held.day[0]), closed
    group = tuple(dict.fromkeys((*held.group, *counts.group)))
    days = sorted({day for day in (*held.day, *counts.day) if first <= day <= last})
    then, now = (_laid_out(one, days, group) for one in (held, counts))
    return round(float(np.abs(then - now).max(axis=0).sum()))


def _laid_out(counts: DayCounts, days: list[date], group: tuple[str, ...]) -> FloatArray:
    """Rows and happened of these days and groups."""
    place = {day: at for at, day in enumerate(days)}
    kept = [at for at, day in enumerate(counts.day) if day in place]
    found = np.zeros((2, len(days), len(group)))
    cells = np.ix_([place[counts.day[at]] for at in kept], [group.index(name) for name in counts.group])
    found[0][cells], found[1][cells] = counts.rows[kept], counts.happened[kept]
    return found
