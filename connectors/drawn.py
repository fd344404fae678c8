"""A whole pull, drawn onto the disk before any of it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.account import Account
from connectors.locking import locked
from connectors.source import Batch
from connectors.spool import Spool


@contextmanager
def spooled(place: Path, batches: Iterable[Batch]) -> Iterator[tuple[Account, Spool]]:
    """Draw a whole pull into a spool on disk; yield its account with it."""
    account = Account()
    with locked(place, "pull"), Spool(place) as spool:
        for batch in batches:
            account.add(batch)
            spool.append(batch)
        yield account, spool
