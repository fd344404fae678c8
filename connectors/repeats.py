"""Which rows of a pull stand: the last of each lead, and none of a lead that was withdrawn or erased.

A pull may hold more leads than memory should: keys go through sixteen unnamed files on the disk, each
of which holds every mention of its leads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from connectors.scratch import Scratch
from connectors.spool import Parts

_MENTION = np.dtype([("high", "<u8"), ("low", "<u8"), ("row", "<i8")])
_WITHDRAWN, _ERASED, _REJECTED = -1, -2, -3
_FILES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Row by row, in the order of a pull's tables, whether it is kept; and how many are not, and why.

    ``different`` counts the leads that came, kept or turned away, each once. ``away`` are the keys that
    must not come back.
    """

    rows: NDArray[np.bool_]
    different: int = 0
    duplicate: int = 0
    withdrawn: int = 0
    erased: int = 0
    away: pa.Array = field(default_factory=lambda: pa.array([], pa.string()), repr=False)

    def tables(self, parts: Parts) -> Iterator[pa.Table]:
        """The rows that stand."""
        start = 0
        for table in parts.tables():
            yield table.filter(pa.array(self.rows[start : start + table.num_rows]))
            start += table.num_rows


def standing(parts: Parts, erased: pa.Array, place: Path) -> Standing:
    """Decide of every row of a pull; ``place`` is a folder for the unnamed files."""
    with ExitStack() as files:
        mentions = [files.enter_context(Scratch(place)) for _ in range(_FILES)]
        total = 0
        for table in parts.tables():
            _mention(mentions, table["lead_key"], np.arange(total, total + table.num_rows))
            total += table.num_rows
        for aside in parts.asides():
            for kind, row in (("excluded", _WITHDRAWN), ("rejected", _REJECTED)):
                keys = aside.filter(pc.equal(aside["kind"], kind))["lead_key"]
                _mention(mentions, keys, np.full(len(keys), row))
        _mention(mentions, pa.chunked_array([erased], pa.string()), np.full(len(erased), _ERASED))
        rows, counts = np.zeros(total, np.bool_), Counter[str]()
        for file in mentions:
            counts.update(_decide(file, rows))
    return Standing(rows=rows, away=erased, **counts)


def words(keys: pa.ChunkedArray) -> NDArray[np.uint64]:
    """Lead keys (32 hexadecimal digits each) as two 64-bit numbers each."""
    digits = "".join(keys.to_pylist())
    return np.frombuffer(bytes.fromhex(digits), ">u8").reshape(-1, 2)


def each_once(numbers: NDArray[Any]) -> NDArray[Any]:
    """Numbers in order, each once. Sorted in place: a table of hashes would take seven times the memory."""
    numbers.sort()
    new = np.ones(len(numbers), np.bool_)
    new[1:] = numbers[1:] != numbers[:-1]
    return numbers[new]


def _mention(files: Sequence[Scratch], keys: pa.ChunkedArray, rows: NDArray[np.int64]) -> None:
    if not len(keys):
        return
    numbers, mentions = words(keys), np.empty(len(keys), _MENTION)
    mentions["high"], mentions["low"], mentions["row"] = numbers[:, 0], numbers[:, 1], rows
    homes = mentions["high"] % _FILES
    for home in np.unique(homes):
        files[home].write(mentions[homes == home].tobytes())


def _decide(file: Scratch, rows: NDArray[np.bool_]) -> Counter[str]:
    """Mark the rows that stand among one file's mentions; count the others."""
    file.rewind()
    found = np.frombuffer(file.read(), _MENTION)
    if not len(found):
        return Counter()
    found = found[np.lexsort((found["row"], found["low"], found["high"]))]
    new = (found["high"][1:] != found["high"][:-1]) | (found["low"][1:] != found["low"][:-1])
    starts = np.concatenate(([0], np.flatnonzero(new) + 1))
    last = found["row"][np.concatenate((starts[1:], [len(found)])) - 1]
    came = last >= 0
    withdrawn = np.logical_or.reduceat(found["row"] == _WITHDRAWN, starts) & came
    erased = np.logical_or.reduceat(found["row"] == _ERASED, starts) & came & ~withdrawn
    rows[last[came & ~withdrawn & ~erased]] = True
    told = np.logical_or.reduceat(found["row"] != _ERASED, starts)
    return Counter(
        different=int(told.sum()),
        duplicate=int((found["row"] >= 0).sum() - came.sum()),
        withdrawn=int(withdrawn.sum()),
        erased=int(erased.sum()),
    )
