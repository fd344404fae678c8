"""The columns that conditions are made of, as small codes with names that a person can read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import pyarrow as pa

from audit.arrays import FloatArray, IntArray
from audit.schema import Stream
from audit.tally.columns import ATTRIBUTE, CONTROL, UNKNOWN

FEATURE = "feature:"
FEW = 20
"""Most levels of one field: an attribute keeps its largest, a feature with more is left out."""
AS_THEY_ARE = 8
"""Up to so many different numbers are levels; more are cut into four bands."""

Role = Literal["attribute", "control", "feature"]
_ROLES: tuple[tuple[str, Role], ...] = ((ATTRIBUTE, "attribute"), (CONTROL, "control"), (FEATURE, "feature"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """One column. Code 0 is a lead that no condition on it can name: unknown, or of a rare level.

    Code i stands for ``levels[i - 1]``.
    """

    name: str
    role: Role
    levels: tuple[str, ...]
    codes: IntArray

    @property
    def size(self) -> int:
        """Number of codes."""
        return len(self.levels) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The fields that can be searched, attributes first, and the names of those that cannot."""

    searched: tuple[Field, ...]
    left_out: tuple[str, ...]


def fields(table: pa.Table, stream: Stream) -> Fields:
    """Every attribute, control and feature of few levels; a column with two roles once, by the first.

    Levels with fewer than ``minimum_group`` leads, and unknown values, take no part: no group of
    leads can be named by them. A field needs two levels that do.
    """
    made: dict[str, Field] = {}
    left_out: list[str] = []
    for prefix, role in _ROLES:
        for column in table.column_names:
            name = column.removeprefix(prefix)
            if not column.startswith(prefix) or name in made or name in left_out:
                continue
            found = _field(table[column], name, role, stream.audit.minimum_group)
            if found is None:
                left_out.append(name)
            else:
                made[name] = found
    return Fields(searched=tuple(made.values()), left_out=tuple(left_out))


def _field(column: pa.ChunkedArray, name: str, role: Role, minimum: int) -> Field | None:
    number = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
    levels, codes = _banded(column) if number else _named(column)
    counts = np.bincount(codes, minlength=len(levels))
    wanted = (counts >= minimum) & np.array([level != UNKNOWN for level in levels], dtype=np.bool_)
    if role == "feature" and wanted.sum() > FEW:
        return None
    wanted[np.argsort(-np.where(wanted, counts, 0), kind="stable")[FEW:]] = False
    if wanted.sum() < 1 or wanted.sum() + (counts[~wanted].sum() > 0) < 2:
        return None
    renumbered = np.where(wanted, np.cumsum(wanted), 0)
    kept = tuple(level for level, keep in zip(levels, wanted, strict=True) if keep)
    return Field(name=name, role=role, levels=kept, codes=renumbered[codes])


def _named(column: pa.ChunkedArray) -> tuple[list[str], IntArray]:
    plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    encoded = plain.cast(pa.string()).fill_null(UNKNOWN).combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.argsort(np.array(order, dtype=np.int64)) if order else np.zeros(0, dtype=np.int64)
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return [names[i] for i in order], place[codes] if len(names) else codes


def _banded(column: pa.ChunkedArray) -> tuple[list[str], IntArray]:
    values = np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64) + 0.0
    present = np.isfinite(values)
    distinct = np.unique(values[present])
    if len(distinct) <= AS_THEY_ARE:
        names = [f"{value:.12g}" for value in distinct]
        codes = np.searchsorted(distinct, values)
    else:
        edges = _quarters(values[present])
        names = _bands(edges)
        codes = np.searchsorted(edges, values, side="right")
    return [*names, UNKNOWN], np.where(present, codes, len(names)).astype(np.int64)


def _quarters(values: FloatArray) -> FloatArray:
    """Edges that cut numbers into four bands of about as many leads; fewer where many are the same."""
    edges = np.unique(np.quantile(values, (0.25, 0.5, 0.75), method="lower"))
    return np.asarray(edges[edges > values.min()], dtype=np.float64)


def _bands(edges: FloatArray) -> list[str]:
    if not len(edges):
        return ["any"]
    text = [f"{edge:.6g}" for edge in edges]
    between = [f"{low} to under {high}" for low, high in pairwise(text)]
    return [f"under {text[0]}", *between, f"{text[-1]} and over"]
