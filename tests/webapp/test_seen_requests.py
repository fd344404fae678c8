"""Replays of signed requests, on both databases and over several processes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from webapp.store.database import open_database
from webapp.store.seen_requests import SeenRequests


def count(database) -> int:
    with database.reading() as session:
        return int(session.scalar(text("SELECT count(*) FROM seen_request")) or 0)


def test_a_replay_is_tolerated_for_minutes_only(database, support):
    clock = support.Clock()
    seen = SeenRequests(database=database, clock=clock)
    assert seen.admit("signature.body")
    clock.forward(minutes=5)
    assert seen.admit("signature.body")
    clock.forward(seconds=1)
    assert not seen.admit("signature.body")
    assert not seen.admit("signature.another body")
    assert seen.admit("other signature.body")


def test_another_process_and_a_restart_know_it_too(database, database_url, support):
    clock = support.Clock()
    assert SeenRequests(database=database, clock=clock).admit("signature.body")
    clock.forward(minutes=6)
    other = open_database(database_url)
    assert not SeenRequests(database=other, clock=clock).admit("signature.body")
    other.dispose()


def test_it_forgets_after_a_day_and_holds_no_signature(database, support):
    clock = support.Clock()
    seen = SeenRequests(database=database, clock=clock)
    for number in range(5):
        assert seen.admit(f"canary{number}.body")
    with database.reading() as session:
        held = str(session.execute(text("SELECT * FROM seen_request")).all())
    assert "canary" not in held
    clock.forward(hours=26)
    assert seen.admit("new.body")
    assert count(database) == 1


def test_many_at_once_are_all_admitted_and_kept_once(database, support):
    seen, start = SeenRequests(database=database, clock=support.Clock()), threading.Barrier(8)

    def ask(_: int) -> bool:
        start.wait()
        return seen.admit("signature.body")

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(8)))
    assert count(database) == 1
