"""The ids of leads: which are missing, and which an earlier row has already. No id is kept twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audit.arrays import BoolArray, IntArray
from audit.intake.column import texts

Hashes = NDArray[np.uint64]
PART = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Keys:
    """The key of every row, trimmed; null where there is none."""

    text: pa.ChunkedArray

    @property
    def missing(self) -> BoolArray:
        """True where the row has no key."""
        return np.asarray(self.text.is_null().to_numpy(), dtype=np.bool_)

    def repeated(self, standing: BoolArray) -> BoolArray:
        """The standing rows whose key an earlier standing row has.

        Equal keys have equal hashes, so only rows whose hash is seen again are looked at as texts.
        """
        hashes = np.concatenate([np.empty(0, np.uint64), *(_hashed(part) for part in _parts(self.text))])
        in_order = np.sort(hashes[standing])
        again = in_order[1:][in_order[1:] == in_order[:-1]]
        repeated = np.zeros(len(standing), dtype=np.bool_)
        if again.size:
            rows = np.flatnonzero(np.isin(hashes, again) & standing)
            codes = self.text.take(pa.array(rows)).combine_chunks().dictionary_encode().indices.to_numpy()
            _, first = np.unique(codes, return_index=True)
            repeated[rows] = True
            repeated[rows[first]] = False
        return repeated


def read_keys(table: pa.Table, name: str, tokens: pa.Array) -> Keys:
    """The column ``name``; a value that is null or one of ``tokens`` is missing. BadInput: it has no text."""
    chunks = [_present(chunk, tokens) for chunk in texts(table.column(name), name).chunks]
    return Keys(text=pa.chunked_array(chunks, pa.string()))


def numbered(rows: int) -> Keys:
    """The number of each row, from 1, where a table has no key."""
    return Keys(text=pa.chunked_array([pa.array(np.arange(1, rows + 1)).cast(pa.string())]))


def _present(chunk: pa.Array, tokens: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(chunk)
    missing = pc.is_in(pc.utf8_lower(trimmed), value_set=tokens)
    if trimmed.equals(chunk) and not pc.any(missing).as_py():
        return chunk  # nearly always; another copy of every key would take the most room
    return pc.if_else(missing, pa.scalar(None, pa.string()), trimmed)


def _parts(text: pa.ChunkedArray) -> Iterator[pa.StringArray]:
    """So few rows at a time that what is made of them stays in the processor's cache."""
    for chunk in text.chunks:
        for start in range(0, len(chunk), PART):
            yield chunk.slice(start, PART)


def _hashed(chunk: pa.StringArray) -> Hashes:
    """A number for each text: its bytes, each times a weight of its place, added up (mod 2 to the 64)."""
    known = pc.fill_null(pc.binary_length(chunk), 0).to_numpy(zero_copy_only=False)
    lengths: IntArray = np.asarray(known, dtype=np.int64)
    _, places, data = chunk.buffers()
    if data is None or not lengths.sum():
        return lengths.astype(np.uint64)
    starts = np.frombuffer(places, dtype=np.int32)[chunk.offset : chunk.offset + len(chunk)].astype(np.int64)
    weights = np.random.default_rng(0).integers(1, 2**63, lengths.max(), dtype=np.uint64) | np.uint64(1)
    letters, hashes = np.frombuffer(data, dtype=np.uint8), lengths.astype(np.uint64)
    for place in range(int(lengths.max())):
        long = lengths > place
        hashes[long] += weights[place] * letters[starts[long] + place]
    return hashes
