"""A clock that was far ahead and was set right: nothing waits for the time that it showed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.webapp.bench import work_off
from webapp.services import Services
from webapp.store.database import Database
from webapp.store.work_jobs import JobRow, Wanted
from webapp.viewmodels.jobs import line
from webapp.work.attempt import Bench
from webapp.work.worker import Worker


@pytest.fixture
def opened(support: ModuleType, database: Database, tmp_path: Path) -> Services:
    settings = support.settings_for(tmp_path / "data")
    made = Services(settings=settings, database=database, clock=support.Clock())
    made.repository.add_connection("hubspot", "4711", "https://example.com")
    return made


def connection_of(opened: Services) -> str:
    return opened.repository.connections()[0].id


def pull(opened: Services) -> JobRow:
    return opened.work.ask(Wanted(connection_id=connection_of(opened), kind="sync", who="Ada"))


def handed(opened: Services) -> list[tuple[str, int]]:
    """What a worker hands to the queue at one look, where the queue is empty."""
    found = list[tuple[str, int]]()
    running = SimpleNamespace(put=lambda *job: found.append(job), waits=lambda *_: False)
    Worker(bench=Bench(opened=opened, worker="worker-1"), running=running).round()  # type: ignore[arg-type]
    return found


def test_a_job_that_was_put_off_begins_when_the_clock_is_right(opened: Services):
    asked, clock = pull(opened), opened.clock
    clock.forward(days=366)  # type: ignore[attr-defined]
    begun = opened.work.begin(asked.id, asked.attempt, "worker-9")
    assert begun is not None
    opened.work.again(begun, clock() + timedelta(minutes=10), "It was busy.", tried=True)
    clock.forward(minutes=5)  # type: ignore[attr-defined]
    assert handed(opened) == [], "it waits as long as it was told to"
    clock.forward(days=-366)  # type: ignore[attr-defined]
    waiting = opened.work.get(asked.id)
    assert waiting is not None
    assert line(waiting, "HubSpot", clock()).when == "next"
    assert handed(opened) == [(asked.id, 2)]


def test_a_job_that_was_asked_for_begins_when_the_clock_is_right(opened: Services):
    opened.clock.forward(days=366)  # type: ignore[attr-defined]
    asked = pull(opened)
    opened.clock.forward(days=-366)  # type: ignore[attr-defined]
    assert handed(opened) == [(asked.id, 1)]


def test_a_job_that_was_handed_over_and_lost_is_handed_over_anew(opened: Services):
    opened.clock.forward(days=366)  # type: ignore[attr-defined]
    asked = pull(opened)
    opened.work.handed(asked)
    opened.clock.forward(days=-366)  # type: ignore[attr-defined]
    assert handed(opened) == []
    assert handed(opened) == [(asked.id, 2)]


def test_an_attempt_that_was_given_up_and_wakes_up_does_not_take_the_job_from_the_one_that_runs(opened):
    asked = pull(opened)
    opened.work.anew(asked)
    bench = Bench(opened=opened, worker="worker-1")
    assert opened.work.begin(asked.id, 2, "worker-1")
    bench.held.add((asked.id, 2))
    bench.attempt(asked.id, 1)
    running = SimpleNamespace(put=lambda *_: None, waits=lambda *_: False)
    Worker(bench=bench, running=running).round()  # type: ignore[arg-type]
    now = opened.work.get(asked.id)
    assert now is not None
    assert (now.state, now.attempt) == ("running", 2)


def test_the_end_of_a_job_that_lies_ahead_lets_nobody_look_for_alerts_all_the_time(opened: Services):
    due, every = opened.alerting.alerts.due, timedelta(minutes=1)
    opened.clock.forward(days=366)  # type: ignore[attr-defined]
    pull(opened)
    (job,) = work_off(opened)
    assert job.ended_at == opened.clock()
    opened.clock.forward(days=-366)  # type: ignore[attr-defined]
    assert due(connection_of(opened), every)
    assert not due(connection_of(opened), every)
