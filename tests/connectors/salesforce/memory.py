"""Peak memory of the long lists beside the leads, in a process that is fed by rows made on the way."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.account import Account
from connectors.holding import Finished, Note
from connectors.lake import Lake
from connectors.policy.keep import Keep
from connectors.policy.model import Rule
from connectors.pseudonym import Keyring
from connectors.salesforce import einstein, score_history
from connectors.salesforce.facts import Facts
from connectors.salesforce.planning import Plan
from connectors.sandbox.salesforce.record_ids import make_id
from connectors.snapshots import Snapshots
from connectors.source import Batch
from connectors.spool import Roll, Spool
from tests.seals import SEALS

KEYRING = Keyring(crm="salesforce", organisation="org", master=bytes(range(32)))
RULE = Rule(field="Score__c", operator=Keep(), column="score")
REPOSITORY = Path(__file__).resolve().parents[3]
PLAN = Plan(
    id="x", kind="reconcile", why="", policy="", now="2026-02-01T00:00:00Z", since="2026-01-01T00:00:00Z"
)
UNUSED: Any = None


def peak_of_history(leads: int) -> float:
    """Megabytes at most, of a process that reads so many changes and puts them beside their leads."""
    return _peak("history", leads)


def peak_of_scores(leads: int) -> float:
    """Megabytes at most, of a process that takes in a new score for each of so many leads."""
    return _peak("scores", leads)


def _peak(what: str, leads: int) -> float:
    command = [sys.executable, "-m", "tests.connectors.salesforce.memory", what, str(leads)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return float(done.stdout)


def _pages(leads: int) -> Iterator[pa.Table]:
    for start in range(0, leads, 10_000):
        numbers = range(start, min(start + 10_000, leads))
        keys = [KEYRING.lead_key(make_id("00Q", number + 1)).hex for number in numbers]
        days = [date(2026, 1, 1 + number % 28) for number in numbers]
        yield pa.table(
            {
                "lead_key": pa.array(keys, pa.string()),
                "cohort_day": pa.array(days, pa.date32()),
                "score": pa.array(["1"] * len(keys), pa.string()),
            }
        )


def _held(lake: Lake, leads: int, past: Any) -> None:
    with Spool(lake.folder / "salesforce" / "org") as spool:
        account = Account()
        for table in _pages(leads):
            batch = Batch(table=table, read=table.num_rows, rejected={}, excluded={}, unmapped={})
            account.add(batch)
            spool.append(batch)
        seen = Snapshots(column="score", seen_at=datetime(2026, 2, 1, tzinfo=UTC), past=past)
        lake.replace("salesforce", "org", Finished(parts=spool, account=account, note=Note(snapshots=seen)))


def _history(lake: Lake, leads: int) -> None:
    def rows(*_: Any) -> Iterator[tuple[str, ...]]:
        for number in range(leads):
            yield str(number), make_id("00Q", number + 1), "0", "1", "2026-01-05T00:00:00.000+0000"

    score_history.rows_of, score_history.visible = rows, lambda *_: dict.fromkeys(score_history._NEEDED)  # type: ignore[assignment]
    told = score_history.ScoreHistory(
        gateway=UNUSED,
        keyring=KEYRING,
        facts=Facts(types={"score__c": "double"}),
        patience=UNUSED,
        place=lake.folder,
    )
    with told.of(RULE) as past:
        _held(lake, leads, past)
    kept = next(iter(lake.read("salesforce", "org", hidden=True).slice(0, 1).to_pylist()))
    assert kept["_earlier_scores"] == '[["0", ""]]'


def _scores(lake: Lake, leads: int) -> None:
    def rows(*_: Any) -> Iterator[tuple[str, ...]]:
        for number in range(leads):
            yield str(number), make_id("00Q", number + 1), "2"

    einstein.rows_of = rows  # type: ignore[assignment]
    _held(lake, leads, lambda _: {})
    seen = Snapshots(column="score", seen_at=datetime(2026, 2, 2, tzinfo=UTC))
    with Spool(lake.folder) as nobody, Roll(lake.folder) as scores:
        for table in einstein.new_scores(UNUSED, KEYRING, RULE, PLAN, UNUSED):
            scores.append(table)
        finished = Finished(parts=nobody, account=Account(), note=Note(snapshots=seen), scores=scores.tables)
        done = lake.add("salesforce", "org", finished)
    assert (done.merged.changed, done.whole.kept) == (leads, leads)


def main() -> None:
    """Do it once and tell the peak."""
    with tempfile.TemporaryDirectory() as name:
        {"history": _history, "scores": _scores}[sys.argv[1]](Lake(Path(name), SEALS), int(sys.argv[2]))
    sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


if __name__ == "__main__":
    main()
