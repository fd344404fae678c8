"""Groups: the levels of an attribute or a control; missing is a group of its own, "unknown"."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audit.intake.column import Column
from audit.schema import Attribute, BadInput, band_labels, nearest

UNKNOWN = "unknown"
# A cube has a cell for every group: beyond this an attribute is a key or a free text by mistake.
MOST_GROUPS = 1000


def group_by_value(column: Column, role: str) -> pa.DictionaryArray:
    """One group for each text, in alphabetical order, then "unknown" where any is missing."""
    if len(column.levels) > MOST_GROUPS:
        msg = (
            f"{role} column {column.name!r} has {len(column.levels):,} groups, more than {MOST_GROUPS:,}; "
            "band its numbers or choose a coarser column"
        )
        raise BadInput(msg)
    return by_level(column)


def by_level(column: Column) -> pa.DictionaryArray:
    """The levels of a column in alphabetical order, then "unknown" where any is missing."""
    order = pc.sort_indices(column.levels).to_numpy().astype(np.int64)
    rank = np.full(len(order) + 1, len(order), np.int32)
    rank[order] = np.arange(len(order))
    levels = column.levels.take(pa.array(order))
    if column.missing.any():
        levels = pa.concat_arrays([levels, pa.array([UNKNOWN])])
    return pa.DictionaryArray.from_arrays(pa.array(rank[column.codes]), levels)


def group_by_band(column: Column, attribute: Attribute) -> tuple[pa.DictionaryArray, NDArray[np.int64]]:
    """One group for each band, lowest first, and the rows whose value is no number ("unknown")."""
    labels = (*band_labels(attribute.bands), UNKNOWN)
    values = column.numbers()
    known = np.isfinite(values)
    codes = np.searchsorted(np.asarray(attribute.bands), values, side="right")
    odd = np.flatnonzero(~known & ~column.missing)
    return _occurring(np.where(known, codes, len(labels) - 1), labels), odd


def _occurring(codes: NDArray[np.int64], labels: Sequence[str]) -> pa.DictionaryArray:
    """A dictionary column that has only the labels that occur, in the order given."""
    used = np.flatnonzero(np.bincount(codes, minlength=len(labels)))
    narrow = np.zeros(len(labels), np.int32)
    narrow[used] = np.arange(used.size)
    kept = pa.array([labels[int(position)] for position in used], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(narrow[codes]), kept)


def check_reference(groups: pa.DictionaryArray, attribute: Attribute) -> None:
    """BadInput where the reference that the stream names is not a group in the data."""
    labels = groups.dictionary.to_pylist()
    if attribute.reference is None or attribute.reference in labels:
        return
    near = nearest(attribute.reference, labels)
    hint = f"did you mean {near!r}?" if near else f"its groups are {', '.join(labels[:8])}"
    msg = f"attribute {attribute.name!r}: no row is in its reference group {attribute.reference!r}; {hint}"
    raise BadInput(msg)
