"""``make torture``: two hundred kills, half of them of pulls, half of write-backs, and the report of it."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.torture.pulls import PullTorture, kill_pulls
from tests.torture.report import Ran, written
from tests.torture.writing import Toll, killed_write_backs

REPORT = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "torture.md"
WRITTEN_LEADS = 2_600
PORTION = 10


def main() -> int:
    """Run, write the report, and fail where anything was lost, doubled or stale."""
    asked = _asked()
    began = time.monotonic()
    writes = _write_backs(asked)
    pulls = _pulls(asked)
    minutes = (time.monotonic() - began) / 60
    ran = Ran(pulls=pulls, writes=writes, write_leads=WRITTEN_LEADS, asked=asked.kills, minutes=minutes)
    REPORT.write_text(written(ran), encoding="utf-8")
    _say(f"Report: {REPORT}")
    return 1 if pulls.faults or writes.troubles else 0


def _write_backs(asked: argparse.Namespace) -> Toll:
    ends, found = _end(asked), Toll()
    for number, kills in enumerate(_portions(asked.kills - asked.kills // 2)):
        if time.monotonic() < ends:
            with tempfile.TemporaryDirectory() as folder:
                found += killed_write_backs(Path(folder), kills, WRITTEN_LEADS, asked.seed + number)
            _say(f"{found.kills} write-backs killed: {found.troubles or 'no fault'}")
    return found


def _pulls(asked: argparse.Namespace) -> PullTorture:
    ends, found = _end(asked), PullTorture(leads=asked.leads)
    for number, kills in enumerate(_portions(asked.kills // 2)):
        if time.monotonic() < ends:
            more = kill_pulls(kills, asked.leads, seed=asked.seed + number, page=max(500, asked.leads // 10))
            _add(found, more)
            _say(f"{found.kills} pulls killed: {found.faults or 'no fault'}")
    return found


def _add(found: PullTorture, more: PullTorture) -> None:
    for name in ("kills", "finished", "resumed", "saved", "seconds", "faults"):
        setattr(found, name, getattr(found, name) + getattr(more, name))
    for phase, number in more.phases.items():
        found.phases[phase] += number


def _portions(kills: int) -> list[int]:
    """Each on an org of its own, so that what is known so far can be told."""
    return [PORTION] * (kills // PORTION) + ([kills % PORTION] if kills % PORTION else [])


def _end(asked: argparse.Namespace) -> float:
    """When to begin no further portion; each half has half of the time."""
    return time.monotonic() + asked.minutes * 30


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how many in all (200)")
    parser.add_argument("--leads", type=int, default=50_000, help="leads of the pulls (50,000)")
    parser.add_argument("--seed", type=int, default=1, help="of the dice (1)")
    parser.add_argument("--minutes", type=float, default=600, help="begin nothing new after so many (600)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
