"""A part of a connection's decision log to be shown, read beside the jobs that write it."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.decisions.chain import Record
from connectors.decisions.look import Asked, Part, by_day, chain_of, part_of
from webapp.decision_opening import keys_of, place_of
from webapp.services import Services
from webapp.store.rows import ConnectionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The lines of the chain, on which days how much was logged (newest first), and the entries asked for."""

    records: tuple[Record, ...] = ()
    days: tuple[tuple[str, int], ...] = ()
    part: Part


def look(opened: Services, connection: ConnectionRow, asked: Asked) -> Look:
    """What a page shows of a log; nothing where there is none.

    Raises
    ------
    BadInput
        The log is damaged, or the organisation's key was destroyed.
    """
    place = place_of(opened, connection)
    records = chain_of(place) if place.exists() else ()
    days = by_day(records)
    if not days:
        return Look(records=records, part=Part(entries=()))
    return Look(records=records, days=days, part=part_of(place, keys_of(opened, connection), records, asked))
