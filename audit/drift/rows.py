"""An admitted table as a source: every row, coded column by column."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.arrays import FloatArray
from audit.clustering.accounts import accounts_of
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
    day, place, leads = np.unique(
        pc.cast(table["created"], pa.int32()).to_numpy().astype(np.int64),
        return_inverse=True,
        return_counts=True,
    )
    made = calendar(day, leads, asked)
    accounts = accounts_of(table, asked.seed)
    return Source(
        window=made.window[place],
        day=place.astype(np.int64),
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
    edges = number_edges(values)
    codes = np.searchsorted(edges, values, side="right")
    codes = np.where(np.isfinite(values), codes, len(edges) + 1).astype(np.int64)
    axis = Axis(name, (), tuple(edges.tolist()))
    return Coded(name=name, role=role, axis=axis, codes=codes, missing=len(edges) + 1)


def number_edges(values: FloatArray) -> FloatArray:
    """Every distinct number as an edge, or 16,384 quantiles of them; 0 alone where there is none."""
    known = np.sort(values[np.isfinite(values)])
    distinct = known[np.append(True, np.diff(known) > 0)] if known.size else np.zeros(1)
    if distinct.size > FINEST:
        distinct = np.unique(known[np.linspace(0, known.size - 1, FINEST).astype(np.int64)])
    return distinct + 0.0


def _of_names(values: pa.ChunkedArray, role: Role, name: str) -> Coded:
    plain = values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values
    encoded = plain.cast(pa.string()).fill_null(UNKNOWN).combine_chunks().dictionary_encode()
    found = encoded.dictionary.to_pylist()
    order = sorted(range(len(found)), key=found.__getitem__)
    place = np.empty(len(found), dtype=np.int64)
    place[order] = np.arange(len(found))
    levels = tuple(found[code] for code in order)
    codes = place[encoded.indices.to_numpy(zero_copy_only=False)]
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
