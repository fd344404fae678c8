"""Whose entries are where, and the secrets that open them: the one part of a log that is ever changed.

It is a SQLite file of its own, beside the segments, whichever database the installation uses. What is
deleted in it is overwritten (``secure_delete``), and its journal is emptied after an erasure.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.schema import BadInput
from connectors.decisions.chain import append_lines, lines_in

T = TypeVar("T")
NAME, SECRET, NONCE, PORTION = "index.db", 32, 12, 10_000
_TABLES = """
CREATE TABLE IF NOT EXISTS lead (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL, mark BLOB NOT NULL,
    absent INTEGER);
CREATE TABLE IF NOT EXISTS entry (number INTEGER PRIMARY KEY, lead INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS entry_of ON entry (lead);
CREATE TABLE IF NOT EXISTS covered (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS generation (number INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS pending (number INTEGER PRIMARY KEY, line BLOB NOT NULL);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A lead of the index."""

    id: int
    key: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    mark: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Index:
    """The index of one log. Only who holds the log's lock may change it."""

    database: sqlite3.Connection

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All that is done in it counts together, or not at all."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.database.rollback()
            raise
        self.database.commit()

    def known(self, keys: Sequence[bytes]) -> dict[bytes, Known]:
        """The leads of some keys."""
        found: dict[bytes, Known] = {}
        if self.next_lead() == 1:
            return found  # a first pull: nobody is known yet
        for some in _portions(keys):
            query = f"SELECT key, id, sealed, mark FROM lead WHERE key IN ({_marks(some)})"  # noqa: S608 - question marks
            for key, number, sealed, mark in self.database.execute(query, some):
                found[key] = Known(id=number, key=key, sealed=sealed, mark=mark)
        return found

    def leads(self) -> Iterator[tuple[int, bytes]]:
        """Every lead: its number and its key."""
        return iter(self.database.execute("SELECT id, key FROM lead"))

    def entries_of(self, lead: int) -> list[int]:
        """The numbers of a lead's entries, oldest first."""
        query = "SELECT number FROM entry WHERE lead = ? ORDER BY number"
        return [number for (number,) in self.database.execute(query, (lead,))]

    def between(self, first: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
        """The entries from ``first`` to before ``end`` that can be read: number, key and sealed secret."""
        query = (
            "SELECT entry.number, lead.key, lead.sealed FROM entry JOIN lead ON lead.id = entry.lead "
            "WHERE entry.number >= ? AND entry.number < ? ORDER BY entry.number"
        )
        return iter(self.database.execute(query, (first, end)))

    def newest(self, first: int, end: int, limit: int) -> list[tuple[int, bytes, bytes]]:
        """As `between`, the last ones first and so many at most."""
        query = (
            "SELECT entry.number, lead.key, lead.sealed FROM entry JOIN lead ON lead.id = entry.lead "
            "WHERE entry.number >= ? AND entry.number < ? ORDER BY entry.number DESC LIMIT ?"
        )
        return list(self.database.execute(query, (first, end, limit)))

    def count(self, first: int, end: int) -> int:
        """How many entries from ``first`` to before ``end`` can be read."""
        query = "SELECT COUNT(*) FROM entry WHERE number >= ? AND number < ?"
        return int(self.database.execute(query, (first, end)).fetchone()[0])

    def last(self) -> int:
        """The number of the last entry that can be read; -1 where there is none."""
        return int(self.database.execute("SELECT COALESCE(MAX(number), -1) FROM entry").fetchone()[0])

    def next_lead(self) -> int:
        """A number that no lead has."""
        return 1 + int(self.database.execute("SELECT COALESCE(MAX(id), 0) FROM lead").fetchone()[0])

    def add_leads(self, rows: Iterable[tuple[int, bytes, bytes, bytes]]) -> None:
        """Add leads: number, key, sealed secret, mark."""
        self.database.executemany("INSERT INTO lead (id, key, sealed, mark) VALUES (?, ?, ?, ?)", rows)

    def add_entries(self, rows: Iterable[tuple[int, int]]) -> None:
        """Add entries: number, and the number of the lead."""
        self.database.executemany("INSERT INTO entry (number, lead) VALUES (?, ?)", rows)

    def mark(self, rows: Iterable[tuple[bytes, int]]) -> None:
        """Change the marks of leads: mark, and the number of the lead."""
        self.database.executemany("UPDATE lead SET mark = ? WHERE id = ?", rows)

    def forget(self, leads: Sequence[int]) -> list[int]:
        """Destroy the secrets of leads; the numbers of the entries that nobody can read any more."""
        gone: list[int] = []
        for some in _portions(leads):
            inside = f"IN ({_marks(some)})"
            query = f"SELECT number FROM entry WHERE lead {inside}"  # noqa: S608 - question marks
            gone += [number for (number,) in self.database.execute(query, some)]
            self.database.execute(f"DELETE FROM entry WHERE lead {inside}", some)  # noqa: S608 - question marks
            self.database.execute(f"DELETE FROM lead WHERE id {inside}", some)  # noqa: S608 - question marks
        return gone

    def drop_before(self, number: int) -> int:
        """Let the entries before a number go; how many of them could be read. Leads stay known."""
        gone = self.count(0, number)
        self.database.execute("DELETE FROM entry WHERE number < ?", (number,))
        return gone

    def clear(self) -> None:
        """Let everything go but lines that wait."""
        for table in ("entry", "lead", "covered"):
            self.database.execute(f"DELETE FROM {table}")  # noqa: S608 - the three names above

    def rekey(self, mapping: Callable[[bytes, bytes], tuple[bytes, bytes]]) -> int:
        """Give every lead another key and another sealed secret, both out of the ones before; how many."""
        made, last = 0, self.next_lead()
        for first in range(0, last, PORTION):
            query = "SELECT id, key, sealed FROM lead WHERE id >= ? AND id < ?"
            old = self.database.execute(query, (first, first + PORTION)).fetchall()
            new = [(*mapping(key, sealed), number) for number, key, sealed in old]
            # A new key may be the old one of another lead: the new ones are longer until all are there.
            change = "UPDATE lead SET key = CAST(x'00' || ? AS BLOB), sealed = ? WHERE id = ?"
            self.database.executemany(change, new)
            made += len(new)
        self.database.execute("UPDATE lead SET key = SUBSTR(key, 2)")
        return made

    def generation(self) -> int:
        """The generation of the keys that the leads are known by; 0 where that was never said."""
        return int(self.database.execute("SELECT COALESCE(MAX(number), 0) FROM generation").fetchone()[0])

    def set_generation(self, number: int) -> None:
        """Say which generation the keys of the leads are of."""
        self.database.execute("DELETE FROM generation")
        self.database.execute("INSERT INTO generation VALUES (?)", (number,))

    def covered(self) -> frozenset[str]:
        """The files of the lake whose scores are all logged."""
        return frozenset(name for (name,) in self.database.execute("SELECT name FROM covered"))

    def cover(self, come: Iterable[str], gone: Iterable[str]) -> None:
        """Remember files of the lake, and forget others."""
        self.database.executemany("INSERT OR IGNORE INTO covered VALUES (?)", [(name,) for name in come])
        self.database.executemany("DELETE FROM covered WHERE name = ?", [(name,) for name in gone])

    def set_absent(self, rows: Iterable[tuple[int | None, int]]) -> None:
        """Since when (seconds since 1970) leads are no longer in the lake; None where they are."""
        self.database.executemany("UPDATE lead SET absent = ? WHERE id = ?", rows)

    def absent(self) -> dict[int, int]:
        """The leads that are no longer in the lake, and since when."""
        return dict(self.database.execute("SELECT id, absent FROM lead WHERE absent IS NOT NULL"))

    def put_off(self, number: int, line: bytes) -> None:
        """Keep a line that belongs to what is being written, until it is in the chain."""
        self.database.execute("INSERT INTO pending VALUES (?, ?)", (number, line))

    def pending(self) -> list[tuple[int, bytes]]:
        """The lines that may not be in the chain yet."""
        return list(self.database.execute("SELECT number, line FROM pending ORDER BY number"))

    def settled(self) -> None:
        """Every line is in the chain."""
        if self.pending():
            self.database.execute("DELETE FROM pending")

    def overwrite(self) -> None:
        """Empty the journal, so that nothing of what was deleted is left in it."""
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


@contextmanager
def open_index(folder: Path) -> Iterator[Index]:
    """The index of the log in a folder, made where there is none."""
    path = folder / NAME
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # its journal takes the same permissions
    database = sqlite3.connect(path, isolation_level=None, timeout=60, check_same_thread=False)
    try:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            "cache_size = -65536",
        ):
            database.execute(f"PRAGMA {pragma}").fetchall()
        database.executescript(_TABLES)
        yield Index(database)
    finally:
        database.close()


@contextmanager
def look_index(folder: Path) -> Iterator[Index]:
    """The index of a log as it is, to be read beside whoever writes it.

    Raises
    ------
    BadInput
        It is not there, or cannot be read.
    """
    where = f"file:{quote(str((folder / NAME).resolve()))}?mode=ro"
    try:
        with closing(sqlite3.connect(where, uri=True, isolation_level=None)) as database:
            yield Index(database)
    except sqlite3.DatabaseError:
        msg = "the index of the decision log cannot be read: run fairlead log verify"
        raise BadInput(msg) from None


def bring_through(folder: Path, index: Index) -> bool:
    """Bring the lines that are committed into the chain; False where lines before them are missing."""
    there = len(lines_in(folder))
    lines = [(number, line) for number, line in index.pending() if number >= there]
    if lines and lines[0][0] > there:
        return False
    if lines:
        append_lines(folder, [line for _, line in lines])
    index.settled()
    return True


def seal(sealing: AESGCM, key: bytes, secret: bytes) -> bytes:
    """A lead's secret, sealed so that it opens for this lead only."""
    nonce = os.urandom(NONCE)
    return nonce + sealing.encrypt(nonce, secret, key)


def seal_all(sealing: AESGCM, keys: Sequence[bytes], secrets: Sequence[bytes]) -> list[bytes]:
    """As `seal`, of many leads."""
    pool, made = os.urandom(NONCE * len(keys)), list[bytes]()
    for at, (key, secret) in enumerate(zip(keys, secrets, strict=True)):
        nonce = pool[NONCE * at : NONCE * at + NONCE]
        made.append(nonce + sealing.encrypt(nonce, secret, key))
    return made


def unseal(sealing: AESGCM, key: bytes, sealed: bytes) -> bytes | None:
    """A lead's secret; None where it was changed, or is another lead's."""
    try:
        return sealing.decrypt(sealed[:NONCE], sealed[NONCE:], key)
    except (InvalidTag, ValueError):
        return None


def _portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[start : start + PORTION] for start in range(0, len(values), PORTION))


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
