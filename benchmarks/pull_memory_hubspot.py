"""How much memory a sync of HubSpot takes as the portal grows: peak resident memory, by contacts.

The portal is a stand-in in another process. ``python -m benchmarks.pull_memory_hubspot`` pulls 10,000,
100,000 and 1,000,000 contacts, then compares each with the portal, in a process each; numbers as arguments
choose others.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any, overload

from connectors.lake import Lake
from connectors.sandbox.fields import OrgContents, Value
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.synced import Wish
from tests.connectors.subject_hubspot import FIELDS, POLICY
from tests.torture.pull_process import portal_from
from tests.torture.sides import HubSpot

REPOSITORY = Path(__file__).resolve().parents[1]
SIZES = (10_000, 100_000, 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One sync: contacts that are held after it, seconds, and the peak of its process in megabytes."""

    kind: str
    leads: int
    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Contacts(Sequence[Mapping[str, Value]]):
    """So many contacts, each made when it is read; over two years, one in 97 opted out."""

    contacts: int

    def __len__(self) -> int:
        return self.contacts

    @overload
    def __getitem__(self, at: int) -> Mapping[str, Value]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Mapping[str, Value]]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(self.contacts))]
        if not 0 <= at < self.contacts:
            raise IndexError
        return {
            "region": ("urban", "rural", "coast")[at % 3],
            "lead_score": float(at % 101),
            "opted_out_of_profiling": at % 97 == 0,
            "createdate": f"{2024 + at % 2}-{1 + at % 12:02d}-{1 + at % 28:02d}T10:00:00Z",
        }


def serve(contacts: int) -> None:
    """Be the portal until standard input ends."""
    contents = OrgContents(fields=FIELDS, records=Contacts(contacts), policy="", stream="")  # type: ignore[arg-type]
    with HubSpotStandIn(contents, seed=5) as portal:
        portal.control.burst_maximum = portal.control.search_maximum = 1_000_000
        told = HubSpot(portal, 1_000).told(Random(0))  # noqa: S311 - no secret
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


def sync(folder: Path, wanted: str) -> None:
    """Sync once and tell what it took."""
    told, began = json.loads(sys.stdin.readline()), time.monotonic()
    done = portal_from(told).sync(Lake(folder), POLICY, Wish(score="score", wanted=wanted))  # type: ignore[arg-type]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.monotonic() - began
    made = Measured(kind=done.kind, leads=done.whole.read, seconds=seconds, megabytes=peak)
    sys.stdout.write(json.dumps(asdict(made)) + "\n")


def measure(contacts: int) -> Iterator[Measured]:
    """A full pull of so many contacts, and a comparison of all of them, in a process each."""
    with tempfile.TemporaryDirectory() as name, _portal(contacts) as told:
        for wanted in ("full", "reconcile"):
            yield _measured(name, wanted, told)


def _measured(folder: str, wanted: str, told: str) -> Measured:
    command = [sys.executable, "-m", "benchmarks.pull_memory_hubspot", "sync", folder, wanted]
    done = subprocess.run(  # noqa: S603 - our own module
        command, cwd=REPOSITORY, input=told, capture_output=True, text=True, check=False, timeout=7200
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Measured(**json.loads(done.stdout))


@contextmanager
def _portal(contacts: int) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.pull_memory_hubspot", "serve", str(contacts)]
    process = subprocess.Popen(  # noqa: S603 - our own module
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pipe = process.stdout
    try:
        yield pipe.readline() if pipe else ""
    finally:
        process.kill()
        process.communicate()


def main(arguments: Sequence[str]) -> None:
    """Measure and print a table."""
    match arguments:
        case ["serve", contacts]:
            serve(int(contacts))
        case ["sync", folder, wanted]:
            sync(Path(folder), wanted)
        case _:
            sys.stdout.write("| contacts | sync | seconds | peak memory, MB |\n|---|---|---|---|\n")
            for contacts in map(int, arguments or SIZES):
                for one in measure(contacts):
                    line = f"| {one.leads:,} | {one.kind} | {one.seconds:,.0f} | {one.megabytes:,.0f} |\n"
                    sys.stdout.write(line)
                    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
