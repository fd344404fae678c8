"""What is kept of drift, to be read: the newest look, those before it, and what somebody may see of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audit.drift import DriftReport
from webapp.drift_watch.sealed import Sealed, looks_at, sealed_of
from webapp.drift_watch.short import Short
from webapp.secrets_box import Unreadable
from webapp.services import Services
from webapp.special_names import marked
from webapp.store.drift_looks import LookRow
from webapp.store.rows import ConnectionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The looks of a connection in short, the newest first, and the report of the newest.

    ``hidden`` are the names of special categories. ``looks`` is empty before the first pull that looked, and
    where nothing can be read; ``report`` is None there and where nothing could be compared.
    """

    looks: tuple[tuple[LookRow, Short], ...]
    report: DriftReport | None
    hidden: frozenset[str]


def kept_of(opened: Services, connection: ConnectionRow) -> Kept:
    """Everything that can be read of a connection's drift."""
    rows, sealed = looks_at(opened).looks(connection.id), sealed_of(opened, connection)
    hidden = marked(opened, connection.id, {one.stream_version for one in rows})
    if sealed is None:
        return Kept(looks=(), report=None, hidden=hidden)
    looks = tuple(_read(sealed, rows))
    report = _whole(sealed, rows[0]) if looks and looks[0][0] is rows[0] else None
    return Kept(looks=looks, report=report, hidden=hidden)


def _read(sealed: Sealed, rows: tuple[LookRow, ...]) -> Iterator[tuple[LookRow, Short]]:
    for row in rows:
        try:
            short = sealed.short(row)
        except Unreadable:
            continue
        if short is not None:
            yield row, short


def _whole(sealed: Sealed, row: LookRow) -> DriftReport | None:
    try:
        return sealed.whole(row)
    except Unreadable:
        return None
