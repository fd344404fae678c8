"""Leads by day: how many of each group there were, and how many of those something happened to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.clustering.accounts import accounts_of
from audit.rows.levels import Codes, Levels, Reals, attribute_levels
from audit.schema import Attribute, Stream
from audit.tally.columns import UNKNOWN, with_decision

EPOCH = date(1970, 1, 1)
Happened = tuple[Reals, Reals]
"""For each row a value from 0 to 1, and whether it counts (1) or not (0)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Days:
    """Two groups side by side, a row for each day on which a lead of either counted.

    ``happened`` and ``n`` have the columns group and reference. Values of ``happened`` are sums over the day
    of something from 0 to 1, such as how many were selected. With accounts an account counts once a day.
    """

    metric: str
    attribute: str
    group: str
    reference: str
    day: tuple[date, ...]
    happened: Reals
    n: Reals


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchable:
    """A group that could be watched beside its reference; ``leads`` are those of the group that count.

    ``reference`` is None where it is too small to be watched, or has none to be watched beside.
    """

    metric: str
    attribute: str
    group: str
    reference: str | None
    leads: int


def watchable(table: pa.Table, stream: Stream, metric: str) -> tuple[Watchable, ...]:
    """Every known group of every attribute but the references, the largest first; arguments as `days_of`."""
    table = with_decision(table, stream)
    told = WATCHED[metric](table) if "created" in table.column_names else None
    if told is None:
        return ()
    found = [
        Watchable(
            metric=metric,
            attribute=attribute.name,
            group=levels.names[code],
            reference=levels.names[reference] if code in large and reference is not None else None,
            leads=int(counted[code]),
        )
        for attribute in stream.attributes
        for levels, counted, large, reference in (_sized(table, stream, attribute, told),)
        for code, name in enumerate(levels.names)
        if name != UNKNOWN and code != reference
    ]
    return tuple(sorted(found, key=lambda one: (-one.leads, one.attribute, one.group)))


def days_of(
    table: pa.Table, stream: Stream, metric: str, only: frozenset[tuple[str, str]] | None = None
) -> tuple[Days, ...]:
    """Every group of every attribute beside its reference, for one of `WATCHED`.

    Groups smaller than the stream's ``minimum_group`` over all days are left out, and so are leads of
    unknown group. Empty where the table has no days, or not what the metric is about.

    Parameters
    ----------
    table
        An admitted table (see `audit.intake`).
    stream
        Its roles.
    metric
        One of `WATCHED`.
    only
        The pairs of attribute and group to take; None for all.
    """
    table = with_decision(table, stream)
    told = WATCHED[metric](table) if "created" in table.column_names else None
    if told is None:
        return ()
    accounts = accounts_of(table, 0)
    rows = _Rows(
        metric=metric,
        day=pc.cast(table["created"], pa.int32()).to_numpy().astype(np.int64),
        told=told,
        account=None if accounts is None else accounts.code,
    )
    return tuple(_of_attributes(table, stream, rows, only))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    metric: str
    day: Codes
    told: Happened
    account: Codes | None


def _of_attributes(
    table: pa.Table, stream: Stream, rows: _Rows, only: frozenset[tuple[str, str]] | None
) -> Iterator[Days]:
    for attribute in stream.attributes:
        levels, _, large, reference = _sized(table, stream, attribute, rows.told)
        if reference is None:
            continue
        for code in large:
            chosen = only is None or (attribute.name, levels.names[code]) in only
            if code != reference and chosen:
                yield _beside(rows, attribute.name, levels, (code, reference))


def _sized(
    table: pa.Table, stream: Stream, attribute: Attribute, told: Happened
) -> tuple[Levels, Codes, list[int], int | None]:
    """The groups, their leads, which are large enough, and the reference (None with fewer than two)."""
    levels = attribute_levels(table, attribute.name)
    counted = np.bincount(levels.codes[told[1] > 0], minlength=levels.size)
    large = [
        code
        for code, name in enumerate(levels.names)
        if name != UNKNOWN and counted[code] >= stream.audit.minimum_group
    ]
    if len(large) < 2:
        return levels, counted, large, None
    named = [code for code in large if levels.names[code] == attribute.reference]
    return levels, counted, large, named[0] if named else max(large, key=lambda code: (counted[code], -code))


def _beside(rows: _Rows, attribute: str, levels: Levels, pair: tuple[int, int]) -> Days:
    value, counts = rows.told
    seen = np.isin(levels.codes, pair) & (counts > 0)
    days, place = np.unique(rows.day[seen], return_inverse=True)
    side = (levels.codes[seen] == pair[1]).astype(np.int64)
    account = None if rows.account is None else rows.account[seen]
    cell, value = once(place * 2 + side, value[seen], account)
    shape = (len(days), 2)
    return Days(
        metric=rows.metric,
        attribute=attribute,
        group=levels.names[pair[0]],
        reference=levels.names[pair[1]],
        day=tuple(EPOCH + timedelta(days=int(one)) for one in days),
        happened=np.bincount(cell, value, len(days) * 2).reshape(shape).astype(np.float64),
        n=np.bincount(cell, minlength=len(days) * 2).reshape(shape).astype(np.float64),
    )


def once(cell: Codes, value: Reals, account: Codes | None) -> tuple[Codes, Reals]:
    """Each account once in each cell, with its mean: what leads of one account have in common counts once."""
    if account is None or not account.size:
        return cell, value
    key, place = np.unique(cell * (int(account.max()) + 1) + account, return_inverse=True)
    mean = np.bincount(place, value) / np.bincount(place)
    return key // (int(account.max()) + 1), mean


def _truth(table: pa.Table, name: str) -> Happened | None:
    if name not in table.column_names:
        return None
    value = table[name]
    known = pc.is_valid(value).to_numpy().astype(np.float64)
    return pc.fill_null(value, fill_value=False).to_numpy().astype(np.float64), known


def _selected(table: pa.Table) -> Happened | None:
    return _truth(table, "selected")


def _contacted(table: pa.Table) -> Happened | None:
    return _truth(table, "worked")


def _converted(table: pa.Table) -> Happened | None:
    """Known outcomes, as all metrics of outcomes take them: only of worked leads, where work is recorded."""
    outcome, worked = _truth(table, "outcome"), _contacted(table)
    if outcome is None or worked is None:
        return outcome
    return outcome[0], outcome[1] * worked[1] * worked[0]


def _selected_of_good(table: pa.Table) -> Happened | None:
    selected, outcome = _selected(table), _converted(table)
    if selected is None or outcome is None:
        return None
    return selected[0], selected[1] * outcome[1] * outcome[0]


def _every(table: pa.Table) -> Happened:
    whole = np.ones(table.num_rows)
    return whole, whole


WATCHED: Mapping[str, Callable[[pa.Table], Happened | None]] = MappingProxyType(
    {
        "selection_rate": _selected,
        "true_positive_rate": _selected_of_good,
        "contact_rate": _contacted,
        "base_rate": _converted,
    }
)
"""What can be watched, by the name of its metric."""
COUNT = "count"
"""Not a share: all leads of a day."""
COUNTED: Mapping[str, Callable[[pa.Table], Happened | None]] = MappingProxyType({**WATCHED, COUNT: _every})
"""What is counted day by day: what can be watched, and all leads."""
