"""The keys of the organisations: made, moved on, wrapped anew and destroyed. See docs/adr/0008."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from audit.schema import BadInput
from connectors.pseudonym import Keyring
from connectors.seals import Seal
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.key_rows import Held, KeyRow, KeyState, destroyed, shown
from webapp.store.organisation_key_tables import OrganisationKey
from webapp.store.repository import Clock, utc_now
from webapp.store.rows import ConnectionRow
from webapp.store.wiping import wipe

SECRET_BYTES = 32
LATELY = timedelta(days=1)
WRAPPED = ("pseudonyms", "sealing", "lasting")
NOT_THIS = (
    "FAIRLEAD_MASTER_KEY does not open the key of this organisation: put the master key back that was used "
    "before, or name it as FAIRLEAD_MASTER_KEY_PREVIOUS and run fairlead reseal"
)
NEITHER = (
    "neither FAIRLEAD_MASTER_KEY nor FAIRLEAD_MASTER_KEY_PREVIOUS opens the key of this organisation: name "
    "the master key that was used before as FAIRLEAD_MASTER_KEY_PREVIOUS and run fairlead reseal"
)
# What moves the database on to the next generation, within its transaction.
# Asked for each panel: built once.
_IN_ORDER = select(*OrganisationKey.__table__.columns).order_by(OrganisationKey.generation)
_KEYS = _IN_ORDER.where(OrganisationKey.connection_id == bindparam("connection_id"))
MoveOn = Callable[[Session], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationKeys:
    """The keys of all connections. Every method is one transaction.

    ``box`` wraps a secret under the master key; ``master`` is that key, for organisations of older
    installations.
    """

    database: Database
    box: SecretsBox
    master: bytes = field(repr=False)
    clock: Clock = utc_now

    def rows(self, connection_id: str) -> tuple[KeyRow, ...]:
        """Every generation of a connection's key, newest first; of none that was never needed."""
        with self.database.reading() as session:
            return tuple(shown(row) for row in reversed(_all(session, connection_id)))

    def held(self, connection: ConnectionRow) -> Held:
        """The secrets in force; an organisation that has none yet gets them.

        Raises
        ------
        KeyDestroyed
            The key was destroyed, and the organisation not connected again since.
        BadInput
            The master key is not the one that wrapped them.
        """
        with self.database.glancing() as link:
            found = link.execute(_KEYS, {"connection_id": connection.id}).fetchall()
        rows = cast("Sequence[OrganisationKey]", found)  # plain rows have the same names
        if not rows or _incomplete(rows):
            rows = self._made(connection.id)
        return self._opened(connection, rows, "active")

    def begin(self, connection: ConnectionRow, who: str) -> Held:
        """Make the next generation; it comes into force by `activate`. One that lay unfinished is dropped."""
        active = self.held(connection).keyring.generation
        with self.database.writing() as session:
            _drop_pending(session, connection.id)
            session.flush()
            number = active + 1
            row = self._new(connection.id, number, "pending", who)
            row.pseudonyms, row.sealing = (self._fresh(connection.id, number, one) for one in WRAPPED[:2])
            session.add(row)
            session.flush()
            rows = _all(session, connection.id)
        return self._opened(connection, rows, "pending")

    def activate(self, connection_id: str, who: str, move_on: MoveOn) -> int:
        """Put the next generation in force and move everything in the database on, at once; its number.

        The seal of the generation before is destroyed with it: copies of what lay on the disk do not open
        any more. Its part of the pseudonyms stays, since those of record ids are made through it.
        """
        now = self.clock()
        with self.database.writing() as session:
            rows = {row.state: row for row in _all(session, connection_id, lock=True)}
            before, after = rows["active"], rows["pending"]
            before.state, before.sealing, before.plain = "former", None, False
            before.ended_at, before.ended_by = now, who
            after.state, after.active_at = "active", now
            session.flush()
            move_on(session)
            told = f"generation {after.generation} in force"
            session.add(noted(now, who, "key rotated", connection_id, told))
            number = after.generation
        wipe(self.database.engine, OrganisationKey.__tablename__)
        return number

    def abandon(self, connection_id: str) -> bool:
        """Drop a generation that did not come into force; whether there was one."""
        with self.database.writing() as session:
            return _drop_pending(session, connection_id)

    def destroy(self, connection_id: str, who: str) -> bool:
        """Destroy every secret of an organisation for good; whether there was one to destroy."""
        now = self.clock()
        with self.database.writing() as session:
            rows = [row for row in _all(session, connection_id, lock=True) if row.state != "destroyed"]
            for row in rows:
                row.state, row.plain = "destroyed", False
                row.pseudonyms = row.sealing = row.lasting = None
                row.ended_at, row.ended_by = now, who
            if rows:
                session.add(noted(now, who, "key destroyed", connection_id, f"{len(rows)} generations"))
        wipe(self.database.engine, OrganisationKey.__tablename__)
        return bool(rows)

    def wipe_again(self) -> None:
        """Rid the database's files of secrets that went of late: a killed process may not have come to it."""
        lately = OrganisationKey.ended_at > self.clock() - LATELY
        with self.database.reading() as session:
            wanted = session.scalar(select(OrganisationKey.generation).where(lately).limit(1)) is not None
        if wanted:
            wipe(self.database.engine, OrganisationKey.__tablename__)

    def renew(self, connection_id: str, move_on: MoveOn) -> None:
        """A new key for an organisation that was connected again after its key was destroyed.

        ``move_on`` removes what was known under the old one, in the same transaction.
        """
        with self.database.writing() as session:
            rows = _all(session, connection_id, lock=True)
            if rows and all(row.state == "destroyed" for row in rows):
                session.add(self._first(connection_id, rows[-1].generation + 1))
                move_on(session)

    def sealed(self, connection_id: str) -> None:
        """Record that nothing of an organisation lies in the clear any more: nothing plain is believed."""
        with self.database.writing() as session:
            for row in _all(session, connection_id, lock=True):
                row.plain = False

    def is_held(self, connection_id: str) -> bool:
        """Whether there is a secret that can be destroyed."""
        return any(row.state != "destroyed" for row in self.rows(connection_id))

    def generation(self, connection_id: str) -> int:
        """The number of the generation in force; 0 where there is none."""
        return next((row.generation for row in self.rows(connection_id) if row.state == "active"), 0)

    def rewrap(self) -> int:
        """Wrap every secret under the master key of today; how many organisations were moved to it.

        Raises
        ------
        BadInput
            Neither the master key nor the one before opens a secret.
        """
        moved = set[str]()
        with self.database.writing() as session:
            for row in session.scalars(select(OrganisationKey).with_for_update()):
                if self._rewrapped(row):
                    moved.add(row.connection_id)
        if moved:
            wipe(self.database.engine, OrganisationKey.__tablename__)
        return len(moved)

    def _rewrapped(self, row: OrganisationKey) -> bool:
        root = self._root(row)
        old = {name: value for name in WRAPPED if (value := getattr(row, name)) is not None}
        stale = {name: value for name, value in old.items() if not self.box.is_newest(value)}
        for name, value in stale.items():
            owner = owner_of(row.connection_id, row.generation, name)
            setattr(row, name, self.box.seal(self._unwrapped(value, owner), owner))
        if row.origin == "master" and row.pseudonyms is None and row.state != "destroyed" and self.box.former:
            # Its pseudonyms stand on the master key that is about to go.
            owner = owner_of(row.connection_id, row.generation, "pseudonyms")
            row.pseudonyms = self.box.seal(root, owner)
            return True
        return bool(stale)

    def _root(self, row: OrganisationKey) -> bytes:
        """The master key that the pseudonyms of an older installation stand on.

        It is the one that wrapped what else the row has; where that is nothing yet, the one before, if named.
        """
        wrapped = next((one for one in (row.sealing, row.lasting) if one is not None), None)
        former = self.box.former[0] if self.box.former else self.master
        return self.master if wrapped is not None and self.box.is_newest(wrapped) else former

    def _made(self, connection_id: str) -> Sequence[OrganisationKey]:
        """The rows, after what is missing was made; another process may have been faster."""
        with self.database.exclusive(f"key/{connection_id}"), self.database.writing() as session:
            rows = _all(session, connection_id)
            if not rows:
                session.add(self._first(connection_id, 1))
            elif _incomplete(rows):
                row = rows[-1]
                if row.pseudonyms is None and self.box.former:
                    owner = owner_of(connection_id, row.generation, "pseudonyms")
                    row.pseudonyms = self.box.seal(self._root(row), owner)
                row.sealing = self._fresh(connection_id, row.generation, "sealing")
                row.lasting = self._fresh(connection_id, row.generation, "lasting")
            session.flush()
            return _all(session, connection_id)

    def _first(self, connection_id: str, number: int) -> OrganisationKey:
        row = self._new(connection_id, number, "active", "Fairlead")
        row.active_at = row.made_at
        for name in WRAPPED:
            setattr(row, name, self._fresh(connection_id, number, name))
        return row

    def _new(self, connection_id: str, number: int, state: KeyState, who: str) -> OrganisationKey:
        return OrganisationKey(
            connection_id=connection_id,
            generation=number,
            state=state,
            origin="own",
            plain=False,
            made_at=self.clock(),
            made_by=who,
        )

    def _fresh(self, connection_id: str, number: int, name: str) -> bytes:
        return self.box.seal(os.urandom(SECRET_BYTES), owner_of(connection_id, number, name))

    def _opened(self, connection: ConnectionRow, rows: Sequence[OrganisationKey], upto: KeyState) -> Held:
        live = [row for row in rows if row.state in {"former", "active", upto}]
        if not live:
            raise destroyed(rows[-1])
        first, last = live[0], live[-1]
        secrets = [self._secret(row, "pseudonyms") or self._root(row) for row in live]
        ring = Keyring(
            crm=connection.crm,
            organisation=connection.organisation,
            master=secrets[0],
            later=tuple(secrets[1:]),
            first=first.generation,
            own=self._secret(first, "lasting"),
            installation=self.master,
        )
        seal = Seal(
            owner=f"{connection.crm}/{connection.organisation}",
            generation=last.generation,
            secret=self._secret(last, "sealing"),
            takes_plain=last.plain,
        )
        return Held(keyring=ring, seal=seal)

    def _secret(self, row: OrganisationKey, name: str) -> bytes:
        """One secret, unwrapped; empty where the row has none."""
        wrapped: bytes | None = getattr(row, name)
        if wrapped is None:
            return b""
        return self._unwrapped(wrapped, owner_of(row.connection_id, row.generation, name))

    def _unwrapped(self, wrapped: bytes, owner: str) -> bytes:
        try:
            return self.box.open(wrapped, owner)
        except Unreadable:
            raise BadInput(NEITHER if self.box.former else NOT_THIS) from None


def _all(session: Session, connection_id: str, *, lock: bool = False) -> list[OrganisationKey]:
    query = select(OrganisationKey).filter_by(connection_id=connection_id)
    query = query.order_by(OrganisationKey.generation)
    return list(session.scalars(query.with_for_update() if lock else query))


def _drop_pending(session: Session, connection_id: str) -> bool:
    chosen = delete(OrganisationKey).filter_by(connection_id=connection_id, state="pending")
    return bool(cast("int", session.execute(chosen).rowcount))  # type: ignore[attr-defined]


def _incomplete(rows: Sequence[OrganisationKey]) -> bool:
    """Whether the key is that of an older installation, which has no seal yet."""
    return rows[-1].state == "active" and rows[-1].sealing is None


def owner_of(connection_id: str, generation: int, name: str) -> str:
    """What a wrapped secret is bound to."""
    return f"{connection_id}/{generation}/{name}"
