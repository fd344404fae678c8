"""What describe tells of an object: to each user only the fields that she may see."""

from __future__ import annotations

from connectors.sandbox.salesforce.org import Org, qualified
from connectors.sandbox.salesforce.schema import FieldDef, ObjectDef
from connectors.sandbox.salesforce.soql_run import Json
from connectors.sandbox.salesforce.users import User


def described(org: Org, user: User, definition: ObjectDef, version: str) -> Json:
    """The whole answer for one object."""
    fields = [_field(definition, found, user) for found in org.visible(definition, user)]
    children = [
        {"childSObject": other.name, "field": found.name, "relationshipName": None, "cascadeDelete": False}
        for other in org.objects.values()
        for found in other.fields.values()
        if found.reference_to == definition.name and org.may_see(user, other)
    ]
    return summary(definition, version) | {
        "fields": fields,
        "childRelationships": children,
        "recordTypeInfos": [],
        "namedLayoutInfos": [],
        "actionOverrides": [],
        "supportedScopes": [{"label": f"All {definition.label}", "name": "everything"}],
    }


def summary(definition: ObjectDef, version: str) -> Json:
    """The object's entry in the list of all."""
    base = f"/services/data/{version}/sobjects/{definition.name}"
    return {
        "name": definition.name,
        "label": definition.label,
        "labelPlural": f"{definition.label}s",
        "keyPrefix": definition.prefix,
        "custom": definition.custom,
        "customSetting": False,
        "queryable": True,
        "retrieveable": True,
        "createable": definition.createable,
        "updateable": definition.updateable,
        "deletable": definition.updateable,
        "undeletable": definition.updateable,
        "mergeable": definition.name == "Lead",
        "replicateable": definition.deletable,
        "searchable": definition.updateable,
        "triggerable": definition.updateable,
        "layoutable": definition.updateable,
        "feedEnabled": False,
        "mruEnabled": False,
        "deprecatedAndHidden": False,
        "urls": {"sobject": base, "describe": f"{base}/describe", "rowTemplate": f"{base}/{{ID}}"},
    }


def _field(definition: ObjectDef, field: FieldDef, user: User) -> Json:
    told = field.described()
    if qualified(definition, field.name) in user.readonly_fields:
        told |= {"updateable": False, "createable": False}
    return told
