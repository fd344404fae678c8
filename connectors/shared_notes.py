"""Small notes that every process of an installation reads and rewrites in turn: what a CRM's limits leave.

On one machine a note is a file that one process holds at a time (`in_folder`). ``webapp`` has the same over
PostgreSQL, for several machines. A note that was lost counts as empty, so that nothing may depend on one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from connectors.locking import held


@dataclass(slots=True, kw_only=True)
class Page:
    """What a note says (``text``; "" where nothing was kept), at a moment of its clock (``now``, seconds)."""

    text: str
    now: float


class Note(Protocol):
    """One note, for one caller at a time, whichever process it is in."""

    def open(self) -> AbstractContextManager[Page]:
        """Its page inside a ``with``; the text that stands there at its end is kept."""
        ...


# A note by its name: letters, digits and hyphens.
Notes = Callable[[str], Note]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNote:
    """A note in a file, replaced whole, beside a lock that ends with the process that holds it."""

    path: Path
    clock: Callable[[], float]

    @contextmanager
    def open(self) -> Iterator[Page]:
        """The page, held and then written."""
        with held(self.path.with_name(f"{self.path.name}.lock")):
            page = Page(text=_text(self.path), now=self.clock())
            yield page
            fresh = self.path.with_name(f"{self.path.name}.new")
            fresh.write_text(page.text)
            fresh.replace(self.path)


@dataclass(slots=True, kw_only=True)
class MemoryNote:
    """A note for the threads of one process."""

    clock: Callable[[], float]
    _text: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def open(self) -> Iterator[Page]:
        """The page, held."""
        with self._lock:
            page = Page(text=self._text, now=self.clock())
            yield page
            self._text = page.text


def in_folder(folder: Path, clock: Callable[[], float] = time.time) -> Notes:
    """Notes in the files of a folder, by the time of day, which all processes of a machine share."""
    return lambda name: FileNote(path=folder / f"{name}.json", clock=clock)


def _text(path: Path) -> str:
    with suppress(OSError, ValueError):
        return path.read_text()
    return ""
