"""A year played through the product, with what goes wrong in it, and what the product then knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.sandbox.salesforce.faults import Fault
from connectors.sandbox.year import DAYS, Year, year_of_leads
from tests.processes import FORKED
from webapp.demo.home import Home
from webapp.demo.year import LOOK, Replay, replaying
from webapp.services import Services, open_services
from webapp.settings import Settings
from webapp.store.rows import Crm
from webapp.store.work_jobs import JobRow

YEAR = 2025
MONDAYS = "0"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many leads each CRM gets, on which days a worker looks, and what goes wrong on which of them.

    On ``busy`` both CRMs take no call for a day; on ``killed`` a worker is killed in the middle of its pulls
    and another one takes over. Between two looks nobody is there: what fell due is asked for once.
    """

    leads: Mapping[Crm, int]
    looks: Sequence[date]
    busy: date | None = None
    killed: date | None = None
    seed: int = 0


@dataclass(slots=True, kw_only=True)
class Played:
    """A year that is over, with the installation still open. Seconds are those of the worker's looks."""

    plan: Plan
    replay: Replay
    seconds: list[float] = field(default_factory=list)
    waited: tuple[JobRow, ...] = ()

    @property
    def opened(self) -> Services:
        """The installation."""
        return self.replay.world.services

    def year(self, crm: Crm) -> Year:
        """The leads of a CRM, and the truth about them."""
        return self.replay.crms[crm].year

    def pulls(self, crm: Crm) -> tuple[JobRow, ...]:
        """The pulls of a CRM, the oldest first."""
        return self.opened.work.of(self.replay.connections[crm].id, "sync", DAYS + 10)[::-1]


@contextmanager
def played(plan: Plan, folder: Path, say: Say = lambda _: None) -> Iterator[Played]:
    """Play the year from its first day to the first look after its last."""
    home = Home(folder=folder)
    home.open_for("a year")
    years = {crm: year_of_leads(leads, plan.seed, YEAR) for crm, leads in plan.leads.items()}
    with replaying(years, home) as replay:
        # As orgs have it unless their admin chose otherwise: a consent that is not used does not end.
        replay.world.salesforce.state.grants.client.idle_lifetime = None
        replay.schedule(MONDAYS if _only_mondays(plan.looks) else "0123456")
        whole = Played(plan=plan, replay=replay)
        for day in plan.looks:
            began = time.perf_counter()
            _look(whole, day)
            whole.seconds.append(time.perf_counter() - began)
            say(f"{day}: {whole.seconds[-1]:.1f} s")
        yield whole


def every(days: int) -> tuple[date, ...]:
    """Looks so many days apart, from the second week to the first day after the year on which one falls."""
    first = date(YEAR, 1, 6)
    return tuple(first + timedelta(days=days * at) for at in range((DAYS - 6) // days + 2))


def _only_mondays(looks: Sequence[date]) -> bool:
    return all(day.weekday() == 0 for day in looks)


def _look(whole: Played, day: date) -> None:
    if day == whole.plan.busy:
        _busy(whole, day)
    elif day == whole.plan.killed:
        _killed(whole, day)
    else:
        whole.replay.look_on(day)


def _busy(whole: Played, day: date) -> None:
    """Both CRMs have spent what they allow a day; on the next day they answer again."""
    world = whole.replay.world
    world.salesforce.faults.plan(Fault(kind="total_limit", times=None))
    world.hubspot.control.daily_budget_spent = True
    whole.replay.look_on(day)
    whole.waited = whole.opened.work.open()
    world.salesforce.recover()
    world.hubspot.control.daily_budget_spent = False
    whole.replay.set_clocks(datetime.combine(day + timedelta(days=1), LOOK, UTC) + timedelta(hours=1))
    whole.replay.work()


def _killed(whole: Played, day: date) -> None:
    """A worker in a process of its own begins the pulls and is killed; then ours looks."""
    moment = datetime.combine(day, LOOK, UTC)
    whole.replay.go_to(moment)
    begun = FORKED.Event()
    process = FORKED.Process(target=toil, args=(whole.replay.world.settings, moment, begun))
    process.start()
    assert begun.wait(120), "the worker did not begin a pull"
    process.kill()
    process.join()
    whole.waited += whole.opened.work.open()
    whole.replay.work()


def toil(settings: Settings, moment: datetime, begun: Any) -> None:
    """A worker in a process of its own, at a moment; it says when the pulls of every connection run."""
    from webapp.work.worker import working

    opened = open_services(settings, lambda: moment)
    with working(opened, every=0.05) as worker:
        while True:
            worker.round()
            # Not how far they are: a pull may be through before anybody looks again.
            if any(job.state == "running" and job.kind == "sync" for job in opened.work.open()):
                begun.set()
            time.sleep(0.02)
