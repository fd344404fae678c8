"""One at a time, across threads and processes of one machine."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path


class Locked(Exception):
    """Someone else holds the lock, and the caller did not want to wait."""


def locked(place: Path, what: str, *, wait: bool = True) -> AbstractContextManager[None]:
    """Hold the lock ``<place>.<what>.lock`` inside a ``with``, as `held` does."""
    return held(place.with_name(f"{place.name}.{what}.lock"), wait=wait)


@contextmanager
def held(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock file ``path``; waits for its turn, and a crash lets it go.

    A lock file is never deleted, or two holders could hold two files.

    Raises
    ------
    Locked
        It is taken, and ``wait`` is false.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _take(handle: int, mode: int) -> None:
    try:
        fcntl.flock(handle, mode)
    except BlockingIOError:
        raise Locked from None
