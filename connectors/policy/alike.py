"""Which leads look alike: the classes that an outsider cannot look behind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Codes = NDArray[np.int64]


def classes(table: pa.Table, columns: Sequence[str]) -> Codes:
    """A number per lead, the same for leads that are equal on ``columns``; a missing value is a value.

    The numbers run from 0 without a gap.
    """
    found: Codes = np.zeros(table.num_rows, np.int64)
    for name in columns:
        codes, levels = _codes(table[name])
        found = np.unique(found * levels + codes, return_inverse=True)[1].astype(np.int64)
    return found


def levels_of(column: pa.ChunkedArray) -> tuple[Codes, tuple[str | None, ...]]:
    """A column as numbers, and the values that they stand for (None where it is missing)."""
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return encoded.indices.to_numpy().astype(np.int64), tuple(encoded.dictionary.to_pylist())


def _codes(column: pa.ChunkedArray) -> tuple[Codes, int]:
    codes, levels = levels_of(column)
    return codes, max(1, len(levels))
