"""A data folder or a database that was put back from a backup: noticed, and who was erased is erased again.

Both count how often the stored leads changed. Where one of them is older, what the other knows of who must
not come back counts: keys that stay away, and the marks in the certificates of deletion. Where both are of
one earlier moment nothing tells it; docs/how-to/rights.md says what to do then.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from audit.schema import BadInput
from connectors.counting import NOTHING, Numbers
from connectors.lining_up import NOT_WRITTEN, bring_in_line, numbers
from connectors.pseudonym import LeadKey
from connectors.repeats import each_once, words
from webapp.crms import label
from webapp.decisions import erase as erase_logged
from webapp.decisions import is_behind, logged_leads
from webapp.rights.marks import BYTES, mark
from webapp.rights.proofs import privacy, told_in
from webapp.services import Services
from webapp.store.rows import ConnectionRow

LOG = logging.getLogger(__name__)
HERE = "Fairlead, after a backup"
FOLDER_OLDER = (
    "The stored leads were older than the database: the data folder was put back from a backup. What was "
    "erased since is erased again ({leads:,} leads, {entries:,} entries of the decision log). The next sync "
    "compares everything."
)
DATABASE_OLDER = (
    "The database was older than the stored leads: it was put back from a backup, or a process was killed. "
    "What was erased since is erased again ({flags:,} flags, {entries:,} entries of the decision log)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What was erased again: leads of the folder, flags of the database, entries of the decision log."""

    leads: int = 0
    flags: int = 0
    entries: int = 0

    @property
    def any(self) -> bool:
        """Whether there was anything."""
        return bool(self.leads or self.flags or self.entries)


def differs(opened: Services, connection: ConnectionRow) -> bool:
    """Whether the folder and the database are not of one time. Raises DoesNotOpen as `put_right`."""
    return _standing(opened, connection).differs or is_behind(opened, connection)


def put_right(opened: Services, connection: ConnectionRow) -> str:
    """Erase again whoever was erased since the older of folder and database; a sentence where one is older.

    The sentence is also in the trail, in the log, and beside the connection.

    Raises
    ------
    DoesNotOpen
        The folder is of another generation of the key, or was changed.
    """
    found, cut = _standing(opened, connection), is_behind(opened, connection)
    if not (found.differs or cut):
        return ""
    place, named = (connection.crm, connection.organisation), _Named(opened=opened, connection=connection)
    # A log that was cut off stays so: nothing else is written anew each time.
    lined = NOT_WRITTEN
    if found.differs:
        lined = bring_in_line(opened.lake, *place, opened.erased.known(connection.id), named.since)
    flags = _from_database(opened, connection, lined.told) if found.ahead else 0
    again = Again(leads=lined.erased, flags=flags, entries=_from_log(opened, connection, named))
    if found.behind:
        opened.erased.put_back(connection.id)
    if found.behind or (cut and again.any):
        return _said(opened, connection, FOLDER_OLDER, again)
    return _said(opened, connection, DATABASE_OLDER, again) if again.any else ""


def without_rows(opened: Services, connection: ConnectionRow) -> Iterator[LeadKey]:
    """The leads that have a flag and are not held; half a key tells them apart."""
    flagged = opened.repository.flagged(connection.id)
    if not flagged:
        return
    known = _held(opened, connection)
    halves = np.frombuffer(flagged, ">u8")[::2].astype(np.uint64)
    for at in np.flatnonzero(~np.isin(halves, known)).tolist():
        yield LeadKey(flagged[16 * at : 16 * at + 16])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """How far folder and database have come; a folder without leads is not older."""

    there: Numbers
    known: Numbers

    @property
    def differs(self) -> bool:
        return self.behind or self.ahead

    @property
    def behind(self) -> bool:
        return 0 < self.there.state < self.known.state or 0 <= self.there.erasures < self.known.erasures

    @property
    def ahead(self) -> bool:
        return (
            self.there.state > self.known.state
            or self.there.erasures > self.known.erasures
            or self.there.erasures < 0
        )


def _standing(opened: Services, connection: ConnectionRow) -> _Standing:
    there = numbers(opened.lake, connection.crm, connection.organisation) or NOTHING
    return _Standing(there=there, known=opened.erased.numbers(connection.id))


@dataclass(slots=True, kw_only=True)
class _Named:
    """The leads that certificates of deletion name, by the keys of today's generation."""

    opened: Services
    connection: ConnectionRow
    _marks: dict[int, frozenset[bytes]] = field(default_factory=dict)

    def since(self, state: int, keys: pa.ChunkedArray) -> pa.Array:
        """Those of some keys (text) that a certificate names of after a state."""
        if state not in self._marks:
            self._marks[state] = frozenset(self._of_after(state))
        found = [one for one in keys.to_pylist() if self._is_in(bytes.fromhex(one), self._marks[state])]
        return pa.array(found, pa.string())

    def logged(self, leads: Collection[bytes]) -> list[bytes]:
        """Those of some leads of the log that went otherwise than by age."""
        marks = frozenset(self._of_after(-1, by_age=False))
        return [lead for lead in leads if self._is_in(lead, marks)]

    def _is_in(self, lead: bytes, marks: frozenset[bytes]) -> bool:
        return bool(marks) and mark(self.opened.keyring(self.connection), LeadKey(lead)) in marks

    def _of_after(self, state: int, *, by_age: bool = True) -> Iterator[bytes]:
        generation = self.opened.keys.generation(self.connection.id)
        for row in privacy(self.opened).proofs(self.connection.id):
            told = told_in(row)
            ours = told.get("generation") == generation and int(told.get("state", 0)) > state
            if ours and (by_age or not told.get("rule")):
                yield from (row.marks[at : at + BYTES] for at in range(0, len(row.marks), BYTES))


def _from_database(opened: Services, connection: ConnectionRow, told: Mapping[str, int | None]) -> int:
    """Forget in the database who the folder says is erased, or no longer holds; how many flags."""
    gone = {LeadKey(bytes.fromhex(key)) for key in told}
    for_good = [lead for lead in gone if told[lead.hex] is None]
    opened.told_events.forget_leads(connection.id, for_good)
    flags = opened.told_events.drop_flags(connection.id, gone | set(without_rows(opened, connection)))
    opened.database.scrub()
    return flags


def _from_log(opened: Services, connection: ConnectionRow, named: _Named) -> int:
    """Erase from the log who is kept away for good, or named by a certificate and not held."""
    keys = [bytes.fromhex(key) for key, until in opened.erased.known(connection.id).items() if until is None]
    with suppress(BadInput):  # a damaged log says so where it is looked at
        gone = named.logged(logged_leads(opened, connection))
        if gone:
            held = _held(opened, connection)
            first = np.frombuffer(b"".join(gone), ">u8")[::2].astype(np.uint64)
            keys += [gone[at] for at in np.flatnonzero(~np.isin(first, held)).tolist()]
    return erase_logged(opened, connection, [LeadKey(key) for key in keys])


def _held(opened: Services, connection: ConnectionRow) -> np.ndarray:
    """The first halves of the keys that the lake holds, of those that were turned away too."""
    tables = opened.lake.held_keys(connection.crm, connection.organisation)
    found = [np.zeros(0, np.uint64), *(words(one["lead_key"])[:, 0] for one in tables)]
    return each_once(np.concatenate(found))


def _said(opened: Services, connection: ConnectionRow, words: str, again: Again) -> str:
    told = words.format(leads=again.leads, flags=again.flags, entries=again.entries)
    opened.accounts.record(HERE, "erased again", label(connection), told)
    opened.repository.move_state(connection.id, connection.state, told, {"disconnected"})
    LOG.warning("%s: %s", label(connection), told)
    return told
