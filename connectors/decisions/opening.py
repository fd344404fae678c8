"""Opening a log: one holder at a time, and what a killed process left is brought in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from audit.schema import BadInput
from connectors.decisions.chain import NOTHING, Record, lines_in, record_in
from connectors.decisions.index import bring_through, open_index
from connectors.decisions.keys import LogKeys
from connectors.decisions.leads import DAMAGED
from connectors.decisions.ledger import Ledger
from connectors.locking import held


@contextmanager
def open_ledger(place: Path, keys: LogKeys, source: str, at: str) -> Iterator[Ledger]:
    """The log in a folder, made where there is none, for one holder at a time.

    Raises
    ------
    BadInput
        A line of its chain is not as it was written, or lines are missing.
    """
    with held(place.with_name(f"{place.name}.lock")):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open_index(place) as index:
            ledger = Ledger(place=place, keys=keys, index=index, at=at, records=[])
            if not bring_through(place, index):
                raise BadInput(DAMAGED)
            ledger.records.extend(_records(place))
            if not ledger.records:
                ledger.begin(source)
            ledger.hand_over()
            if index.last() >= ledger.entries:
                raise BadInput(DAMAGED)
            ledger.tidy()
            yield ledger


def _records(place: Path) -> Iterator[Record]:
    previous = NOTHING
    for number, line in enumerate(lines_in(place)):
        record = record_in(line)
        if record is None or (record.number, record.previous) != (number, previous):
            raise BadInput(DAMAGED)
        previous = record.digest
        yield record


def destroy(place: Path, keys: Sequence[bytes] | None) -> int:
    """As `Ledger.erase` (None: everybody), of a log whose chain is damaged: no line can say it.

    Whoever must be erased is erased from a log that nobody can trust as well.
    """
    with held(place.with_name(f"{place.name}.lock")), open_index(place) as index:
        with index.writing():
            if keys is None:
                gone = index.count(0, index.last() + 1)
                index.clear()
            else:
                gone = len(index.forget([one.id for one in index.known(keys).values()]))
        index.overwrite()
    for path in place.glob("*.content") if keys is None else ():
        path.unlink(missing_ok=True)
    return gone
