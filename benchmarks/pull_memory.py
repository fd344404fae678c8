"""How much memory a sync takes as the org grows: peak resident memory of a process that syncs, by leads.

The org is a stand-in in another process, which makes its leads as they are asked for. ``python -m
benchmarks.pull_memory`` syncs 10,000, 100,000 and 1,000,000 leads; numbers as arguments choose others.
Each size is pulled whole, then compared lead by lead, then read as changes of every lead (where those are
too many, a sync reads everything by itself).
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
from typing import Any, overload

from connectors.lake import Lake
from connectors.sandbox.certificate import make_certificate
from connectors.sandbox.fields import OrgContents, Value
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.synced import Wish
from tests.connectors.subject_salesforce import FIELDS, connect
from tests.torture.pull_process import POLICY, source_from

REPOSITORY = Path(__file__).resolve().parents[1]
SIZES = (10_000, 100_000, 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One sync: its kind, leads read, seconds, and the peak of its process in megabytes."""

    kind: str
    leads: int
    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Leads(Sequence[Mapping[str, Value]]):
    """So many leads, each made when it is read; over two years, one in 97 opted out.

    With ``fresh`` every lead was changed just now, and has another score.
    """

    leads: int
    fresh: bool = False

    def __len__(self) -> int:
        return self.leads

    @overload
    def __getitem__(self, at: int) -> Mapping[str, Value]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Mapping[str, Value]]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(self.leads))]
        if not 0 <= at < self.leads:
            raise IndexError
        dated = {} if self.fresh else {"SystemModstamp": "2025-12-30T10:00:00Z"}
        return {
            **dated,
            "Region__c": ("urban", "rural", "coast")[at % 3],
            "Score__c": float((at + self.fresh) % 101),
            "Opted_Out__c": at % 97 == 0,
            "CreatedDate": f"{2024 + at % 2}-{1 + at % 12:02d}-{1 + at % 28:02d}T10:00:00Z",
        }


def serve(leads: int, *, fresh: bool) -> None:
    """Be the org until standard input ends."""
    with tempfile.TemporaryDirectory() as name:
        made = Leads(leads, fresh)
        contents = OrgContents(fields=FIELDS, records=made, policy="", stream="")  # type: ignore[arg-type]
        with SalesforceStandIn(contents, make_certificate(Path(name)), seed=5) as org:
            grant = asdict(connect(org).grant)
            told = {
                "grant": {**grant, "issued_at": grant["issued_at"].isoformat()},
                "client_id": org.client_id,
                "client_secret": org.client_secret,
                "login_url": org.login_url,
                "ca_file": str(org.certificate.certificate),
            }
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
            sys.stdin.read()


def sync(folder: Path, wanted: str) -> None:
    """Sync once and tell what it took."""
    told, began = json.loads(sys.stdin.readline()), time.monotonic()
    wish = Wish(score="score", wanted=wanted)  # type: ignore[arg-type]
    done = source_from(told).sync(Lake(folder), POLICY, wish)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.monotonic() - began
    made = Measured(kind=done.kind, leads=done.run.read, seconds=seconds, megabytes=peak)
    sys.stdout.write(json.dumps(asdict(made)) + "\n")


def measure(leads: int) -> Iterator[Measured]:
    """A full pull of so many leads, a comparison of all of them, and all of them changed; a process each."""
    with tempfile.TemporaryDirectory() as name:
        with _org(leads) as told:
            yield _measured(name, "", told)
            yield _measured(name, "reconcile", told)
        with _org(leads, "fresh") as told:
            yield _measured(name, "", told)


def _measured(folder: str, wanted: str, told: str) -> Measured:
    command = [sys.executable, "-m", "benchmarks.pull_memory", "sync", folder, wanted]
    done = subprocess.run(  # noqa: S603 - our own module
        command, cwd=REPOSITORY, input=told, capture_output=True, text=True, check=False, timeout=7200
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Measured(**json.loads(done.stdout))


@contextmanager
def _org(leads: int, fresh: str = "") -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.pull_memory", "serve", str(leads), fresh]
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
    if arguments[:1] == ["serve"]:
        serve(int(arguments[1]), fresh=bool(arguments[2]))
    elif arguments[:1] == ["sync"]:
        sync(Path(arguments[1]), arguments[2])
    else:
        sys.stdout.write("| leads | sync | read | seconds | peak memory, MB |\n|---|---|---|---|---|\n")
        for leads in map(int, arguments or SIZES):
            for one in measure(leads):
                line = (
                    f"| {leads:,} | {one.kind} | {one.leads:,} | {one.seconds:,.0f} | {one.megabytes:,.0f} |"
                )
                sys.stdout.write(line + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
