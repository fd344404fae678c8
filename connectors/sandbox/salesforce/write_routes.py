"""Writing single records through the REST API: by id, by external id, new, and gone."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from connectors.sandbox.salesforce.api import answered, api_blueprint, find, json_body, viewer
from connectors.sandbox.salesforce.errors import ApiError, not_found
from connectors.sandbox.salesforce.schema import FieldDef, ObjectDef
from connectors.sandbox.salesforce.soql_run import Json
from connectors.sandbox.salesforce.state import state
from connectors.sandbox.salesforce.values import RowError
from connectors.sandbox.salesforce.writing import Writer, Written

routes = api_blueprint("writes")
# From this API version on, an update by external id answers 200 with a body; before, 204 and nothing.
TELLS_UPDATES = 46


def writer(definition: ObjectDef) -> Writer:
    """The viewer's writes to an object, with the assignment rules that the request asks for."""
    assign = request.headers.get("Sforce-Auto-Assign", "true").lower() != "false"
    return Writer(org=state().org, user=viewer(), definition=definition, auto_assign=assign)


def writable(name: str) -> ObjectDef:
    """An object that can be written. Raises ApiError 404 for an unknown one, 405 for a read-only one."""
    try:
        definition = state().org.object_named(name, viewer())
    except ApiError:
        raise not_found() from None
    if not definition.updateable:
        text = f"HTTP Method '{request.method}' not allowed. Allowed are HEAD,GET"
        raise ApiError(405, "METHOD_NOT_ALLOWED", text)
    return definition


@routes.post("/sobjects/<name>", strict_slashes=False)
def create(version: str, name: str) -> Response:  # noqa: ARG001 - address
    """Make one record: 201 with its id."""
    made = _tried(lambda: writer(writable(name)).insert(json_body()))
    return answered({"id": made.id, "success": True, "errors": []}, 201)


@routes.patch("/sobjects/<name>/<record_id>")
def update(version: str, name: str, record_id: str) -> tuple[str, int]:  # noqa: ARG001 - address
    """Change one record: 204 and nothing."""
    definition = writable(name)
    find(definition, record_id)
    _tried(lambda: writer(definition).update(record_id, json_body()))
    return "", 204


@routes.delete("/sobjects/<name>/<record_id>")
def delete(version: str, name: str, record_id: str) -> tuple[str, int]:  # noqa: ARG001 - address
    """Put one record into the recycle bin: 204 and nothing."""
    definition = writable(name)
    find(definition, record_id)
    _tried(lambda: writer(definition).delete(record_id))
    return "", 204


@routes.patch("/sobjects/<name>/<field>/<path:key>")
def upsert(version: str, name: str, field: str, key: str) -> Response | tuple[str, int]:
    """Change or make the record with an external id: 200 or 201, 300 where several have it."""
    definition = writable(name)
    found = external_id(definition, field)
    here = writer(definition)
    same = here.matching(found, key)
    if len(same) > 1:
        return several(definition, same, version)
    body = {k: v for k, v in json_body().items() if k.lower() != found.name.lower()}
    written = _tried(lambda: here.upsert(found, key, body))
    if not written.created and int(version[1:3]) < TELLS_UPDATES:
        return "", 204
    return answered(_told(written), 201 if written.created else 200)


@routes.delete("/sobjects/<name>/<field>/<path:key>")
def delete_by_key(version: str, name: str, field: str, key: str) -> Response | tuple[str, int]:
    """Put the record with an external id into the recycle bin."""
    definition = writable(name)
    found = external_id(definition, field)
    same = writer(definition).matching(found, key)
    if len(same) != 1:
        return several(definition, same, version)
    _tried(lambda: writer(definition).delete(same[0]))
    return "", 204


def several(definition: ObjectDef, record_ids: list[str], version: str) -> Response:
    """The addresses of records that share an external id. Raises ApiError 404 where there is none."""
    if not record_ids:
        raise not_found()
    base = f"/services/data/{version}/sobjects/{definition.name}"
    return answered([f"{base}/{record_id}" for record_id in record_ids], 300)


def external_id(definition: ObjectDef, name: str) -> FieldDef:
    """A field that identifies records from outside. Raises ApiError 404."""
    found = state().org.field_of(definition, name, viewer())
    if found is None or not found.external_id:
        text = f"Provided external ID field does not exist or is not accessible: {name}"
        raise ApiError(404, "NOT_FOUND", text)
    return found


def _told(written: Written) -> Json:
    return {"id": written.id, "success": True, "errors": [], "created": written.created}


def _tried(write: Callable[[], Written]) -> Written:
    """A write, its refusal as the answer of a single record. Raises ApiError 400."""
    try:
        return write()
    except RowError as error:
        raise ApiError(400, error.code, error.message, error.fields) from None
