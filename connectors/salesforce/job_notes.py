"""What is noted of bulk jobs: before one is asked for, and once it is gone.

The org keeps a job for seven days, whoever made it and whether its maker still lives. A job whose answer
was lost has no name here; the note of when it was asked for is what it is found by
(`connectors.salesforce.leftovers`). No note holds a record id or a value.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

Kind = Literal["query", "ingest"]
# A call is given up after some two minutes: later than that no job of a killed process comes to be.
LONGEST_CALL = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One job that was asked for: ``at`` and ``until`` are local seconds, between which it came to be.

    ``id`` is empty where its answer was lost. ``plan`` is the sync that it was made for, ``query`` a digest,
    ``fields`` the columns of its results.
    """

    number: int
    kind: Kind
    object: str
    operation: str
    at: float
    until: float
    id: str = ""
    plan: str = ""
    query: str = ""
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class JobNotes:
    """The jobs of one org that were asked for and are not known to be gone; ``path`` None keeps them here.

    ``plan`` is the sync that is being carried out, empty outside of one.
    """

    path: Path | None = None
    clock: Callable[[], float] = time.time
    plan: str = ""
    _open: dict[int, Asked] | None = None

    def asking(
        self, kind: Kind, object_name: str, operation: str, query: str = "", fields: tuple[str, ...] = ()
    ) -> Asked:
        """Note that a job will be asked for now."""
        now, held = self.clock(), self._load()
        note = Asked(
            number=max(held, default=0) + 1,
            kind=kind,
            object=object_name,
            operation=operation,
            at=now,
            until=now + LONGEST_CALL,
            plan=self.plan,
            query=digest(query) if query else "",
            fields=fields,
        )
        self._keep(note)
        return note

    def came(self, note: Asked, job: str, attempts: int = 1) -> None:
        """The job is there, under this id; of several attempts, an earlier one may have made another."""
        self._keep(replace(note, id=job))
        if attempts > 1:
            self._keep(replace(note, number=max(self._load()) + 1, until=self.clock()))

    def lost(self, note: Asked) -> None:
        """No answer came: the job may be there or not."""
        self._keep(replace(note, until=self.clock()))

    def gone(self, note: Asked) -> None:
        """The job is not there any more, or never was."""
        self._load().pop(note.number, None)
        self._write()

    def gone_by_id(self, job: str) -> None:
        """The job of this id is not there any more."""
        for note in self.open():
            if note.id == job:
                self.gone(note)

    def open(self) -> tuple[Asked, ...]:
        """What is not known to be gone, oldest first."""
        return tuple(self._load().values())

    def resumable(self, query: str) -> str:
        """The job of a query that an earlier process began for the same sync; empty where there is none."""
        if not self.plan:
            return ""
        wanted = (self.plan, digest(query))
        return next((note.id for note in self.open() if (note.plan, note.query) == wanted), "")

    def _keep(self, note: Asked) -> None:
        self._load()[note.number] = note
        self._write()

    def _load(self) -> dict[int, Asked]:
        if self._open is None:
            self._open = _read(self.path)
        return self._open

    def _write(self) -> None:
        if self.path is None:
            return
        if not self._open:
            self.path.unlink(missing_ok=True)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.path.with_name(f"{self.path.name}.new")
        with draft.open("w") as handle:
            json.dump([asdict(note) for note in self._open.values()], handle)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(self.path)


def digest(query: str) -> str:
    """A query, short."""
    return hashlib.sha256(query.encode()).hexdigest()[:32]


def _read(path: Path | None) -> dict[int, Asked]:
    """What is noted; nothing where the file is of another version of Fairlead."""
    try:
        found: list[Mapping[str, Any]] = json.loads(path.read_text()) if path else []
        notes = [Asked(**{**note, "fields": tuple(note["fields"])}) for note in found]
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return {}
    return {note.number: note for note in notes}
