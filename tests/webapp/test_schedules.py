"""When jobs are asked for by themselves: time zones, daylight saving, times nobody looked, the form."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.webapp import site as sites
from tests.webapp.bench import work_off
from webapp.services import Services
from webapp.store.database import Database
from webapp.store.schedules import Rhythm
from webapp.store.work_jobs import Wanted
from webapp.work import due
from webapp.work.schedules import USUAL, coming, missed, moment_of

NIGHT = Rhythm(on=True, days="0123456", minute=150, zone="Europe/Berlin")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata")


def test_a_time_that_clocks_skip_is_due_as_long_after_the_skip():
    assert moment_of(date(2026, 3, 29), NIGHT) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )  # 03:30 summer time


def test_a_time_that_comes_twice_is_due_at_the_first():
    assert moment_of(date(2026, 10, 25), NIGHT) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(
    st.integers(0, 7000),
    st.integers(0, 1439),
    st.sampled_from(ZONES),
)
def test_every_moment_is_met_once_however_often_anybody_looks(day: int, minute: int, zone: str):
    start = datetime(2011, 1, 1, tzinfo=UTC) + timedelta(days=day, minutes=minute // 2)
    rhythm = Rhythm(on=True, days="0123456", minute=minute, zone=zone)
    looks = [start + timedelta(hours=5 * number) for number in range(21)]
    met = [one for before, now in pairwise(looks) if (one := missed(rhythm, before, now)) is not None]
    days = {moment_of(start.date() + timedelta(days=far), rhythm) for far in range(-2, 8)}
    assert met == sorted(one for one in days if looks[0] < one <= looks[-1])


def test_what_was_missed_is_due_once_and_the_last_time_counts():
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert missed(NIGHT, start, start + timedelta(hours=1)) is None
    assert missed(NIGHT, start, start + timedelta(days=7)) == datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
    assert missed(replace(NIGHT, days="6"), start, start + timedelta(days=365)) is not None
    assert missed(replace(NIGHT, days=""), start, start + timedelta(days=365)) is None


def test_the_next_time_is_told_and_none_where_it_is_off():
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert coming(NIGHT, now) == datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
    assert coming(replace(NIGHT, days="4"), now) == datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
    assert coming(replace(NIGHT, on=False), now) is None


@pytest.fixture
def opened(support: ModuleType, database: Database, tmp_path: Path) -> Services:
    made = Services(
        settings=support.settings_for(tmp_path / "data"), database=database, clock=support.Clock()
    )
    row = made.repository.add_connection("hubspot", "4711", "https://example.com")
    made.repository.save_policy(row.id, "text", "Ada")
    made.repository.save_stream(row.id, "text", "Ada")
    return made


def kinds(opened: Services) -> list[str]:
    return sorted(job.kind for job in opened.work.open())


@pytest.mark.parametrize("days", [7, 31])
def test_a_week_or_a_month_down_asks_for_each_job_once(opened: Services, days: int):
    due.ask(opened)
    assert kinds(opened) == []
    opened.clock.forward(days=days)  # type: ignore[attr-defined]
    due.ask(opened)
    due.ask(opened)
    assert kinds(opened) == ["log", "outcomes", "retention", "sync"]
    assert {job.who for job in opened.work.open()} == {"schedule"}


def test_several_workers_ask_once(opened: Services):
    due.ask(opened)
    opened.clock.forward(days=1)  # type: ignore[attr-defined]
    gate = threading.Barrier(6)

    def look(_: int) -> None:
        gate.wait()
        due.ask(opened)

    with ThreadPoolExecutor(6) as crowd:
        list(crowd.map(look, range(6)))
    actions = [event.action for event in opened.accounts.events()]
    assert actions.count("job asked for") == 2  # the pull and the retention


def asked_for(opened: Services) -> list[str]:
    """Ask, end what was asked for, and say what it was."""
    due.ask(opened)
    return sorted(job.kind for job in work_off(opened))


def test_a_clock_that_was_a_year_ahead_puts_nothing_off_for_a_year(opened: Services):
    clock = opened.clock
    assert asked_for(opened) == []
    clock.forward(days=366)  # type: ignore[attr-defined]
    assert asked_for(opened) == ["log", "outcomes", "retention", "sync"]
    assert opened.alerting.alerts.due(connection_of(opened), timedelta(minutes=1))
    clock.forward(days=-366)  # type: ignore[attr-defined]
    assert asked_for(opened) == []
    assert opened.alerting.alerts.due(connection_of(opened), timedelta(minutes=1))
    clock.forward(days=1)  # type: ignore[attr-defined]
    assert asked_for(opened) == ["retention", "sync"]


def test_a_clock_that_is_set_back_a_little_or_differs_asks_for_nothing_twice(opened: Services):
    assert asked_for(opened) == []
    opened.clock.now = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)  # type: ignore[attr-defined]
    assert asked_for(opened) == ["sync"]
    opened.clock.forward(minutes=-20)  # type: ignore[attr-defined]
    assert asked_for(opened) == []
    opened.clock.forward(minutes=20)  # type: ignore[attr-defined]
    assert asked_for(opened) == []


def connection_of(opened: Services) -> str:
    return opened.repository.connections()[0].id


def test_a_schedule_that_changes_while_its_job_runs_counts_from_then_on(opened: Services):
    due.ask(opened)
    opened.clock.now = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)  # type: ignore[attr-defined]
    stale = opened.schedules.of(connection_of(opened))["sync"]
    due.ask(opened)
    (job,) = opened.work.open()
    assert opened.work.begin(job.id, 1, "worker")
    later = Rhythm(on=True, days="0123456", minute=180, zone="UTC")
    opened.clock.forward(minutes=5)  # type: ignore[attr-defined]
    opened.schedules.save(connection_of(opened), {"sync": later}, "Ada")
    wanted = Wanted(connection_id=connection_of(opened), kind="sync", who="schedule")
    assert not opened.schedules.fire(stale, opened.clock(), wanted), "who read the old one asks for nothing"
    opened.clock.forward(minutes=25)  # type: ignore[attr-defined]
    due.ask(opened)
    assert [one.id for one in opened.work.open()] == [job.id], "what runs is not asked for beside itself"


def test_a_connection_without_rules_or_without_access_is_left_alone(opened: Services):
    row = opened.repository.add_connection("salesforce", "00D000000000001EAA", "https://example.com")
    gone = opened.repository.add_connection("hubspot", "4712", "https://example.com")
    due.ask(opened)
    opened.repository.move_state(gone.id, "disconnected", "", set())
    opened.clock.forward(days=1)  # type: ignore[attr-defined]
    due.ask(opened)
    assert sorted(job.kind for job in opened.work.open() if job.connection_id == row.id) == ["retention"]
    assert not [job for job in opened.work.open() if job.connection_id == gone.id]


def form(**changes: str) -> dict[str, str]:
    fields = {"zone": "Europe/Berlin", "on-sync": "yes", "days-sync": "0"}
    times = {f"time-{kind}": "03:15" for kind in USUAL if kind != "publish"}
    return {**fields, **times, **changes}


def test_an_admin_saves_a_schedule_and_the_page_shows_it(site: sites.Site):
    row = site.connect()
    page = f"/connections/{row.id}/schedule"
    assert site.post(page, page, **form()).status_code == 303
    saved = site.services.schedules.of(row.id)
    assert saved["sync"].rhythm == Rhythm(on=True, days="0", minute=195, zone="Europe/Berlin")
    assert not saved["log"].rhythm.on
    text = site.client.get(page).text
    assert "(Europe/Berlin)." in text
    assert "It does not run by itself." in text
    assert site.services.accounts.events()[0].action == "schedule saved"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"zone": "Mars/Olympus"}, "There is no time zone"),
        ({"time-sync": "25:00"}, "Pull and audit: write the time"),
        ({"days-sync": "9"}, "choose at least one day"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_saved(site: sites.Site, changes: dict[str, str], words: str):
    row = site.connect()
    page = f"/connections/{row.id}/schedule"
    answer = site.post(page, page, **form(**changes))
    assert answer.status_code == 422
    assert words in answer.text
    assert 'name="time-retention" value="03:15"' in answer.text  # what else was typed is not lost
    assert "<option selected>Europe/Berlin" in answer.text or "zone" in changes
    assert site.services.schedules.of(row.id) == {}
