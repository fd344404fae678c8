"""Refusals of a CRM's request as JSON that says what is wrong, and no word of the request."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask import Response, jsonify, make_response

ERROR_SCHEMA = "fairlead.error/1"
# Anything else that a verification refuses is a request that HubSpot did not sign: 401.
REQUEST_STATUS: Mapping[str, int] = MappingProxyType(
    {
        "request_too_large": 413,
        "app_mismatch": 403,
        "query_invalid": 400,
        "body_invalid": 400,
        "answer_invalid": 400,
        "events_invalid": 400,
    }
)


def as_error(code: str, message: str, status: int) -> Response:
    """One refusal (schema ``fairlead.error/1``)."""
    return make_response(jsonify({"schema": ERROR_SCHEMA, "error": code, "message": message}), status)
