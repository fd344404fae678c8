"""Workers killed over their jobs, half of them on each database, and the report of them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from connectors.sandbox.certificate import make_certificate
from tests.torture.jobs import KINDS, JobToll, dated, killed_worker
from tests.torture.key_kills import portions, postgresql_server
from tests.webapp import support

WORDS = """# Killed at random moments: workers

Written by `make torture`; do not edit. An installation with both stand-ins has one job each of {kinds} to do.
A worker takes them on and is killed with `kill -9` at a random moment; the next worker goes on, and is killed
too, ten times for each installation. The last one may end. Then every job must have ended well: one audit for
the pull, one new key for the rotation, and the quarter whose outcomes are known told once. The same test with
two kills on each database is in the suite.

{verdict}

| | SQLite | PostgreSQL |
|---|---:|---:|
{rows}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """What both databases came to."""

    sqlite: JobToll
    postgresql: JobToll
    asked: int
    minutes: float

    @property
    def faults(self) -> list[str]:
        """What went wrong."""
        return [*self.sqlite.faults, *self.postgresql.faults]


def kill_jobs(kills: int, seed: int, say: Callable[[str], None]) -> JobRun:
    """Half of the kills on each database, some of them on an installation of its own."""
    began, sqlite, postgresql = time.monotonic(), JobToll(), JobToll()
    with postgresql_server() as new_database:
        for name, toll in (("sqlite", sqlite), ("postgresql", postgresql)):
            for number, portion in enumerate(portions(kills // 2)):
                url = new_database() if toll is postgresql else ""
                toll.add(_killed(portion, seed + number, url))
                say(f"{toll.kills} workers killed on {name}: {toll.faults or 'no fault'}")
    minutes = (time.monotonic() - began) / 60
    return JobRun(sqlite=sqlite, postgresql=postgresql, asked=kills, minutes=minutes)


def _killed(kills: int, seed: int, url: str) -> JobToll:
    with tempfile.TemporaryDirectory() as name:
        start = partial(support.running, make_certificate(Path(name)), Path(name) / "data", dated)
        with start(DATABASE_URL=url) if url else start() as world:
            return killed_worker(world.services, world.ready("hubspot"), kills, seed)


def report(ran: JobRun) -> str:
    """The report as Markdown."""
    both = (ran.sqlite, ran.postgresql)
    told = "**It failed:** " + "; ".join(dict.fromkeys(ran.faults))
    verdict = told if ran.faults else "No job was lost, and none was done twice in effect."
    rows = {
        "workers killed": [toll.kills for toll in both],
        "jobs to do": [toll.jobs for toll in both],
        "faults": [len(toll.faults) for toll in both],
    }
    for moment in sorted({*ran.sqlite.moments, *ran.postgresql.moments}):
        rows[f"killed {moment}"] = [toll.moments[moment] for toll in both]
    lines = [f"| {words} | {one:,} | {other:,} |" for words, (one, other) in rows.items()]
    done = f"{sum(toll.kills for toll in both)} of {ran.asked} kills were done, in {ran.minutes:.0f} minutes."
    return WORDS.format(kinds=", ".join(KINDS), verdict=f"{done} {verdict}", rows="\n".join(lines))
