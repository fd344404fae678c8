"""The leads of each day counted by group: what every watched gap of an attribute is made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.arrays import BoolArray
from audit.clustering.accounts import accounts_of
from audit.rows.levels import Codes, Levels, Reals, attribute_levels
from audit.schema import Attribute, Stream
from audit.tally.columns import UNKNOWN, with_decision
from audit.watch.days import COUNTED, EPOCH, Days, once


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayCounts:
    """One metric of one attribute: a row for each day on which a lead counted, a column for each group.

    ``rows`` are the leads that count; ``n`` are the same with an account once a day, ``happened`` how many of
    those something happened to, as `Days` says of both. Leads of unknown group are left out.
    """

    metric: str
    attribute: str
    group: tuple[str, ...]
    day: tuple[date, ...]
    happened: Reals
    n: Reals
    rows: Reals


def counts_of(table: pa.Table, stream: Stream, metric: str) -> tuple[DayCounts, ...]:
    """One of `COUNTED` of every attribute, day by day; arguments as `audit.watch.days.days_of`."""
    table = with_decision(table, stream)
    told = COUNTED[metric](table) if "created" in table.column_names else None
    if told is None:
        return ()
    accounts = accounts_of(table, 0)
    rows = _Rows(
        day=pc.cast(table["created"], pa.int32()).to_numpy().astype(np.int64),
        value=told[0],
        counts=told[1] > 0,
        account=None if accounts is None else accounts.code,
    )
    return tuple(
        _counted(rows, (metric, one.name), attribute_levels(table, one.name)) for one in stream.attributes
    )


def pairs(counts: DayCounts, attribute: Attribute, least: int) -> Iterator[tuple[str, str]]:
    """The groups that are large enough, each with the reference: the named one, or the largest."""
    whole = counts.rows.sum(axis=0)
    large = [place for place in range(len(counts.group)) if whole[place] >= least]
    if len(large) < 2:
        return
    named = [place for place in large if counts.group[place] == attribute.reference]
    reference = named[0] if named else max(large, key=lambda place: (whole[place], -place))
    for place in large:
        if place != reference:
            yield counts.group[place], counts.group[reference]


def beside(counts: DayCounts, group: str, reference: str) -> Days:
    """Two of the groups side by side; days on which neither has a lead are left out."""
    columns = [counts.group.index(group), counts.group.index(reference)]
    happened, n = counts.happened[:, columns], counts.n[:, columns]
    seen = n.sum(axis=1) > 0
    return Days(
        metric=counts.metric,
        attribute=counts.attribute,
        group=group,
        reference=reference,
        day=tuple(day for day, there in zip(counts.day, seen, strict=True) if there),
        happened=happened[seen],
        n=n[seen],
    )


def between(counts: DayCounts, after: date | None, until: date) -> DayCounts:
    """The days after one day and not after another."""
    kept: BoolArray = np.array([(after is None or day > after) and day <= until for day in counts.day], bool)
    return DayCounts(
        metric=counts.metric,
        attribute=counts.attribute,
        group=counts.group,
        day=tuple(day for day, there in zip(counts.day, kept, strict=True) if there),
        happened=counts.happened[kept],
        n=counts.n[kept],
        rows=counts.rows[kept],
    )


def followed(before: DayCounts, later: DayCounts) -> DayCounts:
    """Days and the days after them; groups that one of them does not know have no leads in it."""
    group = tuple(dict.fromkeys((*before.group, *later.group)))
    return DayCounts(
        metric=later.metric,
        attribute=later.attribute,
        group=group,
        day=(*before.day, *later.day),
        **{
            name: np.vstack([_spread(getattr(one, name), one.group, group) for one in (before, later)])
            for name in ("happened", "n", "rows")
        },
    )


def _spread(values: Reals, held: tuple[str, ...], wanted: tuple[str, ...]) -> Reals:
    found = np.zeros((len(values), len(wanted)))
    for place, name in enumerate(held):
        found[:, wanted.index(name)] = values[:, place]
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    day: Codes
    value: Reals
    counts: BoolArray
    account: Codes | None


def _counted(rows: _Rows, named: tuple[str, str], levels: Levels) -> DayCounts:
    known = [code for code, name in enumerate(levels.names) if name != UNKNOWN]
    seen = rows.counts & np.isin(levels.codes, known)
    days, place = np.unique(rows.day[seen], return_inverse=True)
    account = None if rows.account is None else rows.account[seen]
    shape = (len(days), levels.size)
    lead = place * levels.size + levels.codes[seen]
    cell, value = once(lead, rows.value[seen], account)

    def table(values: Reals | Codes) -> Reals:
        return values.reshape(shape)[:, known].astype(np.float64)

    return DayCounts(
        metric=named[0],
        attribute=named[1],
        group=tuple(levels.names[code] for code in known),
        day=tuple(EPOCH + timedelta(days=int(one)) for one in days),
        happened=table(np.bincount(cell, value, shape[0] * shape[1])),
        n=table(np.bincount(cell, minlength=shape[0] * shape[1])),
        rows=table(np.bincount(lead, minlength=shape[0] * shape[1])),
    )
