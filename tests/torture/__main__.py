"""``make torture``: two hundred kills, half of them of pulls, half of write-backs, and the report of it."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.torture.pulls import kill_pulls
from tests.torture.report import Ran, written
from tests.torture.writing import killed_write_backs

REPORT = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "torture.md"
WRITTEN_LEADS = 2_600


def main() -> int:
    """Run, write the report, and fail where anything was lost, doubled or stale."""
    asked = _asked()
    began = time.monotonic()
    pulls = kill_pulls(asked.kills // 2, asked.leads, seed=asked.seed, page=max(500, asked.leads // 10))
    sys.stdout.write(f"{pulls.kills} pulls killed: {pulls.faults or 'no fault'}\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory() as folder:
        half = asked.kills - asked.kills // 2
        writes = killed_write_backs(Path(folder), half, WRITTEN_LEADS, asked.seed)
    sys.stdout.write(f"{writes.kills} write-backs killed: {writes.troubles or 'no fault'}\n")
    minutes = (time.monotonic() - began) / 60
    ran = Ran(pulls=pulls, writes=writes, write_leads=WRITTEN_LEADS, seed=asked.seed, minutes=minutes)
    REPORT.write_text(written(ran), encoding="utf-8")
    sys.stdout.write(f"Report: {REPORT}\n")
    return 1 if pulls.faults or writes.troubles else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how many in all (200)")
    parser.add_argument("--leads", type=int, default=50_000, help="leads of the pulls (50,000)")
    parser.add_argument("--seed", type=int, default=1, help="of the dice (1)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
