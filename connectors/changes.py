"""A long history of changes on the disk, from which the changes of some leads are asked."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Self

from connectors.portions import portions
from connectors.seals import Cells, passing_cells

# One change: when, what was there before, what is there since.
Told = tuple[str, str | None, str | None]
_SETTINGS = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -16000", "locking_mode = EXCLUSIVE")
# The order of the columns is the order on the disk, so that no index has to be sorted.
_TABLE = """CREATE TABLE change (
    lead BLOB, row INTEGER, told BLOB, PRIMARY KEY (lead, row)
) WITHOUT ROWID"""
_AT_ONCE = 500


@dataclass(slots=True)
class Changes:
    """Changes by lead. The file has no name: a process that is killed leaves nothing behind.

    What stands in it is sealed with a key that is in memory alone.
    """

    place: Path
    _rows: int = 0
    _cells: Cells = field(init=False, repr=False)
    _store: sqlite3.Connection = field(init=False)

    def __enter__(self) -> Self:
        """Open the file."""
        self.place.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._cells = passing_cells("changes")
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
            (self._cells.mark(key), row, self._cells.lock(json.dumps((at, old, new)).encode()))
            for row, (key, at, old, new) in enumerate(changes, self._rows)
        )
        self._store.execute("BEGIN")
        self._rows += self._store.executemany("INSERT INTO change VALUES (?, ?, ?)", numbered).rowcount
        self._store.execute("COMMIT")

    def clear(self) -> None:
        """Forget them all."""
        self._store.execute("DELETE FROM change")

    def of(self, keys: Sequence[str]) -> Mapping[str, Sequence[Told]]:
        """The changes of some leads in the order of time; a lead without a change is left out."""
        found = defaultdict[str, list[Told]](list)
        if not self._rows:
            return {}
        for some in portions(keys, _AT_ONCE):
            marks = ", ".join("?" * len(some))
            query = f"SELECT lead, told FROM change WHERE lead IN ({marks}) ORDER BY lead, row"  # noqa: S608 - marks alone
            names = {self._cells.mark(key): key for key in some}
            with closing(self._store.execute(query, list(names))) as rows:
                for mark, told in rows:
                    at, old, new = json.loads(self._cells.unlock(told))
                    found[names[mark]].append((at, old, new))
        # The sort is stable: of one moment, what came first stays first.
        return {key: sorted(changes, key=itemgetter(0)) for key, changes in found.items()}
