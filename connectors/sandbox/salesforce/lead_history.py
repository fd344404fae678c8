"""LeadHistory: what tracked fields of a lead were before and after each change."""

from __future__ import annotations

from connectors.sandbox.fields import Value
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.schema import ObjectDef
from connectors.sandbox.salesforce.tables import Record
from connectors.sandbox.salesforce.users import User


def tracked_changes(org: Org, user: User, definition: ObjectDef, before: Record, after: Record) -> None:
    """Keep one row for each tracked field of a lead that a write changed."""
    if definition.name != "Lead" or "LeadHistory" not in org.objects:
        return
    for name in sorted(org.switches.tracked):
        if before.get(name) != after.get(name):
            _keep(org, user, str(after["Id"]), (name, before.get(name), after.get(name)))


def _keep(org: Org, user: User, lead_id: str, change: tuple[str, Value, Value]) -> None:
    name, old, new = change
    history_id = org.new_id("LeadHistory")
    org.records["LeadHistory"][history_id] = {
        "Id": history_id,
        "LeadId": lead_id,
        "Field": name,
        "DataType": "Text",
        "OldValue": _text(old),
        "NewValue": _text(new),
        "CreatedDate": org.clock.stamp(),
        "CreatedById": user.id,
        "IsDeleted": False,
    }


def _text(value: Value) -> Value:
    """A value as history shows it. The platform leaves both out for a long text; here it is only cut."""
    return str(value)[:255] if isinstance(value, str) else value
