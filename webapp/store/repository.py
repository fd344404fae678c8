"""What pages, jobs and commands ask of the store about connections, policies, audits and flags."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from secrets import choice
from typing import TypeVar, cast

from sqlalchemy import Select, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from connectors.pseudonym import LeadKey
from connectors.source import Flag, Receipt
from webapp.store import tables
from webapp.store.convert import (
    audit_row,
    connection_row,
    flag,
    flag_row,
    policy_version,
    receipt_row,
    stream_version,
)
from webapp.store.database import Database
from webapp.store.evidence_tables import AuditEvidence
from webapp.store.flag_map import FlagMap
from webapp.store.rows import (
    AuditRow,
    ConnectionRow,
    ConnectionState,
    Crm,
    FlagRow,
    NewAudit,
    NewEvidence,
    PolicyVersion,
    ReceiptRow,
    StreamVersion,
)
from webapp.store.triage_tables import AnswerEvidence
from webapp.store.versions import Draft, keep

Clock = Callable[[], datetime]
PORTION = 5_000
# What a panel asks while a rep waits: built once, and read as plain rows, which have the same names.
_ORGANISATION = select(*tables.Connection.__table__.columns).where(
    tables.Connection.crm == bindparam("crm"), tables.Connection.organisation == bindparam("organisation")
)
_FLAG = select(*tables.LeadFlag.__table__.columns).where(
    tables.LeadFlag.connection_id == bindparam("connection_id"),
    tables.LeadFlag.lead_key == bindparam("lead_key"),
)
Version = TypeVar("Version", tables.PolicyText, tables.StreamText)
UNAMBIGUOUS = "23456789abcdefghjkmnpqrstvwxyz"


def utc_now() -> datetime:
    """The time on the wall, in UTC."""
    return datetime.now(UTC)


def short_id() -> str:
    """A random id of 10 characters that a person can read out (about 49 bits)."""
    return "".join(choice(UNAMBIGUOUS) for _ in range(10))


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """Connections and what belongs to them. Every method is one transaction.

    A ``connection_id`` that does not exist answers None or an empty tuple; writing for it raises
    ``sqlalchemy.exc.IntegrityError``.
    """

    database: Database
    clock: Clock = utc_now

    def connections(self) -> tuple[ConnectionRow, ...]:
        """All connections, oldest first; disconnected ones too."""
        query = select(tables.Connection).order_by(tables.Connection.connected_at, tables.Connection.id)
        with self.database.reading() as session:
            return tuple(connection_row(row) for row in session.scalars(query))

    def connection(self, connection_id: str) -> ConnectionRow | None:
        """One connection by its id."""
        with self.database.reading() as session:
            row = session.get(tables.Connection, connection_id)
            return connection_row(row) if row else None

    def connection_for(self, crm: str, organisation: str) -> ConnectionRow | None:
        """The connection of one org or portal by the CRM's own id."""
        with self.database.glancing() as link:
            row = link.execute(_ORGANISATION, {"crm": crm, "organisation": organisation}).first()
        return connection_row(cast("tables.Connection", row)) if row else None

    def add_connection(self, crm: Crm, organisation: str, instance_url: str) -> ConnectionRow:
        """The connection of this org, made now or, after a new consent, made alive again under its old id."""
        now, lock = self.clock(), f"connection/{crm}/{organisation}"
        with self.database.exclusive(lock), self.database.writing() as session:
            row = session.scalar(select(tables.Connection).filter_by(crm=crm, organisation=organisation))
            if row is None:
                row = tables.Connection(id=short_id(), crm=crm, organisation=organisation, connected_at=now)
                session.add(row)
            row.instance_url, row.state, row.note, row.changed_at = instance_url, "connected", "", now
            session.flush()
            return connection_row(row)

    def set_state(self, connection_id: str, state: ConnectionState, note: str = "") -> None:
        """Record what state a connection is in, with a plain sentence for the admin."""
        with self.database.writing() as session:
            row = session.get_one(tables.Connection, connection_id)
            row.state, row.note, row.changed_at = state, note, self.clock()

    def move_state(
        self, connection_id: str, state: ConnectionState, note: str, unless: Collection[ConnectionState]
    ) -> None:
        """As `set_state`, but for a connection that is in one of the states ``unless``: that one stays.

        It is one statement, so that nobody's change comes between the look and the record.
        """
        movable = tables.Connection.state.not_in(unless)
        change = update(tables.Connection).filter_by(id=connection_id).where(movable)
        with self.database.writing() as session:
            session.execute(change.values(state=state, note=note, changed_at=self.clock()))

    def policy(self, connection_id: str) -> PolicyVersion | None:
        """The policy in force: the newest version."""
        with self.database.reading() as session:
            row = session.scalar(_versions(tables.PolicyText, connection_id).limit(1))
            return policy_version(row) if row else None

    def policies(self, connection_id: str) -> tuple[PolicyVersion, ...]:
        """Every version of the policy, newest first."""
        with self.database.reading() as session:
            rows = session.scalars(_versions(tables.PolicyText, connection_id))
            return tuple(policy_version(row) for row in rows)

    def save_policy(self, connection_id: str, text: str, saved_by: str) -> PolicyVersion:
        """A new version of the policy and a line in the audit trail; the same text again changes nothing."""
        draft = Draft(connection_id=connection_id, text=text, saved_by=saved_by, saved_at=self.clock())
        with self._saving("policy", connection_id) as session:
            return policy_version(keep(session, tables.PolicyText, draft))

    def stream(self, connection_id: str) -> StreamVersion | None:
        """The stream in force: the newest version."""
        with self.database.reading() as session:
            row = session.scalar(_versions(tables.StreamText, connection_id).limit(1))
            return stream_version(row) if row else None

    def streams(self, connection_id: str) -> tuple[StreamVersion, ...]:
        """Every version of the stream, newest first."""
        with self.database.reading() as session:
            rows = session.scalars(_versions(tables.StreamText, connection_id))
            return tuple(stream_version(row) for row in rows)

    def save_stream(self, connection_id: str, text: str, saved_by: str) -> StreamVersion:
        """A new version of the stream and a line in the audit trail; the same text again changes nothing."""
        draft = Draft(connection_id=connection_id, text=text, saved_by=saved_by, saved_at=self.clock())
        with self._saving("stream", connection_id) as session:
            return stream_version(keep(session, tables.StreamText, draft))

    def add_audit(
        self, connection_id: str, new: NewAudit, flags: Mapping[LeadKey, Flag] | None = None
    ) -> AuditRow:
        """Store one finished audit. ``flags`` replaces the connection's flags in the same transaction."""
        values = {**asdict(replace(new, evidence=None)), **asdict(new.pulled)}
        del values["pulled"], values["evidence"]
        digest = sha256(new.report.encode()).hexdigest()
        with self.database.writing() as session:
            row = tables.Audit(connection_id=connection_id, made_at=self.clock(), digest=digest, **values)
            session.add(row)
            session.flush()
            if new.evidence is not None:
                _put_evidence(session, row.id, new.evidence)
            if flags is not None:
                _put_flags(session, connection_id, row.id, flags)
            return audit_row(row)

    def latest_audit(self, connection_id: str) -> AuditRow | None:
        """The newest audit of a connection."""
        with self.database.reading() as session:
            row = session.scalar(_audits(connection_id).limit(1))
            return audit_row(row) if row else None

    def audit(self, audit_id: str) -> AuditRow | None:
        """One audit by its id."""
        with self.database.reading() as session:
            row = session.get(tables.Audit, audit_id)
            return audit_row(row) if row else None

    def audits(self, connection_id: str) -> tuple[AuditRow, ...]:
        """Every audit of a connection, newest first."""
        with self.database.reading() as session:
            return tuple(audit_row(row) for row in session.scalars(_audits(connection_id)))

    def remove_flags(self, connection_id: str) -> None:
        """Forget every flag of a connection."""
        with self.database.writing() as session:
            session.execute(delete(tables.LeadFlag).filter_by(connection_id=connection_id))

    def has_flags(self, connection_id: str) -> bool:
        """Whether any lead of a connection has a flag."""
        query = select(tables.LeadFlag.lead_key).filter_by(connection_id=connection_id).limit(1)
        with self.database.reading() as session:
            return session.scalar(query) is not None

    def flag(self, connection_id: str, lead_key: str) -> FlagRow | None:
        """What is known of one lead; ``lead_key`` is `LeadKey.hex`."""
        with self.database.glancing() as link:
            row = link.execute(_FLAG, {"connection_id": connection_id, "lead_key": lead_key}).first()
        return flag_row(cast("tables.LeadFlag", row)) if row else None

    def flags(self, connection_id: str) -> Mapping[LeadKey, Flag]:
        """All flags of a connection, as `Source.publish` takes them, in little memory."""
        query = select(tables.LeadFlag).filter_by(connection_id=connection_id)
        query = query.order_by(tables.LeadFlag.lead_key).execution_options(yield_per=PORTION)
        with self.database.reading() as session:
            return FlagMap((bytes.fromhex(row.lead_key), flag(row)) for row in session.scalars(query))

    def flagged(self, connection_id: str) -> bytes:
        """The keys of all leads with a flag, 16 bytes each."""
        query = select(tables.LeadFlag.lead_key).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            return b"".join(map(bytes.fromhex, session.scalars(query.execution_options(yield_per=PORTION))))

    def add_receipt(self, connection_id: str, receipt: Receipt) -> ReceiptRow:
        """Remember what became of a write-back."""
        with self.database.writing() as session:
            row = tables.PublishReceipt(connection_id=connection_id, made_at=self.clock(), **asdict(receipt))
            session.add(row)
            return receipt_row(row)

    def latest_receipt(self, connection_id: str) -> ReceiptRow | None:
        """The newest write-back of a connection."""
        query = select(tables.PublishReceipt).filter_by(connection_id=connection_id)
        newest = query.order_by(tables.PublishReceipt.id.desc()).limit(1)
        with self.database.reading() as session:
            row = session.scalar(newest)
            return receipt_row(row) if row else None

    @contextmanager
    def _saving(self, what: str, connection_id: str) -> Iterator[Session]:
        """A transaction whose look at the newest version stays true: nobody else saves one meanwhile."""
        with self.database.exclusive(f"{what}/{connection_id}"), self.database.writing() as session:
            yield session


def _versions(table: type[Version], connection_id: str) -> Select[Version]:
    """Every version of a text, newest first."""
    return select(table).filter_by(connection_id=connection_id).order_by(table.version.desc())


def _audits(connection_id: str) -> Select[tables.Audit]:
    newest_first = (tables.Audit.made_at.desc(), tables.Audit.id.desc())
    return select(tables.Audit).filter_by(connection_id=connection_id).order_by(*newest_first)


def _put_evidence(session: Session, audit_id: str, kept: NewEvidence) -> None:
    session.add(AuditEvidence(audit_id=audit_id, overview=dict(kept.overview), counts=kept.counts))
    if kept.answers is not None:
        session.add(AnswerEvidence(audit_id=audit_id, told=dict(kept.answers)))


def _put_flags(session: Session, connection_id: str, audit_id: str, flags: Mapping[LeadKey, Flag]) -> None:
    session.execute(delete(tables.LeadFlag).filter_by(connection_id=connection_id))
    # Many leads share one detail.
    told = cache(asdict)
    rows = [
        {
            "connection_id": connection_id,
            "lead_key": lead.hex,
            "audit_id": audit_id,
            "status": flag.status,
            "reason": flag.reason,
            "checked_at": flag.checked_at,
            "detail": told(flag.detail) if flag.detail else None,
        }
        for lead, flag in flags.items()
    ]
    if rows:
        # The table, not its class: that would make a statement of its own wherever a detail begins or ends.
        session.execute(insert(tables.LeadFlag.metadata.tables[tables.LeadFlag.__tablename__]), rows)
