"""A simulated year through the real product: a clock that is moved, a schedule, and the worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic

from connectors.sandbox.fill_hubspot import HUBSPOT
from connectors.sandbox.fill_salesforce import SALESFORCE
from connectors.sandbox.year import DAYS, Year
from connectors.sandbox.year_days import StandIn, YearInCrm, set_clock, year_contents
from webapp.demo.contents import Contents
from webapp.demo.home import ADMIN, Home
from webapp.demo.journey import connect
from webapp.demo.world import World, running
from webapp.store.rows import CRMS, ConnectionRow, Crm
from webapp.store.schedules import Rhythm
from webapp.store.work_jobs import JobKind
from webapp.work.schedules import EVERY_DAY, USUAL
from webapp.work.worker import working

EVENING_BEFORE = time(18)
HALF_PAST_TWO = 2 * 60 + 30
LOOK = time(2, 31)
"""When the worker looks, a minute after the pulls fall due."""
AFTERWARDS = timedelta(minutes=2)
# Nobody but the pulls calls these portals, and a year passes in minutes.
NO_LIMIT = 1_000_000_000


@dataclass(slots=True)
class YearClock:
    """The product's clock in a simulated year: it stands until it is moved, or let go."""

    now: datetime
    _let_go: float | None = None

    def __call__(self) -> datetime:
        """The moment, in UTC."""
        passed = 0.0 if self._let_go is None else monotonic() - self._let_go
        return self.now + timedelta(seconds=passed)

    def let_go(self) -> None:
        """From now on it runs as any clock does."""
        self._let_go = monotonic()


def contents_of(year: Year) -> Contents:
    """Both CRMs on the evening before the year begins."""
    return Contents(
        salesforce=year_contents(SALESFORCE, year),
        hubspot=year_contents(HUBSPOT, year),
        digest=f"year {year.table.num_rows} {year.seed} {year.first}",
        note=f"{year.table.num_rows:,} generated leads of the year {year.first.year} (seed {year.seed})",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A running installation in whose CRMs the year passes; ``connections`` are those of the same CRMs."""

    world: World
    clock: YearClock
    crms: Mapping[Crm, YearInCrm]
    connections: Mapping[Crm, ConnectionRow]

    def schedule(self, days: str) -> None:
        """Pull on these weekdays (digits, 0 for Monday) at half past two; "" for never."""
        rhythm = Rhythm(on=bool(days), days=days or EVERY_DAY, minute=HALF_PAST_TWO, zone="UTC")
        wanted: dict[JobKind, Rhythm] = {**USUAL, "sync": rhythm}
        for connection in self.connections.values():
            self.world.services.schedules.save(connection.id, wanted, ADMIN)

    def go_to(self, moment: datetime) -> None:
        """Let the days pass in the CRMs until then, with nobody looking at them."""
        for crm in self.crms.values():
            crm.pass_days(moment.date())
        self.set_clocks(moment)

    def set_clocks(self, moment: datetime) -> None:
        """Let it be ``moment`` everywhere."""
        for crm in self.crms.values():
            set_clock(crm.standin, moment)
        self.clock.now = moment

    def work(self) -> None:
        """Let a worker do what is due now, and two minutes later look at what came of it."""
        with working(self.world.services, every=0.05) as worker:
            worker.finish()
            self.set_clocks(self.clock.now + AFTERWARDS)
            worker.finish()

    def look_on(self, day: date) -> None:
        """The worker looks on a day, just after the pulls fall due."""
        self.go_to(datetime.combine(day, LOOK, UTC))
        self.work()


@contextmanager
def replaying(years: Mapping[Crm, Year], home: Home, port: int = 0) -> Iterator[Replay]:
    """Both CRMs, connected with their rules on the evening before the year; those of ``years`` fill up.

    Raises
    ------
    BadInput
        The port is taken.
    """
    year = next(iter(years.values()))
    clock = YearClock(datetime.combine(year.first - timedelta(days=1), EVENING_BEFORE, UTC))
    contents = contents_of(year)
    with running(contents, home, port, year.seed, clock) as world:
        world.hubspot.control.burst_maximum = world.hubspot.control.search_maximum = NO_LIMIT
        standins: dict[Crm, StandIn] = {"salesforce": world.salesforce, "hubspot": world.hubspot}
        for standin in standins.values():
            set_clock(standin, clock())
        rows = {row.crm: row for row in connect(world, contents)}
        filled: list[Crm] = [crm for crm in CRMS if crm in years]
        yield Replay(
            world=world,
            clock=clock,
            crms={crm: YearInCrm(year=years[crm], standin=standins[crm]) for crm in filled},
            connections={crm: rows[crm] for crm in filled},
        )


def fortnights(year: Year) -> tuple[date, ...]:
    """Every other Monday of a year, from its second week to the first one after its end."""
    monday = year.first + timedelta(days=7 + -year.first.weekday() % 7)
    return tuple(monday + timedelta(days=14 * at) for at in range((DAYS - 8) // 14 + 2))
