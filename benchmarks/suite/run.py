"""Every figure of a run: which case is measured at which size, in turns, each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.suite.files import STREAM, write_five, write_whole
from benchmarks.suite.machine import REPOSITORY, python_of
from benchmarks.suite.stored import store

LONG = 20.0
"""Seconds of a case after which it is measured once only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One figure: the task it is for, who does it (an environment and a case of a module), how many leads."""

    task: str
    system: str
    module: str
    case: str
    leads: int
    limit: float = 240.0

    @property
    def key(self) -> tuple[str, str, int]:
        """What it is found by."""
        return (self.task, self.system, self.leads)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The sizes of a run: for rates, for what looks at fields, for streaming a file, for whole audits."""

    rates: tuple[int, ...]
    streams: tuple[int, ...]
    audits: tuple[int, ...]

    @property
    def every(self) -> tuple[int, ...]:
        """All of them."""
        return tuple(sorted({*self.rates, *self.streams, *self.audits}))


FULL = Sizes(
    rates=(100_000, 1_000_000, 10_000_000),
    streams=(1_000_000, 10_000_000, 50_000_000),
    audits=(100_000, 1_000_000, 10_000_000),
)
QUICK = Sizes(rates=(100_000,), streams=(100_000,), audits=(100_000,))


def measured(
    sizes: Sizes, wanted: Sequence[Asked], rounds: int, tell: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    """All figures of a run, as they come; ``tell`` is told of each call."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("FAIRLEAD_BENCH_DIR")) as name:
        folder = Path(name)
        for number in sizes.every:
            # In a process of its own: a child's peak begins at that of the process that started it.
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                pool.submit(_prepare, folder / str(number), number, sizes).result()
        for each in _by_task(wanted):
            yield from _in_turns(folder, each, rounds, tell)


def _prepare(folder: Path, number: int, sizes: Sizes) -> None:
    folder.mkdir()
    (folder / "leads").write_text(str(number))
    if number in sizes.rates:
        store(folder, number)
    if number in (*sizes.streams, *sizes.rates):
        write_five(folder / "five.parquet", number)
    if number in sizes.audits:
        write_whole(folder / "whole.parquet", number)
        (folder / "stream.toml").write_text(STREAM)


def _by_task(wanted: Sequence[Asked]) -> Iterator[list[Asked]]:
    """Cases of one task and size stay together, so that noise hits all of them."""
    keys = dict.fromkeys((one.task, one.leads) for one in wanted)
    for key in keys:
        yield [one for one in wanted if (one.task, one.leads) == key]


def _in_turns(
    folder: Path, cases: Sequence[Asked], rounds: int, tell: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    """Each case so many times, in rounds; one that takes long is measured once."""
    found: dict[Asked, list[dict[str, Any]]] = {one: [] for one in cases}
    for turn in range(rounds):
        for one in cases:
            if turn and _long(found[one]):
                continue
            found[one].append(run(one, folder / str(one.leads)))
            tell(f"{one.task} {one.system} {one.leads:,}: {_said(found[one][-1])}")
    for one, runs in found.items():
        yield {"task": one.task, "system": one.system, "leads": one.leads, "limit": one.limit, "runs": runs}


def _long(runs: Sequence[dict[str, Any]]) -> bool:
    return any("first" not in one or one["took"] > LONG for one in runs)


def _said(one: dict[str, Any]) -> str:
    return f"{one['first']:.4g} s first" if "first" in one else str(one["failed"])


def run(one: Asked, folder: Path) -> dict[str, Any]:
    """Run one case in a process of its own; its peak memory is what the system says of it."""
    command = [
        str(python_of(one.module)),
        "-m",
        "benchmarks.suite.measuring",
        one.module,
        one.case,
        str(folder),
    ]
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(  # noqa: S603 - our own modules
            command, cwd=REPOSITORY, stdout=out, stderr=err, start_new_session=True
        )
        status, usage = _waited(process.pid, one.limit)
        took = time.perf_counter() - began
        out.seek(0)
        err.seek(0)
        lines, said = out.read().decode().splitlines(), err.read().decode(errors="replace").strip()
    if status is None:
        return {"failed": f"not finished in {one.limit:.0f} s", "took": took}
    if status or not lines:
        sys.stderr.write(said[-2000:] + "\n")
        return {"failed": f"ended with {status}", "took": took}
    return {**json.loads(lines[-1]), "megabytes": usage / 1024, "took": took}


def _waited(pid: int, limit: float) -> tuple[int | None, int]:
    """Exit status and peak memory in kilobytes; None where it was ended at the limit."""
    until = time.monotonic() + limit
    while True:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return status, usage.ru_maxrss
        if time.monotonic() > until:
            os.killpg(pid, signal.SIGKILL)
            os.wait4(pid, 0)
            return None, 0
        time.sleep(0.01)
