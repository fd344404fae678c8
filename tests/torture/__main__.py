"""``make torture``: two hundred kills at each CRM, a hundred of keys, sixty of workers, and the reports."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.torture.job_kills import kill_jobs
from tests.torture.job_kills import report as report_of_jobs
from tests.torture.key_kills import kill_keys, report
from tests.torture.pulls import PullTorture, kill_pulls
from tests.torture.report import Ran, of_hubspot, of_salesforce
from tests.torture.sides import Crm
from tests.torture.writing import Toll, killed_write_backs

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "explanation"
REPORT, REPORT_OF_HUBSPOT = FOLDER / "torture.md", FOLDER / "torture-hubspot.md"
REPORT_OF_KEYS = FOLDER / "torture-keys.md"
REPORT_OF_JOBS = FOLDER / "torture-jobs.md"
WRITTEN_LEADS, WRITTEN_CONTACTS = 2_600, 1_200
PORTION = 10


def main() -> int:
    """Run, write the report, and fail where anything was lost, doubled or stale."""
    asked = _asked()
    parts = {"salesforce": _salesforce, "hubspot": _hubspot, "keys": _keys, "jobs": _jobs}
    faults = [part(asked) for name, part in parts.items() if asked.only in {"", name}]
    return 1 if any(faults) else 0


def _keys(asked: argparse.Namespace) -> int:
    ran = kill_keys(asked.key_kills, asked.key_leads, asked.seed, _say)
    REPORT_OF_KEYS.write_text(report(ran), encoding="utf-8")
    _say(f"Report: {REPORT_OF_KEYS}")
    return len(ran.faults)


def _jobs(asked: argparse.Namespace) -> int:
    ran = kill_jobs(asked.job_kills, asked.seed, _say)
    REPORT_OF_JOBS.write_text(report_of_jobs(ran), encoding="utf-8")
    _say(f"Report: {REPORT_OF_JOBS}")
    return len(ran.faults)


def _hubspot(asked: argparse.Namespace) -> int:
    ran = _ran(asked, "hubspot", asked.contacts, WRITTEN_CONTACTS)
    REPORT_OF_HUBSPOT.write_text(of_hubspot(ran), encoding="utf-8")
    _say(f"Report: {REPORT_OF_HUBSPOT}")
    return len(ran.faults)


def _salesforce(asked: argparse.Namespace) -> int:
    ran = _ran(asked, "salesforce", asked.leads, WRITTEN_LEADS)
    REPORT.write_text(of_salesforce(ran), encoding="utf-8")
    _say(f"Report: {REPORT}")
    return len(ran.faults)


def _ran(asked: argparse.Namespace, crm: Crm, leads: int, written: int) -> Ran:
    began = time.monotonic()
    writes = _write_backs(asked, written, crm)
    pulls = _pulls(asked, asked.kills // 2, leads, crm)
    minutes = (time.monotonic() - began) / 60
    return Ran(pulls=pulls, writes=writes, write_leads=written, asked=asked.kills, minutes=minutes)


def _write_backs(asked: argparse.Namespace, leads: int, crm: Crm) -> Toll:
    ends, found = _end(asked), Toll()
    for number, kills in enumerate(_portions(asked.kills - asked.kills // 2)):
        if time.monotonic() < ends:
            with tempfile.TemporaryDirectory() as folder:
                found += killed_write_backs(Path(folder), kills, leads, asked.seed + number, crm)
            _say(f"{found.kills} write-backs killed: {found.troubles or 'no fault'}")
    return found


def _pulls(asked: argparse.Namespace, number: int, leads: int, crm: Crm) -> PullTorture:
    ends, found, page = _end(asked), PullTorture(leads=leads), max(500, leads // 10)
    for place, kills in enumerate(_portions(number)):
        if time.monotonic() < ends:
            more = kill_pulls(kills, leads, seed=asked.seed + place, page=page, crm=crm)
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
    parser.add_argument("--kills", type=int, default=200, help="how many at each CRM (200)")
    parser.add_argument("--leads", type=int, default=50_000, help="leads of the pulls (50,000)")
    parser.add_argument("--contacts", type=int, default=10_000, help="contacts of HubSpot's pulls (10,000)")
    parser.add_argument("--key-kills", type=int, default=100, help="how many of keys (100)")
    parser.add_argument("--key-leads", type=int, default=5_000, help="leads whose key it is (5,000)")
    parser.add_argument("--job-kills", type=int, default=60, help="how many of workers at jobs (60)")
    names = ("", "salesforce", "hubspot", "keys", "jobs")
    parser.add_argument("--only", choices=names, default="", help="one alone")
    parser.add_argument("--seed", type=int, default=1, help="of the dice (1)")
    parser.add_argument("--minutes", type=float, default=600, help="begin nothing new after so many (600)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
