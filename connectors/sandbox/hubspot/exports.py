"""Export tasks of a portal, and how many of them the last day held."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from itertools import count

DAY_SECONDS = 24 * 3600.0


@dataclass(slots=True, kw_only=True)
class Export:
    """One task. Its file is made when it is complete; ``tickets`` are the addresses given for it."""

    id: str
    began: float
    looks: int
    name: str
    kind: str
    columns: tuple[str, ...]
    as_file: bytes = b""
    file_name: str = ""
    rows: int = 0
    ended: float | None = None

    def status(self) -> str:
        """PENDING, PROCESSING, COMPLETE."""
        if self.ended is not None:
            return "COMPLETE"
        return "PENDING" if self.looks > 1 else "PROCESSING"


@dataclass(slots=True)
class Exports:
    """All tasks, and the addresses under which files may be fetched for a while."""

    tasks: dict[str, Export] = field(default_factory=dict)
    _tickets: dict[str, tuple[str, float]] = field(default_factory=dict)
    _ids: count[int] = field(default_factory=lambda: count(390_001_000))

    def begun(self, now: float, looks: int, name: str, kind: str, columns: tuple[str, ...]) -> Export:
        """A new task."""
        task = Export(id=str(next(self._ids)), began=now, looks=looks, name=name, kind=kind, columns=columns)
        self.tasks[task.id] = task
        return task

    def running(self) -> bool:
        """Whether a task is not at its end."""
        return any(task.ended is None for task in self.tasks.values())

    def today(self, now: float) -> int:
        """How many began in the last 24 hours."""
        return sum(task.began > now - DAY_SECONDS for task in self.tasks.values())

    def ticket(self, task: Export, until: float) -> str:
        """A secret under which the file can be fetched until a moment."""
        secret = secrets.token_urlsafe(24)
        self._tickets[secret] = (task.id, until)
        return secret

    def file(self, ticket: str, now: float) -> Export | None:
        """The task of a secret that still holds."""
        found, until = self._tickets.get(ticket, ("", 0.0))
        return self.tasks.get(found) if now < until else None
