"""``kill -9`` at random moments of a worker, and whether every job came to its end, once."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from connectors.sandbox.fields import OrgContents
from tests.processes import FORKED
from tests.webapp.support import NAMES, contents
from webapp import jobs
from webapp.gap_watch.outcome_audits import outcome_audits
from webapp.services import Services, open_services
from webapp.settings import Settings
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import JobKind, Wanted

KINDS: tuple[JobKind, ...] = ("sync", "key", "log", "retention", "publish", "outcomes")


def dated(crm: str) -> OrgContents:
    """The leads of `support.contents`, half of them of a quarter whose outcomes are known by now."""
    found, now = contents(crm), datetime.now(UTC)
    created, ages = NAMES[crm]["created"], (timedelta(days=200), timedelta(days=1))
    records = (
        {**record, created: (now - ages[number // 2 % 2]).isoformat()}
        for number, record in enumerate(found.records)
    )
    return replace(found, records=tuple(records))


def toil(settings: Settings, begun: Any) -> None:
    """A worker in a process of its own, until it is killed."""
    from webapp.work.worker import working

    opened = open_services(settings)
    with working(opened, every=0.1) as worker:
        begun.set()
        while True:
            worker.round()
            time.sleep(0.05)


def finish(opened: Services) -> None:
    """Let a worker do what is left."""
    from webapp.work.worker import working

    with working(opened, every=0.05) as worker:
        worker.finish()


@dataclass(slots=True, kw_only=True)
class JobToll:
    """How many workers were killed over how many jobs, what each was at, and what was wrong afterwards."""

    kills: int = 0
    jobs: int = 0
    moments: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, more: JobToll) -> None:
        """Count another run in."""
        self.kills, self.jobs = self.kills + more.kills, self.jobs + more.jobs
        self.moments += more.moments
        self.faults += more.faults


def killed_worker(opened: Services, connection: ConnectionRow, kills: int, seed: int) -> JobToll:
    """Ask for one job of each kind, kill workers over them, let the last one end; what came of it."""
    chance, work = Random(seed), opened.work  # noqa: S311 - a test's dice
    jobs.sync(opened, connection)  # so that there is a key to rotate
    audits, generation = _audits(opened, connection), opened.keys.generation(connection.id)
    toll = JobToll(kills=kills, jobs=len(KINDS))
    asked = [work.ask(Wanted(connection_id=connection.id, kind=kind, who="Ada")) for kind in KINDS]
    for _ in range(kills):
        begun = FORKED.Event()
        process = FORKED.Process(target=toil, args=(opened.settings, begun))
        process.start()
        assert begun.wait(120), "the worker did not begin"
        time.sleep(chance.uniform(0, 1.2))
        process.kill()
        process.join()
        toll.moments[_moment(opened)] += 1
    finish(opened)
    toll.faults += [
        f"{one.kind}: {row.state}, {row.told}"
        for one in asked
        if (row := work.get(one.id)) and row.state != "done"
    ]
    if (found := _audits(opened, connection) - audits) != 1:
        toll.faults.append(f"{found} audits for one pull")
    if (made := opened.keys.generation(connection.id) - generation) != 1:
        toll.faults.append(f"{made} generations for one rotation")
    toll.faults += _quarters(opened, connection)
    return toll


def _quarters(opened: Services, connection: ConnectionRow) -> list[str]:
    """What is wrong with the outcome audits: each quarter that is ripe is told and noted once."""
    events = opened.accounts.events(10_000)
    noted = Counter(one.detail for one in events if one.action == "outcomes audited")
    kept = {one.cohort for one in outcome_audits(opened, connection, special=True)}
    if not kept or noted != Counter(kept):
        return [f"quarters told {sorted(noted.elements())}, and kept {sorted(kept)}"]
    return []


def _moment(opened: Services) -> str:
    """What the worker that was killed was at."""
    jobs_left = opened.work.open()
    running = sorted(one.kind for one in jobs_left if one.state == "running")
    if running:
        return f"at {' and '.join(running)}"
    return "between jobs" if jobs_left else "after the last job"


def _audits(opened: Services, connection: ConnectionRow) -> int:
    return len(opened.evidence.behind(connection.id, None, 1000))
