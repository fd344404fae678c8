"""One at a time, across threads and processes of one machine."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(place: Path, what: str) -> Iterator[None]:
    """Hold the lock ``<place>.<what>.lock``; waits for its turn, and a crash lets it go."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with place.with_name(f"{place.name}.{what}.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
