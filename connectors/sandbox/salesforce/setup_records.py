"""What an admin's setup holds, as records: the entities, and every field with its data classification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from connectors.sandbox.salesforce.org import Org, Table
from connectors.sandbox.salesforce.schema import FieldDef, ObjectDef, make_fields
from connectors.sandbox.salesforce.tables import Record

# Setup's words for the types of describe.
_DATA_TYPES = {
    "string": "Text({length})",
    "textarea": "Long Text Area({length})",
    "double": "Number(16, 2)",
    "int": "Number(9, 0)",
    "percent": "Percent(16, 2)",
    "currency": "Currency(16, 2)",
    "boolean": "Checkbox",
    "date": "Date",
    "datetime": "Date/Time",
    "picklist": "Picklist",
    "multipicklist": "Picklist (Multi-Select)",
    "reference": "Lookup({target})",
    "email": "Email",
    "phone": "Phone",
    "url": "URL(255)",
    "id": "Lookup()",
    "address": "Address",
}


def setup_records(org: Org) -> dict[str, Table]:
    """The records of EntityDefinition and FieldDefinition."""
    entities: Table = {}
    fields: Table = {}
    for definition in org.objects.values():
        entities[definition.name] = _entity(definition)
        fields.update((str(row["DurableId"]), row) for row in _fields(definition))
    return {"EntityDefinition": entities, "FieldDefinition": fields}


def classify(org: Org, name: str, security: str | None, compliance: str | None) -> None:
    """Set a Lead field's data classification. Raises KeyError for a field that is not there."""
    lead = org.objects["Lead"]
    field = replace(lead.fields[name.lower()], security=security, compliance=compliance, business="Active")
    org.objects["Lead"] = replace(lead, fields=make_fields([*lead.fields.values(), field]))
    org.records |= setup_records(org)


def _entity(definition: ObjectDef) -> Record:
    return {
        "Id": definition.name,
        "DurableId": definition.name,
        "QualifiedApiName": definition.name,
        "DeveloperName": definition.name.removesuffix("__c"),
        "Label": definition.label,
        "KeyPrefix": definition.prefix,
    }


def _fields(definition: ObjectDef) -> Iterator[Record]:
    for field in definition.fields.values():
        yield {
            "Id": f"{definition.name}.{field.name}",
            "DurableId": f"{definition.name}.{field.name}",
            "QualifiedApiName": field.name,
            "DeveloperName": field.name.removesuffix("__c"),
            "Label": field.label,
            "Length": field.length,
            "DataType": _data_type(field),
            "SecurityClassification": field.security,
            "ComplianceGroup": field.compliance,
            "BusinessStatus": field.business,
            "IsApiFilterable": field.filterable,
            "IsApiSortable": field.filterable,
            "IsApiGroupable": field.filterable,
            "IsCalculated": bool(field.formula),
            "IsIndexed": field.type in {"id", "reference"} or field.external_id,
            "EntityDefinitionId": definition.name,
        }


def _data_type(field: FieldDef) -> str:
    pattern = _DATA_TYPES.get(field.type, field.type)
    return pattern.format(length=field.length, target=field.reference_to)
