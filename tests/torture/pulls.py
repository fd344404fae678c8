"""Kill a pull again and again, at random moments: nothing may be lost, doubled or stale, and it must go on.

``kill_pulls`` is what `make torture` calls with 200 kills of 50,000 leads; the suite does 10 on fewer.
Either CRM is on the other side (`tests.torture.sides`).
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from connectors import staging
from connectors.lake import Lake
from connectors.seals import Home
from tests.seals import SEALS
from tests.torture.sides import OPEN, Crm, Side

REPOSITORY = Path(__file__).resolve().parents[2]
PHASES = ("before a page", "between pages", "after the last page", "before anything was on the disk")


@dataclass(slots=True, kw_only=True)
class PullTorture:
    """What became of the pulls. ``resumed`` went on behind leads that a killed process had read.

    ``saved`` is how many leads did not have to be read again; ``phases`` counts the kills by where they
    struck: before a page was kept, between pages, after the last one, or while no pull lay on the disk
    (it had not planned yet, or had come to count already).
    """

    leads: int
    kills: int = 0
    finished: int = 0
    resumed: int = 0
    saved: int = 0
    seconds: float = 0.0
    phases: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PHASES, 0))
    faults: list[str] = field(default_factory=list)


def kill_pulls(
    kills: int, leads: int, seed: int = 0, page: int = 10_000, crm: Crm = "salesforce"
) -> PullTorture:
    """Kill ``kills`` pulls of an org of so many leads; ``faults`` of the result is empty if all went well."""
    tally, began = PullTorture(leads=leads), time.monotonic()
    with tempfile.TemporaryDirectory() as name, OPEN[crm](Path(name), leads, page) as side:
        chance = random.Random(seed)  # noqa: S311 - no secret
        killer = _Killer(side=side, folder=Path(name), chance=chance, tally=tally)
        try:
            killer.work(kills)
        finally:
            killer.close()
    tally.seconds = time.monotonic() - began
    return tally


@dataclass(slots=True, kw_only=True)
class _Killer:
    side: Side
    folder: Path
    chance: random.Random
    tally: PullTorture
    _process: subprocess.Popen[str] = field(init=False)
    _span: float = 1.0

    def __post_init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.pull_process"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._say(
            json.dumps(
                {"crm": self.side.crm, "lake": str(self.folder / "lake"), **self.side.told(self.chance)}
            )
        )

    def work(self, kills: int) -> None:
        """Pull, kill, pull again until it ends, look; then change some leads and begin anew."""
        began = time.monotonic()
        self._to_the_end("full")
        self._look()
        self._span = time.monotonic() - began
        while self.tally.kills < kills:
            self.side.change_some(self.chance)
            wanted = self.chance.choice(("full", ""))
            while self._killed(wanted):
                if self.tally.kills == kills or self._enough():
                    self._to_the_end(wanted)
                    break
            self._look()

    def _enough(self) -> bool:
        """Of the pulls that have every page, half are let go on: else most kills would strike there."""
        return self._phase() == PHASES[2] and self.chance.random() < 1 / 2

    def _killed(self, wanted: str) -> bool:
        """Start a pull and kill it at a random moment; false where it came to its end before.

        Half of the moments lie in the first third of a pull's time, in which it reads.
        """
        self._say(wanted)
        pid = int(self._hear())
        span = self._span * self.chance.choice((1, 1 / 3))
        killing = threading.Timer(self.chance.uniform(0, span), _kill, (pid,))
        killing.start()
        line = self._hear()
        killing.cancel()
        if line != "killed":
            self._ended(line)
            return False
        self.tally.kills += 1
        self.tally.phases[self._phase()] += 1
        return True

    def _to_the_end(self, wanted: str) -> None:
        self._say(wanted)
        self._hear()
        self._ended(self._hear())

    def _ended(self, line: str) -> None:
        if line == "ended":
            self.tally.faults.append("a pull ended without a result")
            return
        done = json.loads(line)
        self._hear()
        self.tally.finished += 1
        self.tally.resumed += done["resumed_at"] > 0
        self.tally.saved += done["resumed_at"]

    def _phase(self) -> str:
        """Where the kill struck, by the log that the dead process left."""
        seal = SEALS(self.side.crm, self.side.organisation)
        left = staging.under_way(Home(path=self._place / "pull", seal=seal))
        if left is None:
            return PHASES[3]
        if "done" not in left.reached:
            return PHASES[0]
        return PHASES[2] if left.reached["done"] else PHASES[1]

    @property
    def _place(self) -> Path:
        return self.folder / "lake" / self.side.crm / self.side.organisation

    def _look(self) -> None:
        """The lake against the org, lead by lead; and nothing left behind."""
        lake, want = Lake(self.folder / "lake", SEALS), self.side.wanted()
        rows = lake.read(self.side.crm, self.side.organisation)
        held = dict(zip(rows["lead_key"].to_pylist(), rows["region"].to_pylist(), strict=True))
        account = lake.whole(self.side.crm, self.side.organisation)
        assert account is not None
        faults = {
            "leads lost": len(want.keys() - held.keys()),
            "leads that are not there": len(held.keys() - want.keys()),
            "leads doubled": rows.num_rows - len(held),
            "stale leads": sum(held[key] != want[key] for key in want.keys() & held.keys()),
            "leads not accounted for": self.side.leads - account.read,
            "leftovers": int((self._place / "pull").exists()),
        }
        self.tally.faults += [f"{number} {what}" for what, number in faults.items() if number]

    def _say(self, line: str) -> None:
        pipe: IO[str] | None = self._process.stdin
        assert pipe is not None
        pipe.write(f"{line}\n")
        pipe.flush()

    def _hear(self) -> str:
        pipe: IO[str] | None = self._process.stdout
        assert pipe is not None
        return pipe.readline().strip()

    def close(self) -> None:
        """End the process of the pulls."""
        self._process.kill()
        self._process.communicate()


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
