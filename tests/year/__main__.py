"""``make year``: a simulated year at both CRMs, pulled every day, and the report of what the product said."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from tests.year.played import YEAR, Plan, every, played
from tests.year.written import faults, report

REPORT = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "year.md"


def main() -> int:
    """Play the year, write the report, and fail where the product told something that is not so."""
    asked = _asked()
    looks = every(asked.days)
    plan = Plan(
        leads={"salesforce": asked.salesforce, "hubspot": asked.hubspot},
        looks=looks,
        busy=min(looks, key=lambda day: abs(day - date(YEAR, 3, 24))),
        killed=min(looks, key=lambda day: abs(day - date(YEAR, 9, 1))),
        seed=asked.seed,
    )
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, played(plan, Path(folder) / "home", _say) as whole:
        wrong = faults(whole)
        text = report(whole, (time.monotonic() - began) / 60)
    REPORT.write_text(text, encoding="utf-8")
    _say(f"Report: {REPORT}")
    for one in wrong:
        _say(one)
    return 1 if wrong else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make year", description=__doc__)
    parser.add_argument("--salesforce", type=int, default=100_000, help="leads at Salesforce (100,000)")
    parser.add_argument("--hubspot", type=int, default=100_000, help="contacts at HubSpot (100,000)")
    parser.add_argument("--days", type=int, default=1, help="days between two pulls (1)")
    parser.add_argument("--seed", type=int, default=0, help="of the leads (0)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
