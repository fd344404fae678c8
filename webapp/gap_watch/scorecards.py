"""The scorecards of a connection: its quarters as they ripen, held against the benchmarks that were set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from audit.schema import BadInput, Stream, Tolerance, parse_stream
from audit.watch import COUNT, DayCounts
from audit.watch.quarters import Quarter, Scored, Standard, Tally, by_quarter, last_quarters, scored
from webapp.gap_watch.events import Happened, benchmarks_of, happened
from webapp.gap_watch.rules import RIPE_WITHIN
from webapp.gap_watch.sealed import counts_in, sealed_of
from webapp.gap_watch.seen import hidden_names
from webapp.services import Services
from webapp.store.benchmarks import BenchmarkRow
from webapp.store.rows import ConnectionRow
from webapp.store.watched_gaps import SequenceRow

SHOWN = 8
"""Quarters on the page: two years."""
METRICS = ("base_rate", "selection_rate", "true_positive_rate", "contact_rate")
"""In the order of a scorecard."""
HELD = ("selection_rate", "true_positive_rate")
"""What is held against the stream's tolerance where no benchmark was set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One quarter of one attribute.

    ``ripe`` is the share of its leads that are old enough for their outcome, None where the stream has no
    outcome; ``known_on`` is when about the last of them will be, None once that is so. ``metrics`` has
    nothing of outcomes before, and no group where no outcome came to be known. ``versions`` are those of the
    stream that its days were counted under.
    """

    quarter: Quarter
    leads: Mapping[str, int]
    ripe: float | None
    known_on: date | None
    metrics: Mapping[str, tuple[Scored, ...]]
    standards: Mapping[str, Standard]
    versions: tuple[int, ...]
    happened: tuple[Happened, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecards:
    """The cards of one attribute, the newest quarter first; ``attributes`` are those that have any."""

    attribute: str
    attributes: tuple[str, ...]
    cards: tuple[Card, ...]
    benchmarks: tuple[BenchmarkRow, ...]
    tolerance: float


def scorecards(
    opened: Services, connection: ConnectionRow, wanted: str, *, special: bool, rules: bool
) -> Scorecards:
    """The scorecards of one attribute, the first where ``wanted`` is none of them."""
    sequences = opened.watched_gaps.sequences(connection.id)
    hidden = frozenset() if special else hidden_names(opened, connection.id)
    seen = [one for one in sequences if special or not (one.special or one.attribute in hidden)]
    audit, stream = rules_of(opened, connection)
    attributes = _in_order(frozenset(one.attribute for one in seen), stream)
    attribute = wanted if wanted in attributes else next(iter(attributes), "")
    every = benchmarks_of(opened).all(connection.id)
    mine = [one for one in seen if one.attribute == attribute]
    standards = _standards([one for one in every if one.attribute == attribute], audit)
    events = happened(opened, connection, rules=rules)
    return Scorecards(
        attribute=attribute,
        attributes=attributes,
        cards=tuple(_cards(opened, connection, mine, (standards, audit, stream, events))),
        benchmarks=tuple(one for one in every if special or one.attribute in attributes),
        tolerance=audit.tolerance_difference,
    )


def _in_order(names: frozenset[str], stream: Stream | None) -> tuple[str, ...]:
    """As the stream names them; those that it no longer names at the end."""
    named = [one.name for one in stream.attributes] if stream else []
    return (*(name for name in named if name in names), *sorted(names.difference(named)))


By = tuple[Mapping[str, Standard], Tolerance, Stream | None, tuple[Happened, ...]]


def rules_of(opened: Services, connection: ConnectionRow) -> tuple[Tolerance, Stream | None]:
    """What the stream in force asks of gaps, and the stream; None where there is none that can be read."""
    kept = opened.repository.stream(connection.id)
    try:
        stream = parse_stream(kept.text, "The stream") if kept else None
    except BadInput:
        stream = None
    return (stream.audit if stream else Tolerance()), stream


def _standards(rows: Sequence[BenchmarkRow], audit: Tolerance) -> dict[str, Standard]:
    """What each metric is held against: what was set, else the stream's tolerance for two of them."""
    told = {(one.metric, one.kind): one.value for one in rows}
    return {
        name: Standard(
            gap=told.get((name, "gap"), audit.tolerance_difference if name in HELD else None),
            least=told.get((name, "least")),
        )
        for name in METRICS
    }


def _cards(
    opened: Services, connection: ConnectionRow, sequences: Sequence[SequenceRow], by: By
) -> list[Card]:
    sealed = sealed_of(opened, connection)
    every = [(one, counts_in(sealed, one)) for one in sequences]
    held = [(one, counts) for one, counts in every if counts is not None]
    counted = _Counted(
        tallies={
            metric: by_quarter(counts for one, counts in held if one.metric == metric)
            for metric in (*METRICS, COUNT)
        },
        held=held,
        closed={one.metric: one.closed for one in sequences if one.ended_at is None},
        references={one.metric: one.reference for one in sequences if one.reference},
    )
    return [_card(quarter, counted, by) for quarter in last_quarters(counted.tallies[COUNT], SHOWN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    tallies: Mapping[str, Mapping[Quarter, Tally]]
    held: Sequence[tuple[SequenceRow, DayCounts]]
    closed: Mapping[str, date | None]
    references: Mapping[str, str]


def _card(quarter: Quarter, counted: _Counted, by: By) -> Card:
    standards, audit, stream, events = by
    rules, closed = (audit.confidence, audit.minimum_group), counted.closed
    days = [(one, day) for one, counts in counted.held for day in counts.day]
    return Card(
        quarter=quarter,
        leads={name: round(n) for name, (_, n) in counted.tallies[COUNT][quarter].items()},
        ripe=_ripe(counted, quarter) if "base_rate" in closed else None,
        known_on=None if _is_complete(closed.get("base_rate"), quarter) else _known_on(quarter, stream),
        metrics={
            name: scored(
                counted.tallies[name].get(quarter, {}),
                counted.references.get(name, ""),
                standards[name],
                rules,
            )
            for name in METRICS
            if _is_complete(closed.get(name), quarter)
        },
        standards=standards,
        versions=tuple(sorted({one.stream_version for one, day in days if _within(day, quarter)})),
        happened=tuple(one for one in events if _within(one.day, quarter)),
    )


def _within(day: date, quarter: Quarter) -> bool:
    return quarter.first <= day <= quarter.last


def _is_complete(closed: date | None, quarter: Quarter) -> bool:
    return closed is not None and closed >= quarter.last


def _known_on(quarter: Quarter, stream: Stream | None) -> date:
    days = RIPE_WITHIN if stream is None or stream.maturity_days is None else stream.maturity_days + 1
    return quarter.last + timedelta(days=days)


def _ripe(counted: _Counted, quarter: Quarter) -> float:
    """Which share of the quarter's leads was created on days whose outcomes are known."""
    closed = counted.closed["base_rate"]
    ripe = whole = 0.0
    for one, counts in counted.held:
        for day, n in zip(counts.day, counts.n.sum(axis=1), strict=True) if one.metric == COUNT else ():
            if _within(day, quarter):
                whole += float(n)
                ripe += float(n) if closed is not None and day <= closed else 0.0
    return ripe / whole if whole else 0.0
