"""Watched gaps brought up to date after a pull: a further day costs a day, and a pull so many at most."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from audit.watch import COUNT, Days, Look, Watched, beside, go_on, more_days
from webapp.gap_watch.days import Closing, Held, closings
from webapp.gap_watch.sealed import Sealed, sealed_of
from webapp.services import Services
from webapp.store.repository import short_id
from webapp.store.rows import ConnectionRow
from webapp.store.watched_gaps import AlarmRow, Brought, GapRow, SequenceRow, WatchedGaps

MOST_DAYS = 16_000
"""Days of gaps that one pull catches up with: 44 gaps of a year. What is left follows with the next pulls."""
MOST_GROUPS = 100
"""Groups of an attribute that are watched, the largest first."""
Findings = Mapping[tuple[str, str, str], str]
"""The findings of an audit by metric, attribute and group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A gap with the days that were not bet on yet; ``row`` is None for one that begins."""

    closing: Closing
    name: str
    row: GapRow | None
    days: Days


def bring_up_to_date(opened: Services, connection: ConnectionRow, held: Held, most: int = MOST_DAYS) -> None:
    """Close the days that are complete, and bet on them; ``most`` bounds how many days of gaps.

    Raises
    ------
    KeyDestroyed, Unreadable
        The connection has ended, or what is kept of it cannot be read.
    """
    store, sealed = opened.watched_gaps, sealed_of(opened, connection)
    if sealed is None:
        return
    going = {(one.metric, one.attribute): one for one in store.sequences(connection.id, going_on=True)}
    found = list(closings(held, connection.id, going, sealed))
    gone = going.keys() - {(one.sequence.metric, one.sequence.attribute) for one in found}
    store.end([going[key].id for key in gone], held.now)
    waiting = {one.sequence.id: list(_waiting(store, one)) for one in found}
    allowed = _allowed([each for part in waiting.values() for each in part], most)
    findings = _findings(opened, held.audit.id)
    for one in found:
        parts = [(each, allowed[one.sequence.id, each.name]) for each in waiting[one.sequence.id]]
        done = [_watched(each, days, (held, sealed, findings)) for each, days in parts]
        sequence = replace(one.sequence, counts=sealed.seal_counts(one.counts, one.sequence.id))
        brought = Brought(
            sequence=sequence,
            gaps=tuple(gap for gap, _ in done),
            alarms=tuple(alarm for _, alarms in done for alarm in alarms),
            ended=one.ended,
        )
        if not store.keep(brought):
            return


def _waiting(store: WatchedGaps, closing: Closing) -> Iterator[Waiting]:
    """The gaps of a sequence that have days to bet on."""
    sequence, counts = closing.sequence, closing.counts
    if sequence.metric == COUNT or sequence.reference not in counts.group:
        return
    rows = {row.name: row for row in store.whole(sequence.id)}
    for name in _names(closing, rows):
        row, days = rows.get(name), beside(counts, name, sequence.reference)
        last = date.fromisoformat(row.told["day"]) if row else None
        later = [place for place, day in enumerate(days.day) if last is None or day > last]
        if later:
            yield Waiting(closing=closing, name=name, row=row, days=_part(days, later[0], len(days.day)))


def _names(closing: Closing, rows: Mapping[str, GapRow]) -> list[str]:
    """Those that are watched, and groups that are large enough by now, the largest first."""
    counts, least = closing.counts, int(closing.least)
    leads = dict(zip(counts.group, counts.rows.sum(axis=0), strict=True))
    large = [name for name in sorted(leads, key=lambda name: (-leads[name], name)) if leads[name] >= least]
    fresh = [name for name in large if name != closing.sequence.reference and name not in rows]
    return [*(name for name in rows if name in leads), *fresh[: max(0, MOST_GROUPS - len(rows))]]


def _allowed(waiting: list[Waiting], most: int) -> dict[tuple[str, str], int]:
    """How many days of each gap are bet on now: those with the fewest first, and of each one at least."""
    found, left = dict[tuple[str, str], int](), most
    for one in sorted(waiting, key=lambda one: len(one.days.day)):
        days = max(1, min(left, len(one.days.day)))
        found[one.closing.sequence.id, one.name] = days
        left = max(0, left - days)
    return found


def _watched(
    one: Waiting, allowed: int, within: tuple[Held, Sealed, Findings]
) -> tuple[GapRow, tuple[AlarmRow, ...]]:
    held, sealed, findings = within
    sequence, audit = one.closing.sequence, held.texts.stream.audit
    state = sealed.state(one.row) if one.row else None
    days = _part(one.days, 0, allowed)
    step, state = go_on(days, audit.tolerance_difference, audit.confidence, state)
    row = one.row or _fresh(sequence, one.name)
    looks = (*sealed.looks(row.id, row.looks), *step.looks)
    alarm = row.told.get("alarm") or (step.alarm.isoformat() if step.alarm else None)
    changed = [*row.told.get("changed", ()), *(day.isoformat() for day in step.changed)]
    kept = sealed.seal_gap(looks, state, row.id)
    told = {
        **_told(looks, alarm, changed, (sequence, one.name, held)),
        "both": _met(one.closing, one.name, looks[-1].day),
        "waiting": len(one.days.day) - allowed,
        "said_at": row.told.get("said_at") or (held.now.isoformat() if step.alarm else None),
    }
    gap = replace(
        row,
        verdict=looks[-1].verdict,
        evidence=looks[-1].evidence,
        told=told,
        looks=kept[0],
        state=kept[1],
    )
    days_said = [("changed", day) for day in step.changed] + ([("outside", step.alarm)] if step.alarm else [])
    at = {look.day: look for look in step.looks}
    alarms = tuple(_alarm(gap, sequence, (kind, at[day]), (held, findings)) for kind, day in days_said)
    return gap, alarms


def _fresh(sequence: SequenceRow, name: str) -> GapRow:
    return GapRow(
        id=short_id(),
        sequence_id=sequence.id,
        connection_id=sequence.connection_id,
        name=name,
        verdict="insufficient",
        evidence=1.0,
        told={},
        looks=None,
        state=None,
    )


def _told(
    looks: tuple[Look, ...],
    alarm: str | None,
    changed: list[str],
    named: tuple[SequenceRow, str, Held],
) -> dict[str, object]:
    """What is known after the last day, in plain values."""
    sequence, name, held = named
    audit, last = held.texts.stream.audit, looks[-1]
    watched = Watched(
        metric=sequence.metric,
        attribute=sequence.attribute,
        group=name,
        reference=sequence.reference,
        tolerance=audit.tolerance_difference,
        confidence=audit.confidence,
        looks=looks,
        alarm=date.fromisoformat(alarm) if alarm else None,
        changed=tuple(date.fromisoformat(day) for day in changed),
    )
    return {
        "first": looks[0].day.isoformat(),
        "day": last.day.isoformat(),
        **{part: getattr(last, part) for part in ("leads", "gap", "low", "high")},
        "days": len(looks),
        "tolerance": audit.tolerance_difference,
        "confidence": audit.confidence,
        "alarm": alarm,
        "changed": changed,
        "more_days": more_days(watched),
    }


def _met(closing: Closing, name: str, until: date) -> str | None:
    """The last day up to one with leads of the group and of its reference."""
    days = beside(closing.counts, name, closing.sequence.reference)
    found = (day for day, n in zip(reversed(days.day), days.n[::-1], strict=True) if n.min() > 0)
    last = next((day for day in found if day <= until), None)
    return None if last is None else last.isoformat()


def _alarm(
    gap: GapRow, sequence: SequenceRow, said: tuple[str, Look], within: tuple[Held, Findings]
) -> AlarmRow:
    kind, look = said
    held, findings = within
    source = f"{sequence.id}/{kind}/{look.day.isoformat()}/{gap.name}"
    told = {
        **{part: getattr(look, part) for part in ("leads", "gap", "low", "high")},
        "tolerance": gap.told["tolerance"],
        "confidence": gap.told["confidence"],
        "finding_id": findings.get((sequence.metric, sequence.attribute, gap.name), ""),
    }
    return AlarmRow(
        id=hashlib.sha256(source.encode()).hexdigest()[:16],
        connection_id=sequence.connection_id,
        audit_id=held.audit.id,
        kind=kind,
        metric=sequence.metric,
        attribute=sequence.attribute,
        name=gap.name,
        reference=sequence.reference,
        special=sequence.special,
        day=look.day,
        said_at=held.now,
        told=told,
    )


def _findings(opened: Services, audit_id: str) -> Findings:
    kept = opened.evidence.one(audit_id)
    found = kept.overview.findings if kept and kept.overview else ()
    return {
        (one.metric, one.attribute[0], one.group[0]): one.id
        for one in reversed(found)
        if len(one.attribute) == 1 and len(one.group) == 1
    }


def _part(days: Days, start: int, end: int) -> Days:
    return replace(days, day=days.day[start:end], happened=days.happened[start:end], n=days.n[start:end])
