"""Leads that are probably in the table twice under different keys.

Rows that agree in every column are counted, and judged by the column that is least determined by the
others: of the pairs of rows that agree in all columns but this, what share agrees in it too? If
nearly all do, rows were copied. If the column is so fine that two leads hardly ever agree in it by
chance, more than twice as many as chance gives are suspicious too. Rows that agree because the columns
are coarse pass neither.
"""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """Rows that repeat an earlier one in every column but the key.

    ``by_chance`` is how many pairs would agree by chance; ``design_effect`` is the factor by which
    variances are too small if every one of them is a copy (the mean size of the cluster of a row).
    """

    rows: int
    by_chance: float
    design_effect: float


def repeated_rows(table: pa.Table, stream: Stream) -> Repeated | None:
    """What repeats beyond chance; None where nothing does, or where fewer than three columns could tell.

    A column that is different on every row is another key and takes no part.
    """
    columns = [
        one for name in table.column_names if name != stream.key and _tells(one := _hashed(table, name))
    ]
    if len(columns) < FEWEST_COLUMNS:
        return None
    whole = np.add.reduce(columns)
    sizes = np.unique(whole, return_counts=True)[1]
    rows, pairs = table.num_rows - len(sizes), _pairs(sizes)
    if not rows or len(sizes) < MOSTLY_DISTINCT * table.num_rows:
        return None
    others = [_pairs(np.unique(whole - column, return_counts=True)[1]) for column in columns]
    least = int(np.argmax(others))
    chance = _agreement(columns[least]) * others[least]
    if not _beyond_chance(pairs, others[least], chance):
        return None
    effect = float((sizes.astype(np.float64) ** 2).sum()) / table.num_rows
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
    return _pairs(np.unique(column, return_counts=True)[1]) / (column.size * (column.size - 1) / 2)


def _pairs(sizes: NDArray[np.int64]) -> float:
    n = sizes.astype(np.float64)
    return float((n * (n - 1) / 2).sum())


def _tells(column: Hashes) -> bool:
    """Whether two rows agree in the column, and two do not."""
    repeats = _repeats(column[:10_000]) or _repeats(column)
    return bool(repeats and column.min() < column.max())


def _repeats(column: Hashes) -> bool:
    in_order = np.sort(column)  # a tenth of the time of np.unique, which hashes
    return bool((in_order[1:] == in_order[:-1]).any())


def _hashed(table: pa.Table, name: str) -> Hashes:
    """A number for each value, about as good as random, so that sums of them tell rows apart."""
    column = table.column(name)
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        values = pc.cast(column, pa.float64(), safe=False)
    elif pa.types.is_nested(kind):
        return np.zeros(table.num_rows, dtype=np.uint64)
    else:
        encoded = column if pa.types.is_dictionary(kind) else column.dictionary_encode()
        chunks = [chunk.indices.cast(pa.float64()) for chunk in encoded.unify_dictionaries().chunks]
        values = pa.chunked_array(chunks, pa.float64())
    numbers = np.asarray(pc.fill_null(values, np.nan).to_numpy(), dtype=np.float64) + 0.0
    bits = np.where(np.isnan(numbers), np.float64(-1e300), numbers).view(np.uint64)
    salt = np.array([table.column_names.index(name) + 1], dtype=np.uint64)
    return _mixed(bits ^ _mixed(salt))


def _mixed(bits: Hashes) -> Hashes:
    """SplitMix64's finalizer (Steele, Lea and Flood 2014, OOPSLA)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
