"""How fast the decision log is, and how large: ``python -m benchmarks.decision_log [ENTRIES]``.

One lead per entry (10 million by default), six features. Seconds of the clock, and of the processor, on
whatever else the machine does.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from connectors.decisions.fresh import Held, Sight, log_new
from connectors.decisions.keys import LogKeys
from connectors.decisions.look import Asked, chain_of, part_of
from connectors.decisions.opening import open_ledger
from connectors.decisions.verify import verify

PART, STRETCH, ERASED = 250_000, 25_000, 10_000
KEYS = LogKeys(secret=bytes(range(32)), signers=(bytes(32),))
NOW = "2026-11-26T09:00:00Z"
SIGHT = Sight(score="score", seen_at=NOW, policy=(1, "0" * 64))


def leads(first: int, count: int) -> pa.Table:
    """Leads whose keys, scores and features come out of their numbers."""
    numbers = np.arange(first, first + count, dtype=np.uint64)
    halves = np.stack([numbers * np.uint64(0x9E3779B97F4A7C15), numbers], 1).astype(">u8")
    digits = halves.tobytes().hex()
    keys = [digits[at : at + 32] for at in range(0, len(digits), 32)]
    regions, sources = ("urban", "rural", "coast"), ("Web", "Trade show", "Referral", "Phone")
    texts = {
        "lead_key": keys,
        "score": [str(one) for one in (numbers % 101).tolist()],
        "region": [regions[one] for one in (numbers % 3).tolist()],
        "zip3": [f"{one:03d}" for one in (numbers % 900).tolist()],
        "source": [sources[one] for one in (numbers % 4).tolist()],
        "age": ["25-34"] * count,
        "converted": [None] * count,
        "_scored_at": ["2026-11-25T09:00:00Z"] * count,
        "_earlier_scores": [None] * count,
    }
    table = pa.table({name: pa.array(values, pa.string()) for name, values in texts.items()})
    return table.append_column("cohort_day", pa.array([date(2026, 1, 1)] * count, pa.date32()))


def parts(entries: int, tag: str) -> list[Held]:
    """The leads in files of the lake."""

    def read(first: int) -> Iterator[pa.Table]:
        for at in range(first, min(first + PART, entries), STRETCH):
            yield leads(at, min(STRETCH, entries - at))

    return [Held(name=f"{tag}{at}", stretches=lambda at=at: read(at)) for at in range(0, entries, PART)]


def timed(what: str, count: int, deed: Callable[[], object]) -> None:
    """Do something and print how long it took."""
    clock, processor = time.perf_counter(), time.process_time()
    found = deed()
    seconds, busy = time.perf_counter() - clock, time.process_time() - processor
    clocks = (f"{one:9.2f} s {count / one:12,.0f}/s" for one in (seconds, busy))
    print(f"{what:28}{' | processor'.join(clocks)} | {found}", flush=True)


def sound(place: Path, keys: LogKeys | None = None) -> str:
    """Verify a log, and say what was found."""
    found = verify(place, "", keys)
    return f"sound={found.sound} entries={found.entries:,} erased={found.erased:,}"


def looked(place: Path, asked: Asked) -> int:
    """As a page looks at a log; how many entries it shows."""
    return len(part_of(place, KEYS, chain_of(place), asked).entries)


def main(entries: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("FAIRLEAD_BENCH_DIR")) as name:
        place = Path(name) / "org.log"
        timed(
            "(making the leads alone)",
            entries,
            lambda: sum(one.num_rows for part in parts(entries, "") for one in part.stretches()),
        )
        with open_ledger(place, KEYS, "salesforce", NOW) as ledger:
            timed("append", entries, lambda: log_new(ledger, parts(entries, "a"), SIGHT))
            timed("nothing new, files anew", entries, lambda: log_new(ledger, parts(entries, "b"), SIGHT))
        timed("verify", entries, lambda: sound(place))
        gone = [bytes.fromhex(one) for one in leads(entries // 3, ERASED)["lead_key"].to_pylist()]
        with open_ledger(place, KEYS, "salesforce", NOW) as ledger:
            timed("erase 10,000 leads", ERASED, lambda: ledger.erase(gone))
            timed(
                "erase one lead", 1, lambda: ledger.erase([bytes.fromhex(leads(7, 1)["lead_key"][0].as_py())])
            )
            timed(
                "history of one lead",
                1,
                lambda: len(
                    ledger.of(
                        next(
                            iter(
                                ledger.index.known(
                                    [bytes.fromhex(leads(9, 1)["lead_key"][0].as_py())]
                                ).values()
                            )
                        )
                    )
                ),
            )
        timed("look at the newest 50", 50, lambda: looked(place, Asked()))
        timed("look at 50 of the middle", 50, lambda: looked(place, Asked(before=entries // 2)))
        timed("verify again", entries, lambda: sound(place))
        if entries <= 1_000_000:
            timed("verify with contents", entries, lambda: sound(place, KEYS))
        for what in ("leaves", "content", "db", "jsonl"):
            size = sum(path.stat().st_size for path in place.glob(f"*.{what}"))
            print(f"{what:28} {size / entries:8.1f} bytes an entry")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
