"""A long history of changes on the disk, from which the changes of some leads are asked."""

from __future__ import annotations

import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from connectors.portions import portions

# One change: when, what was there before, what is there since.
Told = tuple[str, str | None, str | None]
_SETTINGS = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -16000", "locking_mode = EXCLUSIVE")
# The order of the columns is the order on the disk, so that no index has to be sorted.
_TABLE = """CREATE TABLE change (
    lead_key BLOB, at TEXT, row INTEGER, old TEXT, new TEXT, PRIMARY KEY (lead_key, at, row)
) WITHOUT ROWID"""
_AT_ONCE = 500


@dataclass(slots=True)
class Changes:
    """Changes by lead. The file has no name: a process that is killed leaves nothing behind."""

    place: Path
    _rows: int = 0
    _store: sqlite3.Connection = field(init=False)

    def __enter__(self) -> Self:
        """Open the file."""
        self.place.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.place / f".changes-{secrets.token_hex(8)}"
        self._store = sqlite3.connect(path, isolation_level=None)
        for setting in _SETTINGS:
            self._store.execute(f"PRAGMA {setting}")
        self._store.execute(_TABLE)
        path.unlink()
        return self

    def __exit__(self, *_: object) -> None:
        """Let the file go."""
        self._store.close()

    def add(self, changes: Iterable[tuple[str, str, str | None, str | None]]) -> None:
        """Take some more: the lead's key (hexadecimal text), when, the old and the new value."""
        numbered = (
            (bytes.fromhex(key), at, row, old, new)
            for row, (key, at, old, new) in enumerate(changes, self._rows)
        )
        self._store.execute("BEGIN")
        self._rows += self._store.executemany("INSERT INTO change VALUES (?, ?, ?, ?, ?)", numbered).rowcount
        self._store.execute("COMMIT")

    def clear(self) -> None:
        """Forget them all."""
        self._store.execute("DELETE FROM change")

    def of(self, keys: Sequence[str]) -> Mapping[str, Sequence[Told]]:
        """The changes of some leads in the order of time; a lead without a change is left out."""
        found = defaultdict[str, list[Told]](list)
        if not self._rows:
            return found
        for some in portions(keys, _AT_ONCE):
            marks = ", ".join("?" * len(some))
            query = (
                f"SELECT lead_key, at, old, new FROM change WHERE lead_key IN ({marks}) ORDER BY 1, at, row"  # noqa: S608 - marks alone
            )
            with closing(self._store.execute(query, [bytes.fromhex(key) for key in some])) as rows:
                for key, at, old, new in rows:
                    found[key.hex()].append((at, old, new))
        return found
