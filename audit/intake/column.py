"""A column as codes into its distinct texts: every later step then works on the few, not the many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audit.schema import BadInput

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-]?(?i:inf|infinity)$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of texts. ``codes`` point into ``levels`` (trimmed, distinct); -1 is missing."""

    name: str
    codes: NDArray[np.int64]
    levels: pa.Array

    @property
    def missing(self) -> NDArray[np.bool_]:
        """True where the row has no value."""
        return self.codes < 0

    def numbers(self) -> NDArray[np.float64]:
        """The value of every row; NaN where it is missing or not a number."""
        return spread(self.level_numbers(), self.codes, np.nan)

    def level_numbers(self) -> NDArray[np.float64]:
        """The number that each level reads as; NaN where it is not a number."""
        if not len(self.levels):
            return np.empty(0)
        numeric = pc.match_substring_regex(self.levels, _NUMBER)
        texts = pc.if_else(numeric, self.levels, pa.scalar(None, pa.string()))
        return _floats(pc.cast(texts, pa.float64()))


def spread(per_level: NDArray[np.float64], codes: NDArray[np.int64], missing: float) -> NDArray[np.float64]:
    """The value of every row, from the value of every level; ``missing`` where the code is -1."""
    return np.append(per_level, missing)[codes]


def read_column(table: pa.Table, name: str, tokens: pa.Array) -> Column:
    """The column ``name`` as codes; a value that is null or one of ``tokens`` is missing."""
    codes, texts_seen = _encoded(table.column(name), name)
    recode, levels = _present(texts_seen, tokens)
    return Column(name=name, codes=recode[codes], levels=levels)


def _encoded(array: pa.ChunkedArray, name: str) -> tuple[NDArray[np.int64], pa.Array]:
    """A code for each row (-1: null) and the texts that occur, in the order of their first rows."""
    if pa.types.is_dictionary(array.type):
        return _recoded(array, name)
    # Few values become texts, not many rows.
    few = pa.types.is_integer(array.type) or pa.types.is_boolean(array.type) or pa.types.is_date(array.type)
    # All pieces share one dictionary already; to unify them again would look each up in all, piece by piece.
    encoded = (array if few else texts(array, name)).dictionary_encode()
    if not encoded.num_chunks:
        return np.empty(0, np.int64), pa.array([], pa.string())
    codes = np.concatenate([pc.fill_null(chunk.indices, -1).to_numpy() for chunk in encoded.chunks])
    return codes, encoded.chunk(0).dictionary.cast(pa.string())


def _recoded(array: pa.ChunkedArray, name: str) -> tuple[NDArray[np.int64], pa.Array]:
    """A dictionary's own codes, without values that no row has or that it has twice."""
    one = array.unify_dictionaries().combine_chunks()
    one = one.chunk(0) if isinstance(one, pa.ChunkedArray) and one.num_chunks else one
    if not len(array):
        return np.empty(0, np.int64), pa.array([], pa.string())
    once = texts(pa.chunked_array([one.dictionary]), name).combine_chunks().dictionary_encode()
    new = pc.fill_null(once.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    codes = np.append(new, np.int32(-1))[pc.fill_null(one.indices, -1).to_numpy(zero_copy_only=False)]
    seen = _by_first_row(codes, len(once.dictionary))
    place = np.full(len(once.dictionary) + 1, -1)
    place[seen] = np.arange(len(seen))
    return place[codes], once.dictionary.take(pa.array(seen))


def _by_first_row(codes: NDArray[np.int32], size: int) -> NDArray[np.int64]:
    """The codes below ``size`` that occur, in the order of their first rows."""
    first = np.full(size + 1, len(codes))
    # Of several values for one place the last is kept: here that of the first row.
    first[codes[::-1]] = np.arange(len(codes), dtype=np.int32)[::-1]
    seen = np.flatnonzero(first[:-1] < len(codes))
    return seen[np.argsort(first[seen], kind="stable")]


def _present(levels: pa.Array, tokens: pa.Array) -> tuple[NDArray[np.int64], pa.Array]:
    """The levels that are not missing, trimmed, and the new code of each old one.

    There is one more new code than there are old levels, so that the old code -1 finds -1 at the end.
    """
    trimmed = pc.utf8_trim_whitespace(levels)
    missing = pc.is_in(pc.utf8_lower(trimmed), value_set=tokens)
    if trimmed.equals(levels):  # nearly always; a second hashing of many texts would cost the most
        present = pc.invert(missing).to_numpy(zero_copy_only=False)
        return np.append(np.where(present, np.cumsum(present) - 1, -1), -1), levels.filter(pc.invert(missing))
    merged = pc.if_else(missing, pa.scalar(None, pa.string()), trimmed).dictionary_encode()
    return np.append(pc.fill_null(merged.indices, -1).to_numpy().astype(np.int64), -1), merged.dictionary


def read_numbers(
    table: pa.Table, name: str, tokens: pa.Array
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The values of a column (NaN where there is no number) and where they are missing."""
    array = table.column(name)
    if not (
        pa.types.is_integer(array.type) or pa.types.is_floating(array.type) or pa.types.is_decimal(array.type)
    ):
        column = read_column(table, name, tokens)
        return column.numbers(), column.missing
    values = _floats(pc.cast(array, pa.float64(), safe=False))
    coded = Column(name=name, codes=np.empty(0, np.int64), levels=tokens).level_numbers()
    values = np.where(np.isin(values, coded[~np.isnan(coded)]), np.nan, values)
    return values, np.isnan(values)


def _floats(array: pa.Array | pa.ChunkedArray) -> NDArray[np.float64]:
    values: NDArray[np.float64] = pc.fill_null(array, np.nan).to_numpy()
    return values


def texts(array: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """A column as texts. BadInput where its type has no plain text."""
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if pa.types.is_null(array.type) or pa.types.is_string(array.type):
        return array.cast(pa.string())
    try:
        return array.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        msg = (
            f"column {name!r} is of type {array.type}, which has no plain text; turn it into text or numbers"
        )
        raise BadInput(msg) from None
