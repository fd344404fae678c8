"""Leads that were logged and are no longer in the lake: since when, and which have been gone for long."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.decisions.index import Index
from connectors.repeats import words

_DAY = 86_400
BY_AGE = -1
"""Stands in the place of a moment where a lead went by retention, whatever its key becomes."""


def note_absent(index: Index, held: Iterable[pa.Table], now: float, days: int) -> list[bytes]:
    """Note which leads are not in the lake (``lead_key`` tables); the keys of those gone for so many days.

    ``now`` is in seconds since 1970. A lead that is there again counts as never gone; one that went by its
    age (`note_aged`) is none of those: its entries go by the age of the log.
    """
    leads = list(index.leads())
    if not leads:
        return []
    there = _there(np.frombuffer(b"".join(key for _, key in leads), ">u8")[::2], held)
    since = index.absent()
    gone = {
        number: since.get(number, int(now))
        for (number, _), here in zip(leads, there, strict=True)
        if not here
    }
    with index.writing():
        index.set_absent((None, number) for number in since.keys() - gone.keys())
        index.set_absent((at, number) for number, at in gone.items() if number not in since)
    return [key for number, key in leads if _is_long(gone.get(number, BY_AGE), now, days)]


def note_aged(index: Index, leads: Iterable[bytes]) -> None:
    """Note that leads went by retention: they are not missed in the lake."""
    known = index.known(list(leads))
    with index.writing():
        index.set_absent((BY_AGE, one.id) for one in known.values())


def _is_long(since: int, now: float, days: int) -> bool:
    return since != BY_AGE and now - since >= days * _DAY


def _there(firsts: NDArray[np.uint64], held: Iterable[pa.Table]) -> NDArray[np.bool_]:
    """Which keys the lake holds. Half a key is enough: who is taken for another stays longer."""
    order = np.argsort(firsts)
    ordered, there = firsts[order], np.zeros(len(firsts), np.bool_)
    for table in held:
        if table.num_rows:
            wanted = words(table["lead_key"])[:, 0]
            places = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
            there[order[places[ordered[places] == wanted]]] = True
    return there
