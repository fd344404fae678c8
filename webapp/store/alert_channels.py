"""Where alerts are sent to, as admins set it, and what came of the newest try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast, get_args

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from audit.finding import Severity
from audit.schema import BadInput
from webapp.alerts.quiet import Quiet, read_quiet
from webapp.language import gettext, marked
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.store.alert_tables import AlertChannel
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.repository import Clock, short_id, utc_now

ChannelKind = Literal["email", "webhook", "salesforce", "hubspot"]
CHANNEL_KINDS: tuple[ChannelKind, ...] = get_args(ChannelKind)
SHUT = marked("The password or address that is stored for it does not open any more; type it again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """One channel, as `webapp.store.alert_tables.AlertChannel` says of each field."""

    id: str
    connection_id: str | None
    kind: ChannelKind
    name: str
    on: bool
    escalation: bool
    hours: int
    least: Severity
    asked: Mapping[str, Any]
    has_secret: bool
    quiet: Quiet
    last_at: datetime | None
    last_fine: bool
    last_told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChannel:
    """A channel as it is typed; ``secret`` None keeps the one that is stored."""

    connection_id: str | None
    kind: ChannelKind
    name: str
    on: bool
    escalation: bool
    hours: int
    least: Severity
    asked: Mapping[str, Any]
    quiet: Quiet
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChannels:
    """Of the installation. Every method is one transaction; ``box`` seals the secrets."""

    database: Database
    box: SecretsBox
    clock: Clock = utc_now

    def all(self) -> tuple[ChannelRow, ...]:
        """Every channel, in the order in which they were made."""
        query = select(AlertChannel).order_by(AlertChannel.made_at, AlertChannel.id)
        with self.database.reading() as session:
            return tuple(_row(row) for row in session.scalars(query))

    def of(self, connection_id: str) -> tuple[ChannelRow, ...]:
        """Those that are on and hear of a connection."""
        mine = or_(AlertChannel.connection_id == connection_id, AlertChannel.connection_id.is_(None))
        query = select(AlertChannel).where(mine, AlertChannel.on).order_by(AlertChannel.made_at)
        with self.database.reading() as session:
            return tuple(_row(row) for row in session.scalars(query))

    def one(self, channel_id: str) -> ChannelRow | None:
        """One channel."""
        with self.database.reading() as session:
            row = session.get(AlertChannel, channel_id)
            return None if row is None else _row(row)

    def secret(self, channel_id: str) -> str:
        """The password or address of a channel, "" where it has none. Raises BadInput where it stays shut."""
        with self.database.reading() as session:
            row = session.get(AlertChannel, channel_id)
            sealed = row.sealed if row is not None else None
        try:
            return self.box.open(sealed, channel_id).decode() if sealed else ""
        except Unreadable:
            raise BadInput(gettext(SHUT)) from None

    def add(self, new: NewChannel, who: str) -> str:
        """Make one; its id."""
        with self.database.writing() as session:
            row = AlertChannel(
                id=short_id(), made_at=self.clock(), last_at=None, last_fine=False, last_told=""
            )
            self._put(row, new)
            session.add(row)
            self._noted(session, row, who, "alert channel added")
            return row.id

    def change(self, channel_id: str, new: NewChannel, who: str) -> bool:
        """Change one; False where it is gone."""
        with self.database.writing() as session:
            row = session.get(AlertChannel, channel_id, with_for_update=True)
            if row is None:
                return False
            self._put(row, new)
            self._noted(session, row, who, "alert channel changed")
            return True

    def remove(self, channel_id: str, who: str) -> bool:
        """Remove one with what waits for it; False where it is gone."""
        with self.database.writing() as session:
            row = session.get(AlertChannel, channel_id, with_for_update=True)
            if row is None:
                return False
            self._noted(session, row, who, "alert channel removed")
            session.delete(row)
            return True

    def tried(self, channel_id: str, told: str, *, fine: bool) -> None:
        """Note what came of a try, in a sentence."""
        with self.database.writing() as session:
            row = session.get(AlertChannel, channel_id, with_for_update=True)
            if row is not None:
                row.last_at, row.last_fine, row.last_told = self.clock(), fine, told

    def reseal(self) -> int:
        """Seal the secrets with the newest key; how many had another one. What stays shut stays as it is."""
        moved = 0
        with self.database.writing() as session:
            for row in session.scalars(select(AlertChannel).with_for_update()):
                if row.sealed is None or self.box.is_newest(row.sealed):
                    continue
                try:
                    row.sealed = self.box.seal(self.box.open(row.sealed, row.id), row.id)
                except Unreadable:
                    continue
                moved += 1
        return moved

    def _put(self, row: AlertChannel, new: NewChannel) -> None:
        row.connection_id, row.kind, row.name, row.on = new.connection_id, new.kind, new.name, new.on
        row.escalation, row.hours, row.least = new.escalation, new.hours, new.least
        row.asked, row.quiet = dict(new.asked), new.quiet.record()
        if new.secret is not None:
            row.sealed = self.box.seal(new.secret.encode(), row.id) if new.secret else None

    def _noted(self, session: Session, row: AlertChannel, who: str, action: str) -> None:
        detail = f"{row.kind}, {row.id}, {'on' if row.on else 'off'}"
        session.add(noted(self.clock(), who, action, row.connection_id or "", detail))


def _row(row: AlertChannel) -> ChannelRow:
    names = set(ChannelRow.__slots__) - {"has_secret", "quiet"}
    values = {name: getattr(row, name) for name in names}
    values["kind"] = cast("ChannelKind", row.kind)
    return ChannelRow(**values, has_secret=row.sealed is not None, quiet=read_quiet(row.quiet))
