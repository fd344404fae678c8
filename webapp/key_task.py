"""A rotation that a page starts: it runs on a thread of its own, and how far it is stands in the database.

So no request waits for it. If the process is killed, the key of before is in force or the new one, each whole
(`webapp.key_rotation`); the page then says that it was broken off, and it can be started again.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from typing import Literal

from audit.schema import BadInput
from webapp.crms import label
from webapp.key_rotation import rotate
from webapp.services import Services
from webapp.store.key_tasks import KeyTaskRow
from webapp.store.locks import Locked
from webapp.store.rows import ConnectionRow

LOG = logging.getLogger(__name__)
# How long a request waits to see that it has begun, and how often its progress is written down.
BEGUN_SECONDS, BETWEEN_SECONDS = 5.0, 1.0
Fate = Literal["", "running", "broken off", "done", "failed"]


@dataclass(slots=True, kw_only=True)
class _Task:
    opened: Services
    connection: ConnectionRow
    who: str
    begun: threading.Event = field(default_factory=threading.Event)
    refused: str = ""
    _started: bool = False
    _moved: float = 0.0

    def run(self) -> None:
        """Do it, and write down how it ended; whoever finds the lock of this free knows that nobody does."""
        try:
            with _lock(self.opened, self.connection):
                self._rotate()
        except Locked:
            self.refused = f"the key of {label(self.connection)} is being rotated already"
        finally:
            self.begun.set()

    def _rotate(self) -> None:
        try:
            number = rotate(self.opened, self.connection, self.who, self._progress)
            self._end("done", f"Generation {number} of the key is in force. Everything has moved on.")
        except BadInput as problem:
            self._end("failed", f"{problem}.".replace("..", "."))
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to
            # Values of the error may hold what must not be logged.
            LOG.warning("%s: the key was not rotated (%s).", label(self.connection), type(error).__name__)
            self._end("failed", "Something broke; the key of before is in force. Try again.")

    def _progress(self, _step: str, done: int, total: int | None) -> None:
        """The connection's lock is held from the first call on."""
        if not self._started:
            self._started = True
            self.opened.key_tasks.begin(self.connection.id, self.who)
            self.begun.set()
        elif total and time.monotonic() - self._moved >= BETWEEN_SECONDS:
            self._moved = time.monotonic()
            self.opened.key_tasks.move(self.connection.id, done, total)

    def _end(self, state: Literal["done", "failed"], told: str) -> None:
        if self._started:
            self.opened.key_tasks.end(self.connection.id, state, told)
        else:
            self.refused = told


def start(opened: Services, connection: ConnectionRow, who: str) -> None:
    """Begin to rotate the key of a connection; returns once it has begun.

    Raises
    ------
    BadInput
        It could not begin: another job of this connection is running, or it is disconnected.
    """
    task = _Task(opened=opened, connection=connection, who=who)
    threading.Thread(target=task.run, name="key rotation", daemon=True).start()
    task.begun.wait(BEGUN_SECONDS)
    if task.refused:
        raise BadInput(task.refused)


def fate(opened: Services, connection: ConnectionRow, task: KeyTaskRow | None) -> Fate:
    """What has become of the newest rotation that a page started; "" where there was none."""
    if task is None:
        return ""
    if task.state != "running":
        return task.state
    with suppress(Locked), _lock(opened, connection):
        now = opened.key_tasks.get(connection.id)
        return "broken off" if now is not None and now.state == "running" else fate(opened, connection, now)
    return "running"


def _lock(opened: Services, connection: ConnectionRow) -> AbstractContextManager[None]:
    return opened.database.exclusive(f"key-task/{connection.id}", wait=False)
