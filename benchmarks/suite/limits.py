"""What the machine allows: reading the same bytes once, and drawing the same numbers. It needs numpy alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.suite.leads import ATTRIBUTES
from benchmarks.suite.measuring import Task
from benchmarks.suite.stored import load

CALLS = 20


def _streamed(columns: list[np.ndarray]) -> Task:
    """Add the columns up as whole numbers of 8 bytes, the fastest reading there is.

    A single call is too short for the clock, so that one call is twenty, divided by twenty.
    """
    words = [one.view(np.uint8)[: one.nbytes // 8 * 8].view(np.uint64) for one in columns]

    def call() -> None:
        for _ in range(CALLS):
            for one in words:
                np.add.reduce(one)

    return Task(call, times=1 / CALLS)


def five(folder: Path) -> Task:
    """Three attributes, score and outcome, a byte each."""
    leads = load(folder)
    return _streamed([*leads.attributes.values(), leads.score, leads.outcome])


def fields(folder: Path) -> Task:
    """Twelve fields."""
    leads = load(folder, fields=True)
    return _streamed([*leads.names.values(), *leads.numbers.values()])


def fields_and_attributes(folder: Path) -> Task:
    """Twelve fields and three attributes."""
    leads = load(folder, fields=True)
    return _streamed([*leads.names.values(), *leads.numbers.values(), *leads.attributes.values()])


def multinomials(folder: Path) -> Task:
    """A thousand multinomial draws of the cells that hold leads, with one thread."""
    leads = load(folder)
    key = np.zeros(len(leads), dtype=np.int64)
    for name, codes in leads.attributes.items():
        key = key * len(ATTRIBUTES[name]) + codes
    cells = np.bincount((key * 101 + leads.score) * 2 + leads.outcome)
    cells = cells[cells > 0]
    shares = cells / cells.sum()
    random = np.random.default_rng(0)
    return Task(lambda: random.multinomial(len(leads), shares, size=1000))


def parquet(folder: Path) -> Task:
    """Decoding the five columns of a Parquet file with pyarrow."""
    import pyarrow.parquet as pq

    columns = [*ATTRIBUTES, "score", "outcome"]
    return Task(
        lambda: pq.read_table(folder / "five.parquet", columns=columns, read_dictionary=[*ATTRIBUTES])
    )


CASES = {
    "five": five,
    "fields": fields,
    "fields and attributes": fields_and_attributes,
    "multinomials": multinomials,
    "parquet": parquet,
}
