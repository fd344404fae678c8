"""How fast the decision log is, and how large: ``python -m benchmarks.decision_log [ENTRIES]``.

One lead per entry (10 million by default), six features. Seconds of the clock, and of the processor, on
whatever else the machine does; the most memory that the process had so far. What reads the files is held
against reading the same bytes in the same run, once with the system's cache let go of and once from it.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from connectors.decisions.export import Form, export
from connectors.decisions.fresh import Held, Sight, log_new
from connectors.decisions.keys import LogKeys
from connectors.decisions.ledger import Ledger
from connectors.decisions.look import Asked, by_day, chain_of, part_of
from connectors.decisions.opening import open_ledger
from connectors.decisions.verify import verify
from connectors.pseudonym import LeadKey

PART, STRETCH, ERASED, PIECE = 250_000, 25_000, 10_000, 1 << 20
KEYS = LogKeys(secret=bytes(range(32)), signers=(bytes(32),))
BEFORE, NOW = "2024-01-26T09:00:00Z", "2026-11-26T09:00:00Z"
OLD = "2025-01-01T00:00:00Z"


def keys_of(first: int, count: int) -> list[bytes]:
    """The keys of leads, out of their numbers."""
    numbers = np.arange(first, first + count, dtype=np.uint64)
    halves = np.stack([numbers * np.uint64(0x9E3779B97F4A7C15), numbers], 1).astype(">u8").tobytes()
    return [halves[at : at + 16] for at in range(0, len(halves), 16)]


def leads(first: int, count: int) -> pa.Table:
    """Leads whose keys, scores and features come out of their numbers."""
    numbers = np.arange(first, first + count, dtype=np.uint64)
    keys = [one.hex() for one in keys_of(first, count)]
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


def parts(first: int, entries: int, tag: str) -> list[Held]:
    """The leads from one number to before another, in files of the lake."""

    def read(start: int) -> Iterator[pa.Table]:
        for at in range(start, min(start + PART, entries), STRETCH):
            yield leads(at, min(STRETCH, entries - at))

    return [Held(name=f"{tag}{at}", stretches=partial(read, at)) for at in range(first, entries, PART)]


def timed(what: str, count: int, deed: Callable[[], object]) -> None:
    """Do something and print how long it took."""
    clock, processor = time.perf_counter(), time.process_time()
    found = deed()
    seconds, busy = time.perf_counter() - clock, time.process_time() - processor
    clocks = (f"{one:9.2f} s {count / one:12,.0f}/s" for one in (seconds, busy))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:28}{' | processor'.join(clocks)} | {peak:5,.0f} MiB | {found}", flush=True)


def opened(place: Path, now: str = NOW) -> AbstractContextManager[Ledger]:
    """The log, to be written at a moment."""
    return open_ledger(place, KEYS, "salesforce", now)


def logged(place: Path, held: list[Held], now: str) -> int:
    """Log leads as a sync does; how many entries."""
    sight = Sight(score="score", seen_at=now, policy=(1, "0" * 64))
    with opened(place, now) as ledger:
        return log_new(ledger, held, sight)


def sound(place: Path, keys: LogKeys | None = None) -> str:
    """Verify a log, and say what was found."""
    found = verify(place, "", keys)
    return f"sound={found.sound} entries={found.entries:,} erased={found.erased:,} dropped={found.dropped:,}"


def looked(place: Path, asked: Asked) -> int:
    """As a page looks at a log; how many entries it shows."""
    records = chain_of(place)
    by_day(records)
    return len(part_of(place, KEYS, records, asked).entries)


def read(place: Path) -> str:
    """Read what a verification reads, and do nothing with it."""
    size = 0
    for path in _files(place):
        with path.open("rb", buffering=0) as handle:
            while piece := handle.read(PIECE):
                size += len(piece)
    return f"{size / 1e6:,.0f} MB"


def let_go(place: Path) -> None:
    """Let the system forget what it holds of the files, so that the disk is read."""
    os.sync()
    for path in _files(place):
        with path.open("rb") as handle:
            os.posix_fadvise(handle.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _files(place: Path) -> list[Path]:
    return sorted([*place.glob("*.leaves"), *place.glob("*.content")])


def verifying(place: Path, entries: int) -> None:
    """Verify, beside reading the same bytes: from the disk, then from the system's cache."""
    for where in ("disk", "cache"):
        for what, deed in (("read", read), ("verify", sound)):
            if where == "disk":
                let_go(place)
            timed(f"{what} ({where})", entries, partial(deed, place))


def looking(place: Path, entries: int) -> None:
    """What a page, a dossier and an erasure ask of a log."""
    with opened(place) as ledger:
        timed(f"erase {ERASED:,} leads", ERASED, lambda: ledger.erase(keys_of(entries // 3, ERASED)))
        timed("erase one lead", 1, lambda: ledger.erase(keys_of(7, 1)))
        timed("history of one lead", 1, lambda: _history(ledger, 9))
    timed("page: the newest 50", 50, lambda: looked(place, Asked()))
    timed("page: 50 of the middle", 50, lambda: looked(place, Asked(before=entries // 2)))
    timed("page: one lead", 1, lambda: looked(place, Asked(lead=LeadKey(keys_of(entries // 2, 1)[0]))))


def _history(ledger: Ledger, number: int) -> int:
    (known,) = ledger.index.known(keys_of(number, 1)).values()
    return len(ledger.of(known))


def exported(place: Path, form: Form) -> str:
    """Export a log; how large it is."""
    with tempfile.TemporaryDirectory(dir=place.parent) as name, opened(place) as ledger:
        point = export(ledger, "org", Path(name), form)
        size = sum(one.stat().st_size for one in Path(name).iterdir())
        return f"{point.entries:,} entries, {size / 1e6:,.0f} MB"


def dropped(place: Path) -> int:
    """Let go of what is older than is kept: the first half."""
    with opened(place) as ledger:
        return ledger.drop_before(OLD)


def main(entries: int) -> None:
    """Measure and print."""
    half = entries // 2
    with tempfile.TemporaryDirectory(dir=os.environ.get("FAIRLEAD_BENCH_DIR")) as name:
        place = Path(name) / "org.log"
        made = (one.num_rows for part in parts(0, entries, "") for one in part.stretches())
        timed("(making the leads alone)", entries, lambda: sum(made))
        timed("append the first half", half, lambda: logged(place, parts(0, half, "a"), BEFORE))
        timed("append the second half", half, lambda: logged(place, parts(half, entries, "a"), NOW))
        timed("nothing new, files anew", entries, lambda: logged(place, parts(0, entries, "b"), NOW))
        verifying(place, entries)
        looking(place, entries)
        timed("verify with contents", entries, lambda: sound(place, KEYS))
        timed("export as Parquet", entries, lambda: exported(place, "parquet"))
        timed("retention of the first half", half, lambda: dropped(place))
        timed("verify what is left", half, lambda: sound(place))
        for what in ("leaves", "content", "db", "jsonl"):
            size = sum(path.stat().st_size for path in place.glob(f"*.{what}"))
            print(f"{what:28} {size / half:8.1f} bytes an entry")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
