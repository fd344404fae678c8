"""Leads in any order, into one file per cohort day, in the order of their keys, without holding them all.

Days with few leads share a bucket on the disk, a day with many has several, by the first byte of the
key (which is spread evenly, being an HMAC). A bucket is sorted in memory, one after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from connectors.partitions import PartitionWriter
from connectors.seals import Home
from connectors.spool import Roll, dealt

SMALLEST, MOST = 25_000, 48
_EPOCH = date(1970, 1, 1)
# Read the leads from the start; called twice.
Tables = Callable[[], Iterator[pa.Table]]
# Something to do to each stretch of one day's leads before they are written.
Finish = Callable[[date, pa.Table], pa.Table]


def write_ordered(home: Home, tables: Tables, finish: Finish | None = None) -> tuple[dict[str, str], int]:
    """Write one new file per cohort day; returns the file of each day (ISO), and how many leads there are."""
    home.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    days = Counter[int]()
    for table in tables():
        for one in pc.value_counts(table["cohort_day"].cast(pa.int32())).to_pylist():
            days[one["values"]] += one["counts"]
    edges = _edges(days)
    with ExitStack() as files, PartitionWriter(home) as writer:
        buckets = [files.enter_context(Roll(home.path)) for _ in edges]
        for table in tables():
            _deal(table, edges, buckets)
        for bucket in buckets:
            for day, part in _by_day(bucket):
                writer.write(day, part if finish is None else finish(day, part))
        return writer.finished(), sum(days.values())


def _edges(days: Counter[int]) -> NDArray[np.int64]:
    """Where each bucket begins, as day * 256 + first byte of the key."""
    limit = max(SMALLEST, sum(days.values()) // MOST)
    edges, filled = list[int](), limit
    for day, count in sorted(days.items()):
        if count > limit:
            pieces = min(256, 1 << int(np.ceil(np.log2(count / limit))))
            edges += [day * 256 + first for first in range(0, 256, 256 // pieces)]
            filled = limit
            continue
        if filled + count > limit:
            edges.append(day * 256)
            filled = 0
        filled += count
    return np.array(edges, np.int64)


def _deal(table: pa.Table, edges: NDArray[np.int64], buckets: list[Roll]) -> None:
    if not table.num_rows:
        return
    days = table["cohort_day"].cast(pa.int32()).to_numpy().astype(np.int64)
    first = np.array([int(key[:2], 16) for key in table["lead_key"].to_pylist()], np.int64)
    dealt(table, np.searchsorted(edges, days * 256 + first, side="right") - 1, buckets)


def _by_day(bucket: Roll) -> Iterator[tuple[date, pa.Table]]:
    tables = list(bucket.tables())
    if not tables:
        return
    ordered = pa.concat_tables(tables).sort_by([("cohort_day", "ascending"), ("lead_key", "ascending")])
    start = 0
    for run in pc.value_counts(ordered["cohort_day"].cast(pa.int32())).to_pylist():
        yield _EPOCH + timedelta(days=run["values"]), ordered.slice(start, run["counts"])
        start += run["counts"]
