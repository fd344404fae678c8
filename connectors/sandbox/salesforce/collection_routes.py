"""Up to 200 records in one call: made, changed, upserted or deleted, each with a result of its own.

HTTP 200 even where every record fails, and also where all were rolled back.
Source: developer.salesforce.com, api_rest, resources_composite_sobjects_collections.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, request

from connectors.sandbox.salesforce.api import answered, api_blueprint, json_body, viewer
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.schema import ObjectDef
from connectors.sandbox.salesforce.soql_run import Json
from connectors.sandbox.salesforce.state import state
from connectors.sandbox.salesforce.undo import Undo
from connectors.sandbox.salesforce.values import RowError
from connectors.sandbox.salesforce.write_routes import external_id, writable, writer
from connectors.sandbox.salesforce.writing import Written

LIMIT = 200
# Records of one type in a row are one chunk.
CHUNKS = 10
routes = api_blueprint("collections", "/composite/sobjects")
Entry = Mapping[str, Any]
Deed = Callable[[ObjectDef, Entry], Written]


@routes.post("/", strict_slashes=False)
def create(version: str) -> Response:  # noqa: ARG001 - address
    """Make records."""
    return _answered(lambda kind, entry: writer(kind).insert(_values(entry)))


@routes.patch("/", strict_slashes=False)
def update(version: str) -> Response:  # noqa: ARG001 - address
    """Change records by their ids."""
    return _answered(lambda kind, entry: writer(kind).update(_id(entry), _values(entry)))


@routes.patch("/<name>/<field>")
def upsert(version: str, name: str, field: str) -> Response:  # noqa: ARG001 - address
    """Change or make records by an external id."""
    key = external_id(writable(name), field)

    def deed(kind: ObjectDef, entry: Entry) -> Written:
        values = {k: v for k, v in _values(entry).items() if k.lower() != key.name.lower()}
        value = next((str(v) for k, v in entry.items() if k.lower() == key.name.lower()), "")
        return writer(kind).upsert(key, value, values)

    return _answered(deed, only=name, created=True)


@routes.delete("/", strict_slashes=False)
def delete(version: str) -> Response:  # noqa: ARG001 - address
    """Put records into the recycle bin; their ids stand in the address."""
    ids = [part.strip() for part in request.args.get("ids", "").split(",") if part.strip()]
    by_prefix = {found.prefix: found.name for found in state().org.objects.values() if found.updateable}
    entries = [{"attributes": {"type": by_prefix.get(one[:3], one[:3])}, "id": one} for one in ids]
    strict = request.args.get("allOrNone", "false").lower() == "true"
    _check_size(entries)
    return answered(_results(entries, lambda kind, entry: writer(kind).delete(_id(entry)), strict))


def _answered(deed: Deed, *, only: str = "", created: bool = False) -> Response:
    """The results of a body's records. Raises ApiError 400 for a body that is not understood."""
    body = json_body()
    entries = body.get("records")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ApiError(400, "JSON_PARSER_ERROR", "records must be an array of objects")
    _check_size(entries)
    kinds = {_type(entry).lower() for entry in entries}
    if only and kinds != {only.lower()}:
        raise ApiError(400, "INVALID_TYPE", "all records of an upsert are of the type in the address")
    results = _results(entries, deed, body.get("allOrNone") is True)
    shown = results if created else [_without_created(one) for one in results]
    return answered(shown)


def _check_size(entries: Sequence[Entry]) -> None:
    """Raises ApiError 400 for too many records, or too often another type."""
    if len(entries) > LIMIT:
        text = f"record limit reached. cannot submit more than {LIMIT} records into this call"
        raise ApiError(400, "EXCEEDED_ID_LIMIT", text)
    types = [_type(entry).lower() for entry in entries]
    chunks = sum(one != before for one, before in zip(types, [None, *types], strict=False))
    if chunks > CHUNKS:
        text = f"Cannot have more than {CHUNKS} chunks per operation. Rearrange records to reduce chunking."
        raise ApiError(400, "LIMIT_EXCEEDED", text)


def _results(entries: Sequence[Entry], deed: Deed, strict: bool) -> list[Json]:
    org = state().org
    if not strict:
        return [_result(entry, deed) for entry in entries]
    with org.lock:
        undo = Undo.of(org)
        results = [_result(entry, deed) for entry in entries]
        if all(result["success"] for result in results):
            return results
        undo.back()
    text = "Record rolled back because not all records were valid and the request was using AllOrNone header"
    rolled = _failure("ALL_OR_NONE_OPERATION_ROLLED_BACK", text)
    return [rolled if result["success"] else result for result in results]


def _result(entry: Entry, deed: Deed) -> Json:
    try:
        kind = state().org.object_named(_type(entry), viewer())
        if not kind.updateable:
            return _failure("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type {kind.name} is read only")
        written = deed(kind, entry)
    except ApiError as error:
        return _failure(error.code, error.message)
    except RowError as error:
        return _failure(error.code, error.message, error.fields)
    return {"id": written.id, "success": True, "errors": [], "created": written.created}


def _without_created(result: Json) -> Json:
    return {key: value for key, value in result.items() if key != "created"}


def _type(entry: Entry) -> str:
    attributes = entry.get("attributes")
    return str(attributes.get("type", "")) if isinstance(attributes, dict) else ""


def _id(entry: Entry) -> str:
    return next((str(value) for name, value in entry.items() if name.lower() == "id"), "")


def _values(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name.lower() not in {"attributes", "id"}}


def _failure(code: str, message: str, fields: tuple[str, ...] = ()) -> Json:
    return {"success": False, "errors": [{"statusCode": code, "message": message, "fields": list(fields)}]}
