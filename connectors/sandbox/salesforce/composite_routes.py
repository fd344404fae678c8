"""The Composite resource: several calls in one body. Here none sees another's result."""

from __future__ import annotations

import json
import re

from flask import Response, current_app, request

from connectors.sandbox.salesforce.api import answered, api_blueprint
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.soql_run import Json

LIMIT = 25
RESOURCES = re.compile(r"/services/data/v\d\d\.0/(sobjects|query|queryAll|composite/sobjects)\b")
METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"})
routes = api_blueprint("composite", "/composite")


@routes.post("/", strict_slashes=False)
def composite(version: str) -> Response:  # noqa: ARG001 - address
    """200 whatever became of the calls; each has a status of its own."""
    body = request.get_json(force=True, silent=True)
    asked = body.get("compositeRequest") if isinstance(body, dict) else None
    if not isinstance(asked, list) or not 0 < len(asked) <= LIMIT or not all(map(_callable, asked)):
        raise ApiError(400, "JSON_PARSER_ERROR", f"compositeRequest must hold 1 to {LIMIT} calls")
    return answered({"compositeResponse": [_made(one) for one in asked]})


def _callable(one: object) -> bool:
    """Whether a part of the body is a call that Composite takes: of records or of a query, not of jobs."""
    if not isinstance(one, dict) or str(one.get("method")) not in METHODS:
        return False
    return RESOURCES.match(str(one.get("url"))) is not None


def _made(one: Json) -> Json:
    wanted = one.get("httpHeaders")
    headers = {str(name): str(value) for name, value in wanted.items()} if isinstance(wanted, dict) else {}
    headers["Authorization"] = request.headers.get("Authorization", "")
    answer = current_app.test_client().open(
        one["url"], method=one["method"], json=one.get("body"), headers=headers
    )
    text = answer.get_data(as_text=True)
    return {
        "body": json.loads(text) if text else None,
        "httpHeaders": {},
        "httpStatusCode": answer.status_code,
        "referenceId": one.get("referenceId"),
    }
