"""Retention, certificates and notes in the store, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from tests.webapp.support import START, Clock
from webapp.store.privacy import Privacy, ProofRow
from webapp.store.repository import Repository


@pytest.fixture
def connection_id(database) -> str:
    return Repository(database=database).add_connection("hubspot", "1", "https://x.example").id


def proof(connection_id: str, number: int, name: str = "") -> ProofRow:
    return ProofRow(
        id=name or f"proof{number}",
        connection_id=connection_id,
        number=number,
        made_at=START,
        finished_at=None,
        body='{"leads": 1}',
        digest="0" * 64,
        signature="s",
        marks=bytes(range(8)),
    )


def test_a_rule_is_there_changed_and_gone(database, connection_id):
    store = Privacy(database=database, clock=Clock())
    assert store.retention(connection_id) is None
    for months in (24, 12):
        store.set_retention(connection_id, months, "Ada")
        rule = store.retention(connection_id)
        assert rule is not None
        assert (rule.months, rule.saved_by, rule.saved_at) == (months, "Ada", START)
    store.set_retention(connection_id, None, "Ada")
    assert store.retention(connection_id) is None


def test_certificates_come_back_in_order_as_they_were_kept(database, connection_id):
    store = Privacy(database=database, clock=Clock())
    kept = [proof(connection_id, number) for number in (2, 1)]
    for one in kept:
        store.add_proof(one)
    assert store.proofs(connection_id) == tuple(reversed(kept))
    with pytest.raises(IntegrityError):
        store.add_proof(proof(connection_id, 2, "another"))
    store.finish_proof("proof1")
    found = store.proof("proof1")
    assert found is not None
    assert found.finished_at == START
    assert store.proof("none") is None


def test_notes_tell_what_changed_and_leave_blanks_out(database):
    store = Privacy(database=database, clock=Clock())
    assert store.set_notes({"controller": "Acme", "dpo": ""}, "Ada") == ("controller",)
    assert store.set_notes({"controller": "Acme", "dpo": "Bo"}, "Ada") == ("dpo",)
    assert store.notes() == {"controller": "Acme", "dpo": "Bo"}
    assert store.set_notes({"controller": ""}, "Ada") == ("controller",)
    assert store.notes() == {"dpo": "Bo"}


def test_deletions_are_brought_into_the_file_itself(database):
    database.scrub()
    database.scrub()
