"""What a pull under way learnt of leads beside their rows, on the disk: earlier scores, and who is gone.

It lies in the folder of the pull (`connectors.staging`) and goes with it. What is noted of a page is on
the disk before the page counts; a page that is read again notes the same again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from connectors.pseudonym import LeadKey
from connectors.snapshots import Past

_NAME = "remembered.sqlite"
_TABLES = """
create table if not exists past (lead text primary key, scores text not null) without rowid;
create table if not exists gone (lead text primary key) without rowid;
"""


@dataclass(slots=True)
class Remembered(Mapping[str, Past]):
    """Earlier scores by lead key, as a mapping that is read from the disk."""

    folder: Path
    _database: sqlite3.Connection = field(init=False, repr=False)

    def __enter__(self) -> Self:
        """Open what an earlier process left, or begin."""
        self._database = sqlite3.connect(self.folder / _NAME)
        self._database.executescript(f"pragma synchronous = full; {_TABLES}")
        return self

    def note(self, past: Mapping[str, Past], gone: Iterable[LeadKey]) -> None:
        """Keep for good what a page told."""
        with self._database as database:
            rows = ((key, json.dumps(list(scores))) for key, scores in past.items())
            database.executemany("insert or replace into past values (?, ?)", rows)
            database.executemany("insert or replace into gone values (?)", ((key.hex,) for key in gone))

    def gone(self) -> Iterator[LeadKey]:
        """The leads that live on as another one."""
        for (key,) in self._database.execute("select lead from gone order by lead"):
            yield LeadKey(bytes.fromhex(key))

    def __getitem__(self, key: str) -> Past:
        """The earlier scores of one lead. Raises KeyError where none are known."""
        row = self._database.execute("select scores from past where lead = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return [(score, at) for score, at in json.loads(row[0])]

    def __iter__(self) -> Iterator[str]:
        """The leads of which earlier scores are known."""
        for (key,) in self._database.execute("select lead from past order by lead"):
            yield key

    def __len__(self) -> int:
        """How many they are."""
        return int(self._database.execute("select count(*) from past").fetchone()[0])

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self._database.close()
