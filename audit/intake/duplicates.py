"""Leads that are probably in the table twice under different keys.

Rows that agree in every column are counted, and judged by the column that is least determined by the
others: of the pairs of rows that agree in all columns but this, what share agrees in it too? If
nearly all do, rows were copied. If the column is so fine that two leads hardly ever agree in it by
chance, more than twice as many as chance gives are suspicious too. Rows that agree because the columns
are coarse pass neither.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audit.schema import Stream

Hashes = NDArray[np.uint64]

COPIED, FINE, UNLIKELY = 0.5, 0.01, 0.01
MOSTLY_DISTINCT = 0.25
FEWEST_COLUMNS = 3
MANY = 200
MANY_ROWS = 1_000_000
PART = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """Rows that repeat an earlier one in every column but the key.

    ``by_chance`` is how many pairs would agree by chance; ``design_effect`` is the factor by which
    variances are too small if every one of them is a copy (the mean size of the cluster of a row).
    """

    rows: int
    by_chance: float
    design_effect: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of some rows, each read when it is asked for."""

    names: tuple[str, ...]
    rows: int
    of: Callable[[str], pa.ChunkedArray]


def repeated_rows(table: pa.Table, stream: Stream) -> Repeated | None:
    """As `repeated_in`, for the columns of a table."""
    columns = Columns(names=tuple(table.column_names), rows=table.num_rows, of=table.column)
    return repeated_in(columns, stream)


def repeated_in(columns: Columns, stream: Stream) -> Repeated | None:
    """What repeats beyond chance; None where nothing does, or where fewer than three columns could tell.

    A column that is different on every row is another key and takes no part. Never more than two columns
    are held. Of more than a million rows, what agrees in all columns but one is counted among those rows
    whose agreeing part falls into a part of all hashes, and taken that many times.
    """
    telling, whole = [], np.zeros(columns.rows, dtype=np.uint64)
    for name in (one for one in columns.names if one != stream.key):
        column = _hashed(columns, name)
        if _tells(column):
            telling.append(name)
            whole += column
    if len(telling) < FEWEST_COLUMNS:
        return None
    sizes = _sizes(whole)
    rows, pairs = int(sizes.sum()) - len(sizes), _pairs(sizes)
    if not rows or columns.rows - rows < MOSTLY_DISTINCT * columns.rows:
        return None
    others = [_agreeing(whole - _hashed(columns, name)) for name in telling]
    least = int(np.argmax(others))
    chance = _agreement(_hashed(columns, telling[least])) * others[least]
    if not _beyond_chance(pairs, others[least], chance):
        return None
    effect = 1 + 2 * pairs / columns.rows
    return Repeated(rows=rows, by_chance=chance, design_effect=effect)


def _beyond_chance(pairs: float, others: float, chance: float) -> bool:
    if pairs >= COPIED * others:
        return True
    return chance <= FINE * others and pairs > 2 * chance and _tail(pairs, chance) < UNLIKELY


def _tail(pairs: float, chance: float) -> float:
    """Poisson probability of at least so many pairs, at more than twice their mean."""
    if pairs > MANY:
        return 0.0
    term, below = exp(-chance), 0.0
    for count in range(int(pairs)):
        below += term
        term *= chance / (count + 1)
    return max(0.0, 1 - below)


def _agreement(column: Hashes) -> float:
    """Chance that two rows agree in a column."""
    return _agreeing(column) / (column.size * (column.size - 1) / 2)


def _agreeing(hashes: Hashes) -> float:
    """Pairs of rows with the same number, told from a part of all numbers where there are many rows."""
    part = _parts(hashes.size)
    return _pairs(_sizes(_thinned(hashes, part))) * part


def _parts(rows: int) -> int:
    return -(-rows // MANY_ROWS)


def _thinned(hashes: Hashes, part: int) -> Hashes:
    """The rows whose number falls into one of so many parts: all rows of a number, or none."""
    if part == 1:
        return hashes
    pieces = (hashes[start : start + PART] for start in range(0, hashes.size, PART))
    return np.concatenate([one[_mixed(one) % np.uint64(part) == 0] for one in pieces])


def _sizes(hashes: Hashes) -> NDArray[np.int64]:
    """How many rows each number has that more than one row has."""
    in_order = np.sort(hashes)
    same = np.flatnonzero(in_order[1:] == in_order[:-1])
    starts = np.flatnonzero(np.append(True, np.diff(same) > 1)[: same.size])
    return np.diff(np.append(starts, same.size)) + 1


def _pairs(sizes: NDArray[np.int64]) -> float:
    n = sizes.astype(np.float64)
    return float((n * (n - 1) / 2).sum())


def _tells(column: Hashes) -> bool:
    """Whether two rows agree in the column, and two do not."""
    repeats = _repeats(column[:10_000]) or _repeats(_thinned(column, _parts(column.size)))
    return bool(repeats and column.min() < column.max())


def _repeats(column: Hashes) -> bool:
    in_order = np.sort(column)
    return bool((in_order[1:] == in_order[:-1]).any())


def _hashed(columns: Columns, name: str) -> Hashes:
    """A number for each value, about as good as random, so that sums of them tell rows apart."""
    column = columns.of(name)
    kind = column.type
    hashes = np.zeros(columns.rows, dtype=np.uint64)
    if pa.types.is_nested(kind):
        return hashes
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        encoded = column if pa.types.is_dictionary(kind) else column.dictionary_encode()
        chunks = [chunk.indices for chunk in encoded.unify_dictionaries().chunks]
        column = pa.chunked_array(chunks) if chunks else column
    salt = _mixed(np.array([columns.names.index(name) + 1], dtype=np.uint64))
    for start in range(0, columns.rows, PART):
        hashes[start : start + PART] = _mixed(_bits(column.slice(start, PART)) ^ salt)
    return hashes


def _bits(values: pa.ChunkedArray) -> Hashes:
    """Numbers as they are stored, with one zero and one number for nothing."""
    numbers = pc.fill_null(pc.cast(values, pa.float64(), safe=False), np.nan).to_numpy() + 0.0
    return np.where(np.isnan(numbers), np.float64(-1e300), numbers).view(np.uint64)


def _mixed(bits: Hashes) -> Hashes:
    """SplitMix64's finalizer (Steele, Lea and Flood 2014, OOPSLA)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
