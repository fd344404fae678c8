"""What encryption at rest costs: the same lake sealed and in the clear, in turns, in one run; and a rotation.

``python -m benchmarks.sealed_lake [LEADS]``. Figures are medians; ratios are sealed over plain.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import IO
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from connectors import scratch, sealed_parquet
from connectors.lake import Lake
from connectors.pseudonym import Keyring
from connectors.rekeying import Rotation
from connectors.seals import Home, Seal
from connectors.source import Batch

PLACE, START, PAGE, TURNS = ("salesforce", "00D1"), date(2025, 1, 1), 50_000, 3
BANDS = pa.array([f"band {number}" for number in range(12)])


def batches(leads: int, seed: int) -> Iterator[Batch]:
    """Leads of a year with twenty columns."""
    dice = np.random.default_rng(seed)
    for start in range(0, leads, PAGE):
        rows = min(PAGE, leads - start)
        keys = np.random.default_rng(start).bytes(16 * rows)
        columns = {
            "lead_key": pa.array([keys[at * 16 : at * 16 + 16].hex() for at in range(rows)]),
            "cohort_day": pa.array([START + timedelta(days=int(day)) for day in dice.integers(0, 365, rows)]),
            "score": pa.array([str(score) for score in dice.integers(0, 100, rows)]),
        }
        columns |= {f"field {n}": BANDS.take(pa.array(dice.integers(0, 12, rows))) for n in range(17)}
        yield Batch(table=pa.table(columns), read=rows, rejected={}, excluded={}, unmapped={})


@contextmanager
def plainly() -> Iterator[None]:
    """Everything in the clear, as it was before."""

    def writer(handle: IO[bytes], schema: pa.Schema, _name: str, _seal: Seal) -> pq.ParquetWriter:
        return pq.ParquetWriter(handle, schema.with_metadata({b"x": b"y"}))

    @contextmanager
    def reading(home: Home, name: str, *, plain: bool = False) -> Iterator[pq.ParquetFile]:
        del plain
        with (home.path / name).open("rb") as handle:
            yield pq.ParquetFile(handle)

    class Through:
        """A cipher that changes nothing."""

        def encryptor(self) -> Through:
            """As a cipher's."""
            return self

        decryptor = encryptor

        def update(self, data: bytes) -> bytes:
            """The same bytes."""
            return data

    with (
        patch.object(sealed_parquet, "writer", writer),
        patch.object(sealed_parquet, "reading", reading),
        patch.object(scratch, "Cipher", lambda *_: Through()),
    ):
        yield


@contextmanager
def sealed() -> Iterator[None]:
    """As it is."""
    yield


def measured(leads: int) -> dict[str, float]:
    """How long each step takes (seconds)."""
    now = Seal(owner="salesforce/00D1", generation=1, secret=bytes(range(32)))
    with tempfile.TemporaryDirectory() as folder:
        lake, took = Lake(Path(folder), lambda _crm, _organisation: now), dict[str, float]()

        def step(name: str, doing: Callable[[], object]) -> None:
            began = time.perf_counter()
            doing()
            took[name] = time.perf_counter() - began

        step("write", lambda: lake.write(*PLACE, batches(leads, 1)))
        step("merge", lambda: lake.merge(*PLACE, batches(leads // 100, 2)))
        step("read", lambda: lake.read(*PLACE))
        took["megabytes"] = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet")) / 1e6
        ring = Keyring(crm="salesforce", organisation="00D1", master=bytes(32), later=(bytes(range(32)),))
        after = Seal(owner=now.owner, generation=2, secret=bytes(32))
        rotation = Rotation(seal=after, step=ring.rekeying(), domains={})

        def rotate() -> None:
            nonlocal now
            with lake.moving(*PLACE, rotation):
                now = after

        step("rotate", rotate)
        return took


def main() -> None:
    """Print the table."""
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    found: dict[str, list[dict[str, float]]] = {"plain": [], "sealed": []}
    for _ in range(TURNS):
        for name, way in (("plain", plainly), ("sealed", sealed)):
            with way():
                found[name].append(measured(leads))
    out = sys.stdout.write
    out(f"{leads:,} leads, medians of {TURNS} turns\n")
    for step in found["plain"][0]:
        plain, cipher = (statistics.median(one[step] for one in found[name]) for name in ("plain", "sealed"))
        out(f"{step:10} plain {plain:8.2f}   sealed {cipher:8.2f}   ratio {cipher / plain:.2f}\n")


if __name__ == "__main__":
    main()
