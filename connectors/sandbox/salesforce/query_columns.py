"""What a query's columns are (``columns=true``): the Salesforce CLI asks after every query."""

from __future__ import annotations

from connectors.sandbox.salesforce.schema import NUMBERS, FieldDef
from connectors.sandbox.salesforce.soql_fields import Column
from connectors.sandbox.salesforce.soql_run import Json, Plan

_APEX = {
    "id": "Id",
    "reference": "Id",
    "boolean": "Boolean",
    "int": "Integer",
    "double": "Double",
    "currency": "Double",
    "percent": "Double",
    "date": "Date",
    "datetime": "Datetime",
}


def columns_of(plan: Plan) -> Json:
    """The columns of a query that is understood; a parent's stand together below its name."""
    parents: dict[str, Json] = {}
    told: list[Json] = []
    for column in plan.columns:
        if len(column.path) == 1:
            told.append(_told(column.definition))
            continue
        if column.path[0] not in parents:
            parents[column.path[0]] = _parent(column)
            told.append(parents[column.path[0]])
        joined = parents[column.path[0]]["joinColumns"]
        if isinstance(joined, list):
            joined.append(_told(column.definition))
    return {
        "columnMetadata": told,
        "entityName": plan.object.name,
        "groupBy": False,
        "idSelected": any(column.path == ("Id",) for column in plan.columns),
        "keyPrefix": plan.object.prefix,
    }


def _told(field: FieldDef) -> Json:
    return {
        "aggregate": False,
        "apexType": _APEX.get(field.type, "String"),
        "booleanType": field.type == "boolean",
        "columnName": field.name,
        "custom": field.custom,
        "displayName": field.name,
        "foreignKeyName": field.relationship or None,
        "insertable": field.creatable,
        "joinColumns": [],
        "numberType": field.type in NUMBERS | {"int"},
        "textType": field.type not in NUMBERS | {"int", "boolean", "date", "datetime"},
        "updatable": field.updateable,
    }


def _parent(column: Column) -> Json:
    name = column.path[0]
    blank = _told(column.definition)
    return blank | {
        "columnName": name,
        "displayName": name,
        "foreignKeyName": name,
        "apexType": "",
        "custom": False,
        "joinColumns": [],
    }
