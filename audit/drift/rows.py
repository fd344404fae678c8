"""An admitted table as a source: every row, coded column by column."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.arrays import FloatArray, IntArray
from audit.clustering.accounts import accounts_of
from audit.coding import coded_names
from audit.cube import Axis
from audit.drift.calendar import calendar
from audit.drift.model import Asked, Role
from audit.drift.source import Coded, Source
from audit.schema import BadInput, Stream
from audit.tally.columns import (
    NO,
    NOT_YET_KNOWN,
    OUTCOME,
    SCORE,
    SELECTED,
    UNKNOWN,
    WORKED,
    YES,
    with_decision,
)

FINEST = 1 << 14
"""Distinct numbers up to which each is a bin of its own; beyond it there are so many quantiles."""
FARTHEST = 1 << 20
"""Days from the first to the last up to which each has a place of its own while they are counted."""
ROLES: dict[str, Role] = {
    "attribute": "group",
    "control": "control",
    "feature": "feature",
    SCORE: "score",
    SELECTED: "decision",
    "option": "decision",
    OUTCOME: "outcome",
    WORKED: "work",
}


def of_rows(table: pa.Table, stream: Stream, asked: Asked) -> Source:
    """The rows of an admitted table, with the windows that its days of creation give.

    Raises
    ------
    BadInput
        Where the stream names no day of creation, and as `audit.drift.calendar.calendar`.
    """
    if "created" not in table.column_names:
        message = 'the stream has no created; drift is told over days: add created = "column" to it'
        raise BadInput(message)
    table = with_decision(table, stream)
    day, place, leads = _days(pc.cast(table["created"], pa.int32()).to_numpy().astype(np.int64))
    made = calendar(day, leads, asked)
    accounts = accounts_of(table, asked.seed)
    return Source(
        window=made.window[place],
        day=place,
        period=made.period[place],
        weight=None,
        columns=partial(_columns, table, stream),
        truths={
            name: _truth(table, name) for name in (SELECTED, OUTCOME, WORKED) if name in table.column_names
        },
        score=_score(table),
        account=None if accounts is None else accounts.code,
        calendar=made,
    )


def _days(ordinals: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """The days that have leads in their order, each lead's place among them, and the leads of each."""
    first, last = (int(ordinals.min()), int(ordinals.max())) if len(ordinals) else (0, 0)
    if last - first >= FARTHEST:
        return np.unique(ordinals, return_inverse=True, return_counts=True)
    leads = np.bincount(ordinals - first)
    seen = np.flatnonzero(leads)
    place = np.cumsum(leads > 0) - 1
    return seen + first, place[ordinals - first], leads[seen]


def role_of(axis: str) -> tuple[Role, str] | None:
    """What an axis or a column of an admitted table is for, and its own name; None for keys and days."""
    kind, _, name = axis.partition(":")
    role = ROLES.get(kind)
    return None if role is None else (role, name or kind)


def _columns(table: pa.Table, stream: Stream) -> Iterator[Coded]:
    for column in table.column_names:
        known = role_of(column)
        if known is None or (known[0] == "feature" and known[1] in stream.controls):
            continue  # a control is a feature too, and told once
        yield _coded(table[column], *known)


def _coded(values: pa.ChunkedArray, role: Role, name: str) -> Coded:
    if pa.types.is_boolean(values.type):
        return _of_truth(values, role, name)
    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
        return _of_numbers(np.asarray(values.cast(pa.float64()).to_numpy(), dtype=np.float64), role, name)
    return _of_names(values, role, name)


def _of_truth(values: pa.ChunkedArray, role: Role, name: str) -> Coded:
    missing = NOT_YET_KNOWN if role == "outcome" else UNKNOWN
    codes = pc.fill_null(values.cast(pa.int64()), 2).to_numpy()
    return Coded(name=name, role=role, axis=Axis(name, (NO, YES, missing)), codes=codes, missing=2)


def _of_numbers(values: FloatArray, role: Role, name: str) -> Coded:
    known = np.isfinite(values)
    edges, codes = _ranked(values[known])
    every = np.full(len(values), len(edges) + 1, dtype=np.int64)
    every[known] = codes
    axis = Axis(name, (), tuple(edges.tolist()))
    return Coded(name=name, role=role, axis=axis, codes=every, missing=len(edges) + 1)


def _ranked(known: FloatArray) -> tuple[FloatArray, IntArray]:
    """The edges of finite numbers, and for each number how many edges lie at it or below."""
    if np.unique(known[:: max(len(known) // FINEST, 1)]).size > FINEST // 2:
        order = np.argsort(known)
        ranked = known[order]
        edges = _edges(ranked)
        codes = np.empty(len(known), dtype=np.int64)
        codes[order] = np.searchsorted(edges, ranked, side="right")
        return edges, codes
    # Numbers that repeat are found by their hash, many times as fast as they are sorted.
    encoded = pa.array(known + 0.0).dictionary_encode()
    distinct = encoded.dictionary.to_numpy()
    edges = _edges(np.sort(distinct if distinct.size <= FINEST else known))
    place = np.searchsorted(edges, distinct, side="right")
    return edges, np.asarray(place[encoded.indices.to_numpy()], dtype=np.int64)


def _edges(known: FloatArray) -> FloatArray:
    """Each distinct one of sorted numbers as an edge, or 16,384 quantiles; 0 alone where there is none."""
    distinct = known[np.append(True, np.diff(known) > 0)] if known.size else np.zeros(1)
    if distinct.size > FINEST:
        distinct = np.unique(known[np.linspace(0, known.size - 1, FINEST).astype(np.int64)])
    return distinct + 0.0


def _of_names(values: pa.ChunkedArray, role: Role, name: str) -> Coded:
    levels, codes = coded_names(values)
    missing = levels.index(UNKNOWN) if UNKNOWN in levels else None
    return Coded(name=name, role=role, axis=Axis(name, levels), codes=codes, missing=missing)


def _truth(table: pa.Table, name: str) -> tuple[FloatArray, FloatArray]:
    known = pc.is_valid(table[name]).to_numpy().astype(np.float64)
    return pc.fill_null(table[name], fill_value=False).to_numpy().astype(np.float64), known


def _score(table: pa.Table) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    if SCORE not in table.column_names:
        return None
    scores = np.asarray(table[SCORE].to_numpy(), dtype=np.float64)
    known = np.isfinite(scores)
    scores = np.where(known, scores, 0.0)
    return scores, scores**2, known.astype(np.float64)
