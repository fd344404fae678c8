"""The state of one stand-in org: objects, records, users, and what each user may see."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from connectors.salesforce.ids import full_id
from connectors.sandbox.fields import OrgContents, Value
from connectors.sandbox.salesforce.clock import Clock, stamp
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.schema import (
    FieldDef,
    ObjectDef,
    lead_object,
    organization_object,
    user_object,
)
from connectors.sandbox.salesforce.values import stored

Record = Mapping[str, Value]
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True, kw_only=True)
class User:
    """One user of the org. Hidden fields and records are what field security and sharing withhold."""

    id: str
    username: str
    first_name: str
    last_name: str
    hidden_fields: set[str] = field(default_factory=set)
    hidden_records: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    def record(self) -> Record:
        """The user as a record of the User object."""
        return {
            "Id": self.id,
            "Username": self.username,
            "Name": self.name,
            "FirstName": self.first_name,
            "LastName": self.last_name,
            "Email": self.username,
            "IsActive": True,
            "Type": "User",
        }


@dataclass(slots=True, kw_only=True)
class Switches:
    """What an org's own automation does to a write; tests turn these on."""

    refuse_converted: bool = True
    validation: Callable[[Record], str | None] | None = None
    assignment_owner: str | None = None
    locked: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Org:
    """Everything the org holds. A record is never changed in place, so a cursor is a snapshot."""

    organisation: str
    clock: Clock
    admin: User
    rep: User
    objects: dict[str, ObjectDef]
    records: dict[str, dict[str, Record]]
    switches: Switches = field(default_factory=Switches)
    requested: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def leads(self) -> dict[str, Record]:
        """The leads by 18-character id, in the order they were made."""
        return self.records["Lead"]

    def object_named(self, name: str) -> ObjectDef:
        """The object of that name, whatever its case. Raises ApiError 400 INVALID_TYPE."""
        for known, definition in self.objects.items():
            if known.lower() == name.lower():
                return definition
        text = f"sObject type '{name}' is not supported."
        raise ApiError(400, "INVALID_TYPE", text)

    def field_of(self, definition: ObjectDef, name: str, user: User) -> FieldDef | None:
        """The field, or None where it does not exist or the user may not see it."""
        if definition.name == "Lead" and name.lower() in user.hidden_fields:
            return None
        return definition.fields.get(name.lower())

    def visible(self, definition: ObjectDef, user: User) -> list[FieldDef]:
        """The object's fields that the user may see."""
        return [f for f in definition.fields.values() if self.field_of(definition, f.name, user)]

    def rows(self, definition: ObjectDef, user: User, *, deleted: bool = False) -> list[Record]:
        """The object's records that are shared with the user."""
        with self.lock:
            every = list(self.records[definition.name].values())
        if definition.name != "Lead":
            return every
        hidden = user.hidden_records
        return [row for row in every if (deleted or not row.get("IsDeleted")) and row["Id"] not in hidden]

    def user(self, user_id: str) -> User:
        """One of the two users. Raises KeyError for another id."""
        return {self.admin.id: self.admin, self.rep.id: self.rep}[user_id]

    def hide_field(self, name: str, user: User | None = None) -> None:
        """Take a field away from one user, or from both (as if an admin deleted it)."""
        for viewer in [user] if user else [self.admin, self.rep]:
            viewer.hidden_fields.add(name.lower())

    def new_id(self, prefix: str) -> str:
        """The next id of an object."""
        with self.lock:
            return make_id(prefix, len(self.leads) + 1)


def make_id(prefix: str, number: int) -> str:
    """An 18-character id: prefix, instance ``Fl``, and the number in base 62."""
    digits = ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return full_id(f"{prefix}Fl{digits:0>10}")


def make_org(contents: OrgContents, seed: int) -> Org:
    """An org that holds the contents; ids depend on the seed only in the organisation's."""
    organisation = make_id("00D", seed % 1_000_000 + 62**4)
    org = Org(
        organisation=organisation,
        clock=Clock(),
        admin=User(
            id=make_id("005", 1), username="admin@stand-in.example", first_name="Ada", last_name="Admin"
        ),
        rep=User(
            id=make_id("005", 2),
            username="rep@stand-in.example",
            first_name="Rick",
            last_name="Rep",
            hidden_fields={"genderidentity"},
        ),
        objects={"Lead": lead_object(contents.fields), "User": user_object()},
        records={},
    )
    org.objects["Organization"] = organization_object()
    org.records["Organization"] = {organisation: _organization(organisation)}
    org.records["User"] = {user.id: user.record() for user in (org.admin, org.rep)}
    org.records["Lead"] = {}
    for record in contents.records:
        load(org, record)
    return org


def load(org: Org, record: Mapping[str, Value]) -> str:
    """Add one lead as an import would, system fields included; returns its id. Raises RowError."""
    definition, lead_id, now = org.objects["Lead"], org.new_id("00Q"), stamp()
    row: dict[str, Value] = {
        "IsDeleted": False,
        "Company": "[not provided]",
        "LastName": f"Lead {len(org.leads) + 1}",
        "Status": "Open - Not Contacted",
        "OwnerId": org.rep.id,
        "IsConverted": False,
        "HasOptedOutOfEmail": False,
        "DoNotCall": False,
        "CreatedDate": now,
        "CreatedById": org.admin.id,
        "LastModifiedById": org.admin.id,
        "LastModifiedDate": now,
        "SystemModstamp": now,
    }
    row.update({f.name: stored(f, value) for f, value in _known(definition, record)})
    row["Id"] = lead_id
    org.leads[lead_id] = named(row)
    return lead_id


def named(row: Mapping[str, Value]) -> Record:
    """The record with its compound name."""
    return {**row, "Name": " ".join(str(row[p]) for p in ("FirstName", "LastName") if row.get(p))}


def _known(definition: ObjectDef, record: Mapping[str, Value]) -> list[tuple[FieldDef, Value]]:
    unknown = [name for name in record if name.lower() not in definition.fields]
    if unknown:
        msg = f"the stand-in's Lead has no field {unknown[0]}; add it to the contents' fields"
        raise KeyError(msg)
    return [(definition.fields[name.lower()], value) for name, value in record.items()]


def _organization(organisation: str) -> Record:
    return {
        "Id": organisation,
        "Name": "Stand-in for Salesforce",
        "InstanceName": "FL1",
        "IsSandbox": True,
        "OrganizationType": "Developer Edition",
    }
