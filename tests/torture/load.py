"""Several workers over one installation, killed at random and started again; each job must be done once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.processes import FORKED
from tests.torture.jobs import finish, toil
from webapp import jobs
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import JobKind, Wanted

KINDS: tuple[JobKind, ...] = ("sync", "log", "retention", "publish")
WORKERS, PATIENCE = 4, 60.0


@dataclass(slots=True, kw_only=True)
class Load:
    """How many jobs were asked for, how many workers were killed, and what was wrong afterwards."""

    jobs: int = 0
    kills: int = 0
    faults: list[str] = field(default_factory=list)


def loaded(opened: Services, connections: Sequence[ConnectionRow], rounds: int, seed: int) -> Load:
    """In each round a job of each kind is asked for at each connection, and a worker is killed over them."""
    chance, asked = Random(seed), set[str]()  # noqa: S311 - a test's dice
    for one in connections:
        jobs.sync(opened, one)  # so that there is something to write back
    workers = [_started(opened) for _ in range(WORKERS)]
    assert all(begun.wait(120) for _, begun in workers), "a worker did not begin"
    try:
        for _ in range(rounds):
            asked |= _ask(opened, connections)
            _wait(opened, chance.randrange(1, len(connections) * len(KINDS)))
            _end(*workers.pop(chance.randrange(len(workers))))
            workers.append(_started(opened))
    finally:
        for one in workers:
            _end(*one)
    finish(opened)
    return Load(jobs=len(asked), kills=rounds, faults=_faults(opened, connections, asked))


def _started(opened: Services) -> tuple[Any, Any]:
    begun = FORKED.Event()
    process = FORKED.Process(target=toil, args=(opened.settings, begun))
    process.start()
    return process, begun


def _end(process: Any, _begun: Any) -> None:
    process.kill()
    process.join()


def _ask(opened: Services, connections: Sequence[ConnectionRow]) -> set[str]:
    """One job of each kind at each connection, beside those that wait already."""
    every = [Wanted(connection_id=one.id, kind=kind, who="Ada") for one in connections for kind in KINDS]
    return {opened.work.ask(one).id for one in every}


def _wait(opened: Services, left: int) -> None:
    """Until so many jobs are open."""
    end = time.monotonic() + PATIENCE
    while len(opened.work.open()) > left and time.monotonic() < end:
        time.sleep(0.05)


def _faults(opened: Services, connections: Sequence[ConnectionRow], asked: set[str]) -> list[str]:
    """Jobs that did not end well, and pulls without exactly one audit."""
    ended = [job for one in sorted(asked) if (job := opened.work.get(one))]
    faults = [f"{one.kind}: {one.state}, {one.told}" for one in ended if one.state != "done"]
    pulls = sum(one.kind == "sync" for one in ended) + len(connections)
    audits = sum(len(opened.evidence.behind(one.id, None, 10_000)) for one in connections)
    return faults if audits == pulls else [*faults, f"{audits} audits for {pulls} pulls"]
