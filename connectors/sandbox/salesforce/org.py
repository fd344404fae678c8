"""The state of one stand-in org: objects, records, users, and what each user may see."""

from __future__ import annotations

import threading
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from connectors.sandbox.salesforce.clock import Clock, rest_datetime
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.record_ids import make_id
from connectors.sandbox.salesforce.schema import FieldDef, ObjectDef
from connectors.sandbox.salesforce.tables import MadeLeads, MadeRows, Record
from connectors.sandbox.salesforce.users import VIEW_SETUP, User

Table = MutableMapping[str, Record]
# What belongs to a lead is seen by those who see the lead.
PARENTS = {"ScoreIntelligence": "BaseId", "LeadHistory": "LeadId"}


@dataclass(slots=True, kw_only=True)
class Switches:
    """What an org's own automation does to a write, and how it answers; tests turn these.

    ``tracked`` are the Lead fields whose changes LeadHistory keeps. ``replication_lag`` is how many seconds
    the deleted and updated resources lag behind, ``replication_ids`` how many ids they tell at most, and
    ``replication_since`` how far back their log goes. A deleted record stays ``recycle_days`` in the bin.
    """

    refuse_converted: bool = True
    validation: Callable[[Record], str | None] | None = None
    assignment_owner: str | None = None
    locked: dict[str, int] = field(default_factory=dict)
    tracked: set[str] = field(default_factory=lambda: {"Status"})
    replication_lag: float = 300.0
    replication_ids: int = 600_000
    replication_since: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    recycle_days: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A record that is stamped already and that others see only later, as in a long transaction."""

    due: datetime
    object: str
    record: Record


@dataclass(slots=True, kw_only=True)
class Org:
    """Everything the org holds. A record is never changed in place, so a cursor is a snapshot."""

    organisation: str
    clock: Clock
    admin: User
    rep: User
    integration: User
    objects: dict[str, ObjectDef]
    records: dict[str, Table]
    switches: Switches = field(default_factory=Switches)
    requested: set[str] = field(default_factory=set)
    described_since: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    late: list[Late] = field(default_factory=list)
    purged: dict[str, dict[str, datetime]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _made: dict[str, int] = field(default_factory=dict)

    @property
    def leads(self) -> Table:
        """The leads by 18-character id, in the order they were made."""
        return self.records["Lead"]

    @property
    def users(self) -> tuple[User, ...]:
        """Everyone: the admin, the rep and the integration user."""
        return self.admin, self.rep, self.integration

    def object_named(self, name: str, user: User | None = None) -> ObjectDef:
        """The object of that name, whatever its case. Raises ApiError 400 INVALID_TYPE."""
        for known, definition in self.objects.items():
            if known.lower() == name.lower() and (user is None or self.may_see(user, definition)):
                return definition
        text = f"sObject type '{name}' is not supported."
        raise ApiError(400, "INVALID_TYPE", text)

    def may_see(self, user: User, definition: ObjectDef) -> bool:
        """Whether an object is there for a user; data classification needs View Setup."""
        if definition.name == "FieldDefinition" and VIEW_SETUP not in user.permissions:
            return False
        return definition.name.lower() not in user.hidden_objects

    def field_of(self, definition: ObjectDef, name: str, user: User) -> FieldDef | None:
        """The field, or None where it does not exist or the user may not see it."""
        if qualified(definition, name) in user.hidden_fields:
            return None
        return definition.fields.get(name.lower())

    def visible(self, definition: ObjectDef, user: User) -> list[FieldDef]:
        """The object's fields that the user may see."""
        return [f for f in definition.fields.values() if self.field_of(definition, f.name, user)]

    def rows(self, definition: ObjectDef, user: User, *, deleted: bool = False) -> Sequence[Record]:
        """The object's records that are shared with the user, as they are now."""
        self.commit_due()
        if deleted:
            self.empty_old_bin()
        with self.lock:
            table = self.records[definition.name]
            every = table.snapshot() if isinstance(table, MadeLeads) else list(table.values())
        hidden = user.hidden_records
        if isinstance(every, MadeRows):
            gone = [key for key, row in every.own.items() if row.get("IsDeleted") and not deleted]
            return every.without({*gone, *hidden}) if gone or hidden else every
        if not definition.deletable or (deleted and not hidden):
            return every
        parent = PARENTS.get(definition.name, "Id")
        return [
            row
            for row in every
            if (deleted or not row.get("IsDeleted")) and not {row["Id"], row.get(parent)} & hidden
        ]

    def parent(self, definition: ObjectDef, key: object) -> Record:
        """The record that a reference points to, empty where it is gone; an owner may be a queue."""
        self.commit_due()
        name = "Group" if str(key).startswith("00G") and definition.name == "User" else definition.name
        found: Record = self.records[name].get(str(key), {}) if key else {}
        return found

    def commit_due(self) -> None:
        """Let everyone see the late records whose time has come."""
        if not self.late:
            return
        with self.lock:
            now = self.clock.now()
            due = [one for one in self.late if one.due <= now]
            self.late = [one for one in self.late if one.due > now]
            for one in due:
                self.records[one.object][str(one.record["Id"])] = one.record

    def empty_old_bin(self) -> None:
        """Forget what lay in the recycle bin long enough; the log of deletions still knows it."""
        oldest = rest_datetime(self.clock.now() - timedelta(days=self.switches.recycle_days))
        self.empty_bin(lambda row: str(row["SystemModstamp"]) < oldest)

    def empty_bin(self, wanted: Callable[[Record], bool] = lambda _: True) -> None:
        """Delete for good what lies in the recycle bin."""
        with self.lock:
            for name, table in self.records.items():
                if self.objects[name].deletable:
                    self._purge(name, [row for row in _kept(table) if row.get("IsDeleted") and wanted(row)])

    def _purge(self, name: str, rows: list[Record]) -> None:
        for row in rows:
            moment = datetime.fromisoformat(str(row["SystemModstamp"]))
            self.purged.setdefault(name, {})[str(row["Id"])] = moment
            del self.records[name][str(row["Id"])]

    def user(self, user_id: str) -> User:
        """One of the users. Raises KeyError for another id."""
        return {user.id: user for user in self.users}[user_id]

    def hide_field(self, name: str, user: User | None = None) -> None:
        """Take a field away from one user, or from all (as if an admin deleted it)."""
        for viewer in [user] if user else self.users:
            viewer.hidden_fields.add(name.lower())
        self.described_since = self.clock.now().replace(microsecond=0)

    def new_id(self, name: str) -> str:
        """The next id of an object."""
        with self.lock:
            number = self._made.get(name, len(self.records[name])) + 1
            self._made[name] = number
            return make_id(self.objects[name].prefix, number)


def _kept(table: Table) -> list[Record]:
    """The records that are not made on demand; only these can be deleted."""
    return list((table.own if isinstance(table, MadeLeads) else table).values())


def qualified(definition: ObjectDef, name: str) -> str:
    """How a user's hidden and read-only fields name a field."""
    return name.lower() if definition.name == "Lead" else f"{definition.name}.{name}".lower()
