"""A fresh org: its users, its objects, and the records that it is filled with."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.sandbox.fields import OrgContents, Value
from connectors.sandbox.salesforce.clock import Clock
from connectors.sandbox.salesforce.object_tables import OPTIONS
from connectors.sandbox.salesforce.objects import standard_objects
from connectors.sandbox.salesforce.org import Org, Table
from connectors.sandbox.salesforce.record_ids import make_id
from connectors.sandbox.salesforce.schema import FieldDef, ObjectDef
from connectors.sandbox.salesforce.setup_records import setup_records
from connectors.sandbox.salesforce.tables import MadeLeads, Record
from connectors.sandbox.salesforce.users import API_ENABLED, EDIT_CONVERTED, VIEW_SETUP, User
from connectors.sandbox.salesforce.values import stored

WON = "Closed - Converted"


def make_org(contents: OrgContents, seed: int) -> Org:
    """An org that holds the contents; ids depend on the seed only in the organisation's."""
    organisation = make_id("00D", seed % 1_000_000 + 62**4)
    admin, rep, integration = _people()
    objects = standard_objects(contents.fields)
    org = Org(
        organisation=organisation,
        clock=Clock(),
        admin=admin,
        rep=rep,
        integration=integration,
        objects=objects,
        records={name: {} for name in objects},
    )
    org.records["Organization"] = {organisation: _organization(organisation)}
    org.records["User"] = {user.id: user.record() for user in org.users}
    queue = make_id("00G", 1)
    org.records["Group"] = {queue: {"Id": queue, "Name": "New leads", "Type": "Queue"}}
    org.records["LeadStatus"] = _statuses()
    org.records |= setup_records(org)
    _fill(org, contents)
    return org


def _people() -> tuple[User, User, User]:
    names = (("admin", "Ada", "Admin"), ("rep", "Rick", "Rep"), ("integration", "Ines", "Integration"))
    admin, rep, integration = (
        User(
            id=make_id("005", number),
            username=f"{name}@stand-in.example",
            first_name=first,
            last_name=last,
        )
        for number, (name, first, last) in enumerate(names, start=1)
    )
    rep.hidden_fields = {"genderidentity"}
    admin.permissions = {API_ENABLED, VIEW_SETUP}
    integration.permissions = {API_ENABLED, VIEW_SETUP, EDIT_CONVERTED}
    return admin, rep, integration


def _fill(org: Org, contents: OrgContents) -> None:
    """Load a tuple of records at once; any other sequence is read again whenever a lead is."""
    records = contents.records
    if not isinstance(records, tuple):
        now = org.clock.stamp()
        org.records["Lead"] = MadeLeads(
            prefix="00Q",
            count=len(records),
            make=lambda number: _lead(org, records[number - 1], number, now),
        )
        return
    for record in records:
        load(org, record)


def load(org: Org, record: Mapping[str, Value]) -> str:
    """Add one lead as an import would, system fields included; returns its id. Raises RowError."""
    row = _lead(org, record, len(org.leads) + 1, org.clock.stamp())
    lead_id = org.new_id("Lead")
    org.leads[lead_id] = {**row, "Id": lead_id}
    return lead_id


def _lead(org: Org, record: Mapping[str, Value], number: int, now: str) -> Record:
    row: dict[str, Value] = {
        "Id": make_id("00Q", number),
        "IsDeleted": False,
        "Company": "[not provided]",
        "LastName": f"Lead {number}",
        "Status": "Open - Not Contacted",
        "OwnerId": org.rep.id,
        "IsConverted": False,
        "HasOptedOutOfEmail": False,
        "HasOptedOutOfFax": False,
        "DoNotCall": False,
        "CreatedDate": now,
        "CreatedById": org.admin.id,
        "LastModifiedById": org.admin.id,
        "LastModifiedDate": now,
        "SystemModstamp": now,
    }
    row.update({f.name: stored(f, value) for f, value in _known(org.objects["Lead"], record)})
    return named(row)


def add(org: Org, name: str, values: Mapping[str, Value]) -> str:
    """Add one record of another object as it stands, system fields included; returns its id."""
    definition, now = org.objects[name], org.clock.stamp()
    row: dict[str, Value] = {"IsDeleted": False}
    row |= dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), now)
    row |= dict.fromkeys(("CreatedById", "LastModifiedById"), org.admin.id)
    row |= {"OwnerId": org.admin.id}
    row = {key: value for key, value in row.items() if key.lower() in definition.fields}
    row |= {f.name: stored(f, value) for f, value in _known(definition, values)}
    record_id = str(row.setdefault("Id", org.new_id(name)))
    org.records[name][record_id] = named(row)
    return record_id


def named(row: Mapping[str, Value]) -> Record:
    """The record with its compound name, where it has the parts of one."""
    if "LastName" not in row:
        return row
    return {**row, "Name": " ".join(str(row[p]) for p in ("FirstName", "LastName") if row.get(p))}


def _known(definition: ObjectDef, record: Mapping[str, Value]) -> list[tuple[FieldDef, Value]]:
    unknown = next((name for name in record if name.lower() not in definition.fields), None)
    if unknown:
        msg = f"the stand-in's {definition.name} has no field {unknown}; add it to the contents' fields"
        raise KeyError(msg)
    return [(definition.fields[name.lower()], value) for name, value in record.items()]


def _statuses() -> Table:
    made: Table = {}
    for number, label in enumerate(OPTIONS["Status"], start=1):
        record_id = make_id("01J", number)
        made[record_id] = {
            "Id": record_id,
            "MasterLabel": label,
            "ApiName": label,
            "IsConverted": label == WON,
            "IsDefault": number == 1,
            "SortOrder": number,
        }
    return made


def _organization(organisation: str) -> Record:
    return {
        "Id": organisation,
        "Name": "Stand-in for Salesforce",
        "InstanceName": "FL1",
        "IsSandbox": True,
        "OrganizationType": "Developer Edition",
    }
