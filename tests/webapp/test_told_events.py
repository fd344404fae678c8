"""Events of a CRM in the store: each once, whatever the order, until it is acted on and a while longer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import permutations

import pytest
from sqlalchemy import delete, select

from connectors.account import Pulled
from connectors.hubspot.events import Event
from connectors.pseudonym import LeadKey
from connectors.source import Flag
from tests.webapp.support import START, Clock
from webapp.store import tables
from webapp.store.organisation_key_tables import OrganisationKey
from webapp.store.repository import Repository
from webapp.store.rows import NewAudit
from webapp.store.told_events import REMEMBERED, Outdated, Taken, ToldEvents

LEAD, OTHER = LeadKey(bytes(16)), LeadKey(bytes(range(16)))


@pytest.fixture
def connection_id(database) -> str:
    return Repository(database=database).add_connection("hubspot", "1", "https://x.example").id


def event(kind: str, minute: int = 0, lead: LeadKey = LEAD) -> Event:
    digest = sha256(f"{kind}/{minute}/{lead.hex}".encode()).hexdigest()
    return Event(organisation="1", kind=kind, lead=lead, at=START + timedelta(minutes=minute), digest=digest)  # type: ignore[arg-type]


def test_an_event_is_kept_once_and_waits_until_it_is_acted_on(database, connection_id):
    told = ToldEvents(database=database)
    assert told.keep(connection_id, [event("deleted"), event("restored", 1)]) == 2
    assert told.keep(connection_id, [event("deleted"), event("erased", 2)]) == 1
    rows = told.pending(connection_id)
    assert [row.kind for row in rows] == ["deleted", "restored", "erased"]
    assert told.waiting() == (connection_id,)
    told.settle(rows)
    assert (told.pending(connection_id), told.waiting()) == ((), ())
    assert told.keep(connection_id, [event("deleted")]) == 0


def test_many_processes_keep_the_same_batch_once(database, connection_id):
    told, batch = ToldEvents(database=database), [event("deleted", minute) for minute in range(60)]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: told.keep(connection_id, batch), range(4))) == 60
    assert len(told.pending(connection_id)) == 60


def generation(connection_id: str, number: int, state: str) -> OrganisationKey:
    made = {"origin": "random", "plain": False, "made_at": START, "made_by": "Ada"}
    return OrganisationKey(connection_id=connection_id, generation=number, state=state, **made)


def test_what_is_told_while_a_rotation_ends_is_not_kept_under_the_key_of_before(database, connection_id):
    """Whoever waited for the row in force finds it out of force, and must see the one that came after."""
    told = ToldEvents(database=database)
    with database.writing() as session:
        session.add_all([generation(connection_id, 1, "active"), generation(connection_id, 2, "pending")])
    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            before, after = session.scalars(select(OrganisationKey).with_for_update())
            before.state, after.state = "former", "active"
            session.flush()
            later = pool.submit(told.keep, connection_id, [replace(event("erased"), generation=1)])
            wait([later], timeout=0.3)
        with pytest.raises(Outdated):
            later.result()
    assert told.pending(connection_id) == ()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_became_of_a_lead_does_not_depend_on_the_order(database, connection_id, order):
    told = ToldEvents(database=database)
    deeds = [event("deleted", 1), event("restored", 2), event("merged", 3)]
    for place in order:
        told.keep(connection_id, [deeds[place]])
    told.keep(connection_id, [event("erased", 0, OTHER), event("restored", 9, OTHER)])
    assert told.fates(connection_id, {LEAD, OTHER}) == {LEAD: "merged", OTHER: "erased"}


def test_a_restoration_and_a_deletion_of_one_moment_count_as_gone(database, connection_id):
    told = ToldEvents(database=database)
    told.keep(connection_id, [event("restored"), event("deleted")])
    assert told.fates(connection_id, [LEAD]) == {LEAD: "deleted"}


def test_old_events_go_unless_they_still_wait(database, connection_id):
    clock = Clock()
    told = ToldEvents(database=database, clock=clock)
    told.keep(connection_id, [event("deleted"), event("deleted", 1)])
    told.settle(told.pending(connection_id)[:1])
    clock.forward(seconds=REMEMBERED.total_seconds() + 1)
    assert told.keep(connection_id, [event("restored", 2)]) == 1
    assert [row.kind for row in told.pending(connection_id)] == ["deleted", "restored"]
    assert told.keep(connection_id, [event("deleted")]) == 1
    told.forget(connection_id)
    assert told.pending(connection_id) == ()


def test_since_when_something_came_is_known(database, connection_id):
    clock = Clock()
    told = ToldEvents(database=database, clock=clock)
    told.keep(connection_id, [event("restored")])
    assert told.any_since(connection_id, ["restored"], clock.now)
    assert not told.any_since(connection_id, ["merged"], clock.now)
    clock.forward(seconds=1)
    assert not told.any_since(connection_id, ["restored"], clock.now)


def test_who_waits_for_others_that_write_is_told_after_its_time(database, connection_id):
    """On PostgreSQL it is the row of the lead's flag that others hold, on SQLite the whole database."""
    repository, told = Repository(database=database), ToldEvents(database=database)
    pulled = Pulled(read=1, kept=1, rejected={}, excluded={}, unmapped={})
    audit = NewAudit(
        id="a", report="{}", policy_version=1, stream_version=1, severities={}, worst=None, pulled=pulled
    )
    flag = Flag(status="ok", reason="", audit_id="a", checked_at=START)
    repository.add_audit(connection_id, audit, {LEAD: flag})
    with database.writing() as session:
        session.execute(delete(tables.LeadFlag))
        with pytest.raises(Taken):
            told.keep(connection_id, [event("erased")], 0.05)
        session.rollback()
    assert told.keep(connection_id, [event("erased")], 0.05) == 1
    assert repository.flags(connection_id) == {}
