"""Every column of the database that holds pseudonyms, found by itself: what a rotation must move on.

A column named ``lead_key`` beside a column ``connection_id`` is one. A column of another name says so
where it is declared: ``info={"pseudonym": LEAD}``, or ``info={"pseudonym": "user"}`` for the pseudonym of
a field value, with its domain. What cannot be changed any more, such as a chained log, must not hold
pseudonyms of leads but something of its own (`Keyring.key_for`), and an index beside it that can.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from connectors.pseudonym import Rekeying
from webapp.store.every_table import METADATA

LEAD = "lead"
PORTION = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonymised:
    """One column; ``kind`` is `LEAD`, or the domain of a field."""

    table: Table
    column: Column[Any]
    kind: str


def columns() -> Iterator[Pseudonymised]:
    """All of them."""
    for table in METADATA.sorted_tables:
        for column in table.columns:
            kind = column.info.get("pseudonym", LEAD if column.name == "lead_key" else "")
            if kind and "connection_id" in table.columns:
                yield Pseudonymised(table=table, column=column, kind=kind)


def move_on(session: Session, connection_id: str, step: Rekeying) -> None:
    """Move every pseudonym of one connection on, within a transaction."""
    for one in columns():
        _move(session, connection_id, one, step)


def remove(session: Session, connection_id: str) -> None:
    """Remove every row about a lead of one connection, within a transaction."""
    for one in columns():
        if one.kind == LEAD:
            session.execute(delete(one.table).where(one.table.c.connection_id == connection_id))


def _move(session: Session, connection_id: str, one: Pseudonymised, step: Rekeying) -> None:
    # All are read before the first is written: what was moved must not be met again.
    old = _digests(session, connection_id, one)
    here = one.table.c.connection_id == connection_id
    change = (
        update(one.table).where(here, one.column == bindparam("old")).values({one.column: bindparam("new")})
    )
    size = len(old) // 16
    for start in range(0, size, PORTION):
        texts = (old[at * 16 : at * 16 + 16].hex() for at in range(start, min(size, start + PORTION)))
        moves = [{"old": text, "new": _moved(step, one.kind, text)} for text in texts]
        session.connection().execute(change, moves)


def _moved(step: Rekeying, kind: str, text: str) -> str:
    return step.lead(text) if kind == LEAD else step.value(kind, text)


def _digests(session: Session, connection_id: str, one: Pseudonymised) -> bytes:
    """Every different pseudonym, 16 bytes each."""
    query = select(one.column).where(one.table.c.connection_id == connection_id, one.column.is_not(None))
    found = bytearray()
    for text in session.scalars(query.distinct().execution_options(yield_per=PORTION)):
        # An empty text is that of nobody.
        found += bytes.fromhex(text)
    return bytes(found)
