"""How long the mitigation laboratory takes, and how much memory: ``python -m benchmarks.mitigation [LEADS]``.

Made-up leads (100,000 by default) with eleven fields, every family of remedies. Seconds of the processor and
of the clock, on whatever else the machine does.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pyarrow as pa

from audit.rows.mitigation import Request, laboratory
from audit.schema import Attribute, Stream

FIELDS = 9


def leads(count: int) -> pa.Table:
    """Group "b" is scored lower through its town; nine more fields carry a little each."""
    rng = np.random.default_rng(0)
    group = rng.random(count) < 0.4
    north = np.where(rng.random(count) < 0.8, group, rng.random(count) < 0.5)
    town = north * 20 + rng.integers(0, 20, count)
    fields = rng.normal(size=(count, FIELDS)).round(2)
    worth = fields @ np.linspace(0.1, 0.6, FIELDS)
    won = rng.random(count) < 1 / (1 + np.exp(1 - worth))
    score = np.clip(50 + 12 * worth - 8 * (town >= 20) + rng.normal(scale=5, size=count), 0, 100).round(1)
    columns = {
        "key": pa.array([f"L{row}" for row in range(count)]),
        "score": score,
        "selected": score >= 55,
        "outcome": won,
        "attribute:group": pa.array(np.where(group, "b", "a")).dictionary_encode(),
        "feature:town": pa.array([f"T{one}" for one in town.tolist()]).dictionary_encode(),
        "feature:source": pa.array(rng.choice(["Web", "Fair", "Phone"], count)).dictionary_encode(),
    }
    return pa.table({**columns, **{f"feature:f{at}": fields[:, at] for at in range(FIELDS)}})


def main() -> None:
    """Try everything once, and print what it took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    table = leads(count)
    attributes = (Attribute(name="group", column="group"),)
    stream = Stream(name="made", attributes=attributes, score="score", threshold=55.0, outcome="won")
    began, worked = time.monotonic(), time.process_time()
    made = laboratory(table, stream, Request())
    clock, processor = time.monotonic() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(made.trials)} remedies on {count:,} leads: {processor:.0f} s of the processor,")
    print(f"{clock:.0f} s of the clock, {peak:.0f} MB at most")


if __name__ == "__main__":
    main()
