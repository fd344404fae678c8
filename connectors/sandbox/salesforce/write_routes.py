"""Writing through the REST API: one record, or up to 200 by collections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from connectors.sandbox.salesforce.api import answered, api_blueprint, find, viewer
from connectors.sandbox.salesforce.errors import ApiError, not_found
from connectors.sandbox.salesforce.soql_run import Json
from connectors.sandbox.salesforce.state import state
from connectors.sandbox.salesforce.values import RowError
from connectors.sandbox.salesforce.writing import Writer

LIMIT = 200
routes = api_blueprint("writes")


def _writer() -> Writer:
    assign = request.headers.get("Sforce-Auto-Assign", "true").lower() != "false"
    return Writer(org=state().org, user=viewer(), auto_assign=assign)


def _body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "The HTTP entity body is required to be a JSON object")
    return body


@routes.patch("/sobjects/<name>/<record_id>")
def update(version: str, name: str, record_id: str) -> tuple[str, int]:  # noqa: ARG001 - address
    """Change one record: 204 and nothing."""
    definition = state().org.object_named(name)
    if definition.name != "Lead":
        raise not_found()
    find(definition, record_id)
    try:
        _writer().update(record_id, _body())
    except RowError as error:
        raise ApiError(400, error.code, error.message, error.fields) from None
    return "", 204


@routes.patch("/composite/sobjects")
def update_collection(version: str) -> Response:  # noqa: ARG001 - address
    """Change up to 200 records: 200 even where every one fails."""
    body = _body()
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise ApiError(400, "JSON_PARSER_ERROR", "records must be an array of objects")
    if len(records) > LIMIT:
        text = f"record limit reached. cannot submit more than {LIMIT} records into this call"
        raise ApiError(400, "EXCEEDED_ID_LIMIT", text)
    results = _all_or_none(records) if body.get("allOrNone") else [_result(record) for record in records]
    return answered(results)


def _all_or_none(records: list[Mapping[str, Any]]) -> list[Json]:
    org = state().org
    with org.lock:
        before = dict(org.leads)
        results = [_result(record) for record in records]
        if all(result["success"] for result in results):
            return results
        org.records["Lead"] = before
    rolled = _failure("ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back because not all were valid")
    return [rolled if result["success"] else result for result in results]


def _result(record: Mapping[str, Any]) -> Json:
    values = {name: value for name, value in record.items() if name.lower() not in {"attributes", "id"}}
    attributes = record.get("attributes")
    kind = str(attributes.get("type", "")) if isinstance(attributes, dict) else ""
    if kind.lower() != "lead":
        return _failure("INVALID_TYPE", f"sObject type '{kind}' is not supported.")
    lead_id = next((str(value) for name, value in record.items() if name.lower() == "id"), "")
    try:
        return {"id": _writer().update(lead_id, values), "success": True, "errors": []}
    except RowError as error:
        return _failure(error.code, error.message, error.fields)


def _failure(code: str, message: str, fields: tuple[str, ...] = ()) -> Json:
    return {"success": False, "errors": [{"statusCode": code, "message": message, "fields": list(fields)}]}
