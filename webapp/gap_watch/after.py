"""What changed after which remedy: each watched gap in equal windows before and after what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from audit.watch import DayCounts
from audit.watch.around import LEAST, Compared, Windows, compared, tally, windows
from webapp.gap_watch.events import Happened, happened
from webapp.gap_watch.scorecards import METRICS, rules_of
from webapp.gap_watch.sealed import counts_in, sealed_of
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.store.watched_gaps import SequenceRow

SHOWN, GROUPS = 8, 6
"""How many events, the newest first, and how many groups of each, the largest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricAfter:
    """One metric around an event; ``groups`` is empty where the windows are too short.

    ``wait`` is how many further days must close, 0 where enough have; ``windows`` may be too short before it.
    """

    metric: str
    reference: str
    windows: Windows
    wait: int
    groups: tuple[Compared, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAfter:
    """Something that happened, and the gaps around it; ``others`` happened in the same windows."""

    event: Happened
    others: int
    metrics: tuple[MetricAfter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """The newest events of a connection, around the gaps of one attribute; ``whole`` counts all events."""

    events: tuple[EventAfter, ...]
    whole: int


Kept = tuple[SequenceRow, DayCounts]


def after_events(opened: Services, connection: ConnectionRow, attribute: str, *, rules: bool) -> After:
    """What came after each event; with ``rules`` also after what people noted.

    Whoever calls has seen to it that the attribute may be seen.
    """
    events = sorted(happened(opened, connection, rules=rules), key=lambda one: one.day, reverse=True)
    sealed = sealed_of(opened, connection)
    mine = [one for one in opened.watched_gaps.sequences(connection.id) if one.attribute == attribute]
    every = [(one, counts_in(sealed, one)) for one in mine]
    kept = [(one, counts) for one, counts in every if counts is not None and counts.day]
    audit, _ = rules_of(opened, connection)
    by = (audit.confidence, audit.minimum_group)
    found = (_around(one, events, kept, by) for one in events[:SHOWN])
    return After(events=tuple(one for one in found if one.metrics), whole=len(events))


def _around(
    event: Happened, events: Sequence[Happened], kept: Sequence[Kept], by: tuple[float, int]
) -> EventAfter:
    metrics = tuple(_metrics(event.day, kept, by))
    longest = max((one.windows for one in metrics), key=lambda one: one.days, default=None)
    return EventAfter(event=event, others=_others(event, events, longest), metrics=metrics)


def _others(event: Happened, events: Sequence[Happened], longest: Windows | None) -> int:
    if longest is None or longest.days == 0:
        return 0
    last = longest.after + timedelta(days=longest.days - 1)
    return len([one for one in events if one is not event and longest.first <= one.day <= last])


def _metrics(day: date, kept: Sequence[Kept], by: tuple[float, int]) -> Iterator[MetricAfter]:
    for metric in METRICS:
        mine = [one for one in kept if one[0].metric == metric]
        going = next((one for one, _ in mine if one.ended_at is None and one.reference), None)
        if going is not None and going.closed is not None:
            known = (min(counts.day[0] for _, counts in mine), going.closed)
            found = windows(day, _last_before(day, mine), known)
            wait = max(0, LEAST - (going.closed - day).days)
            groups = () if found.days < LEAST else _groups(found, mine, going.reference, by)
            yield MetricAfter(
                metric=metric, reference=going.reference, windows=found, wait=wait, groups=groups
            )


def _last_before(day: date, mine: Sequence[Kept]) -> date:
    """The last day before that counted by the rules of then: later ones closed under the new rules."""
    begun = [counts.day[0] for one, counts in mine if one.why and one.begun_at.date() >= day]
    return min((one - timedelta(days=1) for one in begun), default=day - timedelta(days=1))


def _groups(
    found: Windows, mine: Sequence[Kept], reference: str, by: tuple[float, int]
) -> tuple[Compared, ...]:
    parts = [counts for _, counts in mine]
    before, after = (tally(parts, first, found.days) for first in (found.first, found.after))
    return compared(_with(before), _with(after), reference, by)[:GROUPS]


def _with(counted: Mapping[str, tuple[float, float]]) -> Mapping[str, tuple[float, float]]:
    """Groups with a lead that counts."""
    return {name: one for name, one in counted.items() if one[1]}
