"""A sync in a process of its own, and the stand-in that it reads in another one: what it took at its peak."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, overload

from connectors.sandbox.fields import Value
from connectors.synced import Synced

REPOSITORY = Path(__file__).resolve().parents[1]
SIZES = (10_000, 100_000, 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One sync: its kind, a count of leads, seconds, and the peak of its process in megabytes."""

    kind: str
    leads: int
    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Made(Sequence[Mapping[str, Value]]):
    """So many records, each made by its number when it is read."""

    number: int
    make: Callable[[int], Mapping[str, Value]]

    def __len__(self) -> int:
        return self.number

    @overload
    def __getitem__(self, at: int) -> Mapping[str, Value]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Mapping[str, Value]]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(self.number))]
        if not 0 <= at < self.number:
            raise IndexError
        return self.make(at)


def be_asked(told: Mapping[str, Any]) -> None:
    """Tell how to reach the stand-in of this process, and be it until standard input ends."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


def report(sync: Callable[[dict[str, Any]], Synced], leads: Callable[[Synced], int]) -> None:
    """Sync once with what standard input tells, and say what it took; ``leads`` is which count to tell."""
    told, began = json.loads(sys.stdin.readline()), time.monotonic()
    done = sync(told)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.monotonic() - began
    made = Measured(kind=done.kind, leads=leads(done), seconds=seconds, megabytes=peak)
    sys.stdout.write(json.dumps(asdict(made)) + "\n")


def measured(module: str, folder: str, wanted: str, told: str) -> Measured:
    """What ``python -m module sync`` took."""
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", module, "sync", folder, wanted],
        cwd=REPOSITORY,
        input=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=7200,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Measured(**json.loads(done.stdout))


@contextmanager
def served(module: str, *arguments: str) -> Iterator[str]:
    """What ``python -m module serve`` told of its stand-in, while that runs."""
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", module, "serve", *arguments],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    pipe = process.stdout
    try:
        yield pipe.readline() if pipe else ""
    finally:
        process.kill()
        process.communicate()


def print_table(sizes: Sequence[int], measure: Callable[[int], Iterator[Measured]]) -> None:
    """A row for each sync of each size, as soon as it is known."""
    sys.stdout.write("| size | sync | leads | seconds | peak memory, MB |\n|---|---|---|---|---|\n")
    for size in sizes:
        for one in measure(size):
            cells = (f"{size:,}", one.kind, f"{one.leads:,}", f"{one.seconds:,.0f}", f"{one.megabytes:,.0f}")
            sys.stdout.write(f"| {' | '.join(cells)} |\n")
            sys.stdout.flush()
