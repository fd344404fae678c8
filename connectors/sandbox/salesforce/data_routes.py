"""The REST data API: versions, limits, describe, records and queries."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress

from flask import Blueprint, Response, jsonify, request

from connectors.sandbox.salesforce.api import (
    NEWEST,
    OLDEST,
    answered,
    api_blueprint,
    find,
    struck,
    viewer,
)
from connectors.sandbox.salesforce.cursors import Opened
from connectors.sandbox.salesforce.describing import described, summary
from connectors.sandbox.salesforce.errors import ApiError, not_found
from connectors.sandbox.salesforce.identity_routes import identity_url
from connectors.sandbox.salesforce.query_columns import columns_of
from connectors.sandbox.salesforce.schema import ObjectDef
from connectors.sandbox.salesforce.soql_fields import Scope
from connectors.sandbox.salesforce.soql_run import Json, Result, prepared, run
from connectors.sandbox.salesforce.soql_tree import Name
from connectors.sandbox.salesforce.state import state
from connectors.sandbox.salesforce.tables import Record
from connectors.sandbox.salesforce.write_routes import external_id, several, writer

COLLECTION = 2000
PAGE_FAULTS = ("duplicate_rows", "lost_rows")
routes = api_blueprint("data")
listing = Blueprint("versions", __name__)


@listing.get("/services/data")
@listing.get("/services/data/")
def versions() -> Response:
    """Every version, without authentication."""
    numbers = range(OLDEST, NEWEST + 1)
    return jsonify(
        [{"label": f"v{n}", "url": f"/services/data/v{n}.0", "version": f"{n}.0"} for n in numbers]
    )


@routes.get("/", strict_slashes=False)
def resources(version: str) -> Response:
    """The map of resources, with the address of the user's identity document."""
    base = f"/services/data/{version}"
    names = ("sobjects", "query", "queryAll", "limits", "composite", "jobs", "tooling")
    return answered({name: f"{base}/{name}" for name in names} | {"identity": identity_url(viewer())})


@routes.get("/sobjects", strict_slashes=False)
def sobjects(version: str) -> Response:
    """The objects."""
    every = state().org.objects.values()
    made = [summary(one, version) for one in every if state().org.may_see(viewer(), one)]
    return answered({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": made})


@routes.get("/sobjects/<name>/describe", strict_slashes=False)
def describe(version: str, name: str) -> Response:
    """An object's fields, without those that the user may not see."""
    definition = _definition(name)
    body = described(state().org, viewer(), definition, version)
    answer = answered(body)
    answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:16], weak=True)
    answer.last_modified = state().org.described_since
    answer.make_conditional(request)
    return answer


@routes.get("/sobjects/<name>/<record_id>")
def record(version: str, name: str, record_id: str) -> Response:
    """One record; hidden, deleted and unknown ones are not found."""
    definition = _definition(name)
    row = find(definition, record_id)
    every = ",".join(f.name for f in state().org.visible(definition, viewer()))
    names = [part.strip() for part in request.args.get("fields", every).split(",")]
    return answered(_shown(definition, [row], names, version)[0])


@routes.get("/sobjects/<name>/<field>/<path:key>")
def record_by_key(version: str, name: str, field: str, key: str) -> Response:
    """One record by an external id; 300 with the addresses where several have it."""
    definition = _definition(name)
    same = writer(definition).matching(external_id(definition, field), key)
    return record(version, name, same[0]) if len(same) == 1 else several(definition, same, version)


@routes.post("/composite/sobjects/<name>")
def collection(version: str, name: str) -> Response:
    """Up to 2,000 records by ids in the body: null for each that is hidden, deleted or unknown."""
    definition = _definition(name)
    body = request.get_json(force=True, silent=True)
    ids, names = (_texts(body, key) for key in ("ids", "fields"))
    if len(ids) > COLLECTION:
        text = f"record limit reached. cannot submit more than {COLLECTION} records into this call"
        raise ApiError(400, "EXCEEDED_ID_LIMIT", text)
    rows = [_found(definition, record_id) for record_id in ids]
    shown = iter(_shown(definition, [row for row in rows if row is not None], names, version))
    return answered([None if row is None else next(shown) for row in rows])


@routes.get("/tooling/query", strict_slashes=False)
@routes.get("/query", strict_slashes=False)
def query(version: str) -> Response:
    """The first page of a query."""
    return answered(_queried(version, deleted=False))


@routes.get("/queryAll", strict_slashes=False)
def query_all(version: str) -> Response:
    """The first page of a query that finds deleted records too."""
    return answered(_queried(version, deleted=True))


@routes.get("/query/<locator>")
@routes.get("/queryAll/<locator>")
def query_more(version: str, locator: str) -> Response:
    """A further page."""
    return answered(state().cursors.page(locator, viewer(), version, struck(*PAGE_FAULTS)))


def _queried(version: str, *, deleted: bool) -> Json:
    if request.args.get("columns") == "true":
        return columns_of(prepared(state().org, viewer(), request.args.get("q", "")))
    result = run(state().org, viewer(), request.args.get("q", ""), deleted=deleted)
    opened = Opened(result=result, user=viewer(), size=_batch_size(), version=version)
    return state().cursors.first(opened, struck(*PAGE_FAULTS))


def _batch_size() -> int:
    match = re.search(r"batchSize=(\d+)", request.headers.get("Sforce-Query-Options", ""), re.IGNORECASE)
    return max(200, min(2000, int(match[1]))) if match else 2000


def _definition(name: str) -> ObjectDef:
    try:
        return state().org.object_named(name, viewer())
    except ApiError:
        raise not_found() from None


def _texts(body: object, key: str) -> list[str]:
    """A list of texts in a body. Raises ApiError 400 where there is none."""
    found = body.get(key) if isinstance(body, dict) else None
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        raise ApiError(400, "JSON_PARSER_ERROR", f"{key} must be a list of texts")
    return found


def _found(definition: ObjectDef, record_id: str) -> Record | None:
    with suppress(ApiError):
        return find(definition, record_id)
    return None


def _shown(definition: ObjectDef, rows: list[Record], names: list[str], version: str) -> list[Json]:
    """Some fields of records. Raises ApiError 400 for a field that the user does not see."""
    scope = Scope(org=state().org, user=viewer(), object=definition, text=",".join(names))
    columns = tuple(scope.column(Name(tuple(part.split(".")), 1)) for part in names)
    result = Result(object=definition.name, columns=columns, rows=rows, total=len(rows))
    return result.shown(rows, version)
