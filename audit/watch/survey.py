"""All gaps of a table that can be watched, each over its days, and which alarms stand together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from audit.disparity import Verdict
from audit.schema import BadInput, Stream
from audit.tally.columns import with_decision
from audit.watch.days import WATCHED, Days, Watchable, days_of, watchable
from audit.watch.sequence import Watched, watch
from audit.watch.together import surely

ORDER: dict[Verdict, int] = {"fail": 0, "insufficient": 1, "pass": 2}
NEEDED = {
    "selection_rate": "threshold or decision",
    "true_positive_rate": "threshold or decision, and outcome",
    "contact_rate": "worked",
    "base_rate": "outcome",
}
"""What the stream must name for each of `WATCHED`."""
MOST = 200
"""Gaps watched at most, those of the largest groups: each takes a tenth of a second a year of days."""
SMALL, MANY = "too few leads", "too many gaps"
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwatched:
    """A group that is not watched: ``why`` is `SMALL` or `MANY`; ``leads`` are those of the group."""

    metric: str
    attribute: str
    group: str
    leads: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was watched.

    ``watched`` has alarms first, the strongest evidence first. ``sure`` says of each whether it stands with
    all others taken together: of those that do, 1 - ``confidence`` are false on average at most. ``absent``
    are metrics that the table has nothing of, ``special`` the attributes of a special category.
    ``unwatched`` are the groups that are left out, the largest first; ``minimum`` are the leads that a group
    needs.
    """

    stream: str
    tolerance: float
    confidence: float
    metrics: tuple[str, ...]
    absent: tuple[str, ...]
    first: date
    last: date
    watched: tuple[Watched, ...]
    sure: tuple[bool, ...]
    by_account: bool
    special: tuple[str, ...]
    unwatched: tuple[Unwatched, ...]
    minimum: int


def survey(
    table: pa.Table, stream: Stream, metrics: tuple[str, ...], confidence: float, told: Told
) -> Survey:
    """Watch every group of every attribute beside its reference.

    Parameters
    ----------
    table
        An admitted table (see `audit.intake`).
    stream
        Its roles; the tolerance is its ``tolerance_difference``.
    metrics
        Some of `WATCHED`; empty for all that the table has.
    confidence
        Of all statements about one gap at all days together, and of the alarms that stand together.
    told
        Called with the number of gaps done and of all.

    Raises
    ------
    BadInput
        Where the stream names no creation day or no attribute, where all leads are of one day, or where the
        table has nothing of a metric that was asked for.
    """
    table = with_decision(table, stream)
    first, last = _span(table, stream)
    names = tuple(dict.fromkeys(metrics)) or tuple(WATCHED)
    absent = tuple(name for name in names if WATCHED[name](table) is None)
    _check(absent, metrics)
    groups = [one for name in names for one in watchable(table, stream, name)]
    chosen = _chosen(groups)
    every = [days for name in names for days in days_of(table, stream, name, _of(chosen, name))]
    found = sorted(_watched(every, stream.audit.tolerance_difference, confidence, told), key=_place)
    return Survey(
        stream=stream.name,
        tolerance=stream.audit.tolerance_difference,
        confidence=confidence,
        metrics=tuple(name for name in names if name not in absent),
        absent=absent,
        first=first,
        last=last,
        watched=tuple(found),
        sure=surely([one.looks[-1].evidence for one in found], 1 - confidence),
        by_account="account" in table.column_names,
        special=tuple(one.name for one in stream.attributes if one.special_category),
        unwatched=_unwatched(groups, chosen),
        minimum=stream.audit.minimum_group,
    )


def _chosen(groups: list[Watchable]) -> frozenset[tuple[str, str, str]]:
    """The gaps of the largest groups; what becomes of their leads plays no part in the choice."""
    large = sorted(
        (one for one in groups if one.reference is not None),
        key=lambda one: (-one.leads, one.attribute, one.group, one.metric),
    )
    return frozenset((one.metric, one.attribute, one.group) for one in large[:MOST])


def _of(chosen: frozenset[tuple[str, str, str]], metric: str) -> frozenset[tuple[str, str]]:
    return frozenset((attribute, group) for name, attribute, group in chosen if name == metric)


def _unwatched(groups: list[Watchable], chosen: frozenset[tuple[str, str, str]]) -> tuple[Unwatched, ...]:
    left = [one for one in groups if (one.metric, one.attribute, one.group) not in chosen]
    return tuple(
        Unwatched(
            metric=one.metric,
            attribute=one.attribute,
            group=one.group,
            leads=one.leads,
            why=SMALL if one.reference is None else MANY,
        )
        for one in sorted(left, key=lambda one: (-one.leads, one.attribute, one.group, one.metric))
    )


def _span(table: pa.Table, stream: Stream) -> tuple[date, date]:
    if "created" not in table.column_names:
        msg = 'the stream has no created; a gap is watched over days: add created = "column" to it'
        raise BadInput(msg)
    if not stream.attributes:
        msg = "the stream has no attribute to watch gaps of; add [[stream.attribute]] to it"
        raise BadInput(msg)
    ends = pc.min_max(table["created"]).as_py()
    if ends["min"] == ends["max"]:
        msg = f"created: all leads are of one day ({ends['min']}); a gap is watched over two days or more"
        raise BadInput(msg)
    return ends["min"], ends["max"]


def _check(absent: tuple[str, ...], asked: tuple[str, ...]) -> None:
    if asked and absent:
        msg = f"{absent[0]} cannot be watched: the stream must name {NEEDED[absent[0]]}"
        raise BadInput(msg)
    if len(absent) == len(WATCHED):
        msg = "there is nothing to watch: the stream must name a threshold, decision, outcome or worked"
        raise BadInput(msg)


def _watched(every: list[Days], tolerance: float, confidence: float, told: Told) -> Iterator[Watched]:
    for done, days in enumerate(every):
        told(done, len(every))
        yield watch(days, tolerance, confidence)


def _place(one: Watched) -> tuple[object, ...]:
    last = one.looks[-1]
    return ORDER[last.verdict], -last.evidence, one.metric, one.attribute, one.group
