"""How fast rows become counts: each engine against a plain read of the same columns, as ratios in one run.

Run with ``python benchmarks/tally.py [ROWS]``. Prints one line per engine: the median ratio of its
time to the time of summing the same bytes once, with the lowest and highest of the rounds.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from audit.schema import Attribute, Stream
from audit.tally import ENGINES, count, score_edges

ROUNDS = 5
STREAM = Stream(
    name="benchmark",
    score="score",
    threshold=60.0,
    outcome="outcome",
    attributes=tuple(Attribute(name=name, column=name) for name in ("region", "age", "channel")),
)


def table(rows: int) -> pa.Table:
    """An admitted table: three attributes of 6, 5 and 3 levels, whole scores from 0 to 100, an outcome."""
    rng = np.random.default_rng(0)
    score = rng.integers(0, 101, rows).astype(float)
    columns = {
        f"attribute:{name}": pa.DictionaryArray.from_arrays(
            rng.integers(0, levels, rows).astype(np.int32), [f"{name} {level}" for level in range(levels)]
        )
        for name, levels in (("region", 6), ("age", 5), ("channel", 3))
    }
    return pa.table({**columns, "score": score, "selected": score >= 60, "outcome": rng.random(rows) < 0.2})


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print the table of ratios."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    leads = table(rows)
    edges = score_edges(leads, STREAM)
    raw = np.zeros(leads.nbytes // 8, dtype=np.uint64)
    print(f"{rows:,} leads, {leads.nbytes / 1e6:,.0f} MB; 1.0 = summing those bytes once")
    for engine in ENGINES:
        ratios = []
        for _ in range(ROUNDS):
            limit = seconds(raw.sum)
            ratios.append(seconds(lambda name=engine: count(leads, STREAM, name, edges=edges)) / limit)
        low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
        print(f"{engine:>10}: {middle:8.1f} x  ({low:.1f} to {high:.1f})")


if __name__ == "__main__":
    main()
