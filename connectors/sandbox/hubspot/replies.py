"""Answers in HubSpot's shapes: JSON with a charset, errors with a category and a correlation id.

References
----------
HubSpot, "Error handling": ``status``, ``message``, ``correlationId``, ``category``, ``context``, ``errors``.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NoReturn

from werkzeug.wrappers import Response

JSON = "application/json;charset=utf-8"
CORRELATION = "X-HubSpot-Correlation-Id"
HTML = "text/html;charset=utf-8"


class Problem(Exception):
    """Ends the handling of a request with an error answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def reply(document: Mapping[str, Any], status: int = 200) -> Response:
    """A JSON answer."""
    return Response(json.dumps(document, separators=(",", ":")), status=status, content_type=JSON)


def empty(status: int = 204) -> Response:
    """An answer without a body."""
    return Response(status=status)


def page(html: str, status: int = 200) -> Response:
    """An HTML answer."""
    return Response(html, status=status, content_type=HTML)


def problem(status: int, category: str | None, message: str, **more: Any) -> Problem:  # noqa: ANN401 - JSON
    """An error in HubSpot's form; ``category`` is left out where the platform leaves it out."""
    body = {"status": "error", "message": message, **more}
    if category is not None:
        body["category"] = category
    return Problem(_traced(body, status))


def invalid(message: str) -> Problem:
    """400 VALIDATION_ERROR."""
    return problem(400, "VALIDATION_ERROR", message)


def missing_scopes(needed: Sequence[str]) -> Problem:
    """403 MISSING_SCOPES that names what would do."""
    named = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": list(needed)},
    }
    return problem(
        403,
        "MISSING_SCOPES",
        "This app hasn't been granted all required scopes to make this call. "
        "Read more about required scopes here: https://developers.hubspot.com/scopes.",
        errors=[named],
        links={"scopes": "https://developers.hubspot.com/scopes"},
    )


def refuse_token(error: str, reason: str, message: str, status: int = 400) -> NoReturn:
    """An error of the token endpoint, which has a shape of its own."""
    body = {"status": reason, "message": message, "error": error, "error_description": message}
    raise Problem(_traced(body, status))


def _traced(body: Mapping[str, Any], status: int) -> Response:
    """An error whose body and head name the same correlation id."""
    correlation = str(uuid.uuid4())
    response = reply({**body, "correlationId": correlation}, status)
    response.headers[CORRELATION] = correlation
    return response


def gateway_page(status: int) -> Response:
    """The HTML that nginx or Cloudflare puts in front, which is no JSON."""
    try:
        words = HTTPStatus(status).phrase
    except ValueError:
        words = "Error"
    return page(
        f"<html><head><title>{status} {words}</title></head><body>{status} {words}</body></html>", status
    )
