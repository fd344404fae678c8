"""Run a query: which records, in which order, rendered as the REST API renders them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.sandbox.fields import Value
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.schema import ObjectDef
from connectors.sandbox.salesforce.soql_fields import Column, Scope
from connectors.sandbox.salesforce.soql_parse import parse
from connectors.sandbox.salesforce.soql_tree import Order, Query
from connectors.sandbox.salesforce.soql_where import Test, compiled
from connectors.sandbox.salesforce.tables import Record, where
from connectors.sandbox.salesforce.users import User

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a query found: a snapshot, because records are never changed in place."""

    object: str
    columns: tuple[Column, ...]
    rows: Sequence[Record]
    total: int

    def shown(self, rows: Sequence[Record], version: str) -> list[Json]:
        """Some of the records as JSON objects."""
        names = [column.path[0] for column in self.columns if len(column.path) == 1]
        parents = [column for column in self.columns if len(column.path) == 2]
        return [self._rendered(row, names, parents, version) for row in rows]

    def _rendered(self, row: Record, names: list[str], parents: list[Column], version: str) -> Json:
        base = f"/services/data/{version}/sobjects"
        made: Json = {"attributes": {"type": self.object, "url": f"{base}/{self.object}/{row['Id']}"}}
        made.update((name, _address(row) if name == "Address" else row.get(name)) for name in names)
        for column in parents:
            relation, name = column.path
            parent = made.setdefault(relation, _parent(column, row, base))
            if isinstance(parent, dict):
                parent[name] = column.read(row)
        return made


def _address(row: Record) -> Json:
    """The compound address, which Bulk does not give."""
    parts = ("city", "country", "postalCode", "state", "street")
    found: Json = {part: row.get(part[0].upper() + part[1:]) for part in parts}
    return found | {"geocodeAccuracy": None, "latitude": None, "longitude": None}


def _parent(column: Column, row: Record, base: str) -> Json | None:
    """A parent's own part; null where the record has none. An owner may be a queue."""
    key = column.key(row)
    kind = "Group" if str(key).startswith("00G") else column.parent
    return {"attributes": {"type": kind, "url": f"{base}/{kind}/{key}"}} if key else None


def run(org: Org, user: User, text: str, *, deleted: bool = False) -> Result:
    """Answer a SOQL query for one user. Raises ApiError."""
    plan = prepared(org, user, text)
    query, columns = plan.query, plan.columns
    rows = org.rows(plan.object, user, deleted=deleted)
    rows = where(rows, plan.test) if query.where else rows
    rows = _ordered(rows, query.order, plan.scope)[query.offset :]
    rows = rows if query.limit is None else rows[: query.limit]
    return Result(object=plan.object.name, columns=columns, rows=rows if columns else (), total=len(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A query that is understood, with every name resolved, before it is run."""

    query: Query
    object: ObjectDef
    scope: Scope
    columns: tuple[Column, ...]
    test: Test


def prepared(org: Org, user: User, text: str) -> Plan:
    """The query's names resolved for one user. Raises ApiError."""
    query = parse(text)
    definition = org.object_named(query.object, user)
    scope = Scope(org=org, user=user, object=definition, text=text)
    columns = tuple(scope.column(name) for name in query.fields)
    _refuse_twice(columns)
    test = compiled(query.where, scope)
    if (
        definition.name == "FieldDefinition"
        and "entitydefinition" not in text.lower().partition(" where ")[2]
    ):
        reason = "A filter on a reified column is required [EntityDefinitionId,DurableId]"
        raise ApiError(400, "MALFORMED_QUERY", reason)
    return Plan(query=query, object=definition, scope=scope, columns=columns, test=test)


def _refuse_unbounded(definition: ObjectDef, text: str) -> None:
    """Setup's field definitions are told of one entity at a time."""
    where_part = text.lower().partition(" where ")[2]
    bounded = "entitydefinition" in where_part or "durableid" in where_part
    if definition.name == "FieldDefinition" and not bounded:
        reason = "A filter on a reified column is required [EntityDefinitionId,DurableId]"
        raise ApiError(400, "MALFORMED_QUERY", reason)


def _refuse_twice(columns: Sequence[Column]) -> None:
    paths = [".".join(column.path) for column in columns]
    twice = [path for place, path in enumerate(paths) if path in paths[:place]]
    if twice:
        raise ApiError(400, "MALFORMED_QUERY", f"duplicate field selected: {twice[0]}")


def _ordered(rows: Sequence[Record], order: tuple[Order, ...], scope: Scope) -> Sequence[Record]:
    for key in reversed(order):
        read = scope.column(key.field).read
        present = [row for row in rows if read(row) is not None]
        absent = [row for row in rows if read(row) is None]
        present.sort(key=lambda row: _sortable(read(row)), reverse=key.descending)
        rows = present + absent if key.nulls_last else absent + present
    return rows


def _sortable(value: Value) -> tuple[float, str]:
    return (0.0, value) if isinstance(value, str) else (float(value or 0), "")
