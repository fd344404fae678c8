"""What a pull under way learnt of leads beside their rows, on the disk: earlier scores, and who is gone.

It lies in the folder of the pull (`connectors.staging`) and goes with it. What is noted of a page is on
the disk before the page counts; a page that is read again notes the same again. All of it is sealed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from connectors.pseudonym import LeadKey
from connectors.seals import Cells, Home
from connectors.snapshots import Past

_NAME = "remembered.sqlite"
_AT_ONCE = 500
_TABLES = """
create table if not exists past (lead blob primary key, scores blob not null) without rowid;
create table if not exists gone (lead blob primary key, sealed blob not null) without rowid;
"""


@dataclass(slots=True)
class Remembered:
    """Earlier scores by lead key, read from the disk as they are asked for."""

    home: Home
    _cells: Cells = field(init=False, repr=False)
    _database: sqlite3.Connection = field(init=False, repr=False)

    def __enter__(self) -> Self:
        """Open what an earlier process left, or begin."""
        self._cells = self.home.seal.cells("remembered")
        self._database = sqlite3.connect(self.home.path / _NAME)
        self._database.executescript(f"pragma synchronous = full; {_TABLES}")
        return self

    def note(self, past: Mapping[str, Past], gone: Iterable[LeadKey]) -> None:
        """Keep for good what a page told."""
        with self._database as database:
            rows = (self._row(key, json.dumps(list(scores)).encode()) for key, scores in past.items())
            database.executemany("insert or replace into past values (?, ?)", rows)
            leads = ((self._cells.mark(key.hex), self._cells.lock(key.digest)) for key in gone)
            database.executemany("insert or replace into gone values (?, ?)", leads)

    def _row(self, key: str, plain: bytes) -> tuple[bytes, bytes]:
        return self._cells.mark(key), self._cells.lock(plain, key)

    def gone(self) -> Iterator[LeadKey]:
        """The leads that live on as another one."""
        for (sealed,) in self._database.execute("select sealed from gone order by lead"):
            yield LeadKey(self._cells.unlock(sealed))

    def past_of(self, keys: Sequence[str]) -> Mapping[str, Past]:
        """The earlier scores of some leads, as far as they are known."""
        found = dict[str, Past]()
        for start in range(0, len(keys), _AT_ONCE):
            asked = {self._cells.mark(key): key for key in keys[start : start + _AT_ONCE]}
            marks = ", ".join("?" * len(asked))
            query = f"select lead, scores from past where lead in ({marks})"  # noqa: S608 - only question marks
            for mark, sealed in self._database.execute(query, list(asked)):
                scores = json.loads(self._cells.unlock(sealed, asked[mark]))
                found[asked[mark]] = [(score, at) for score, at in scores]
        return found

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self._database.close()
