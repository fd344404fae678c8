"""From an answer to the response: its type, whether it has changed, and that nobody else may keep it."""

from __future__ import annotations

import hashlib

from flask import Response, request
from pydantic import BaseModel

from webapp.api.operation import File, Operation
from webapp.api.problem import Problem, Why

LATER_SECONDS = 2
VARY = "Authorization, Accept"


def refuse_other_types(operation: Operation) -> None:
    """Raise Problem (406) where the answer would be of a type that the header Accept leaves out."""
    wanted = request.accept_mimetypes
    if wanted and not wanted.best_match([operation.mime]):
        detail = f"This answers {operation.mime}: let the header Accept take it, or leave it out."
        raise Problem(Why(status=406, name="not-acceptable", detail=detail, headers={"Vary": VARY}))


def sent(operation: Operation, answer: BaseModel | File) -> Response:
    """The response; 304 where the asker has it already.

    A shared cache may never keep it. The asker may, and must ask each time whether it still holds, so that a
    revoked token opens nothing.
    """
    text = answer.text if isinstance(answer, File) else f"{answer.model_dump_json(by_alias=True)}\n"
    kind = operation.mime if operation.mime == "application/json" else f"{operation.mime}; charset=utf-8"
    response = Response(text, content_type=kind)
    response.headers["Vary"] = VARY
    if operation.later is not None:
        response.status_code, response.headers["Location"] = 202, operation.later(answer)
        response.headers["Retry-After"] = str(LATER_SECONDS)
    if operation.method != "GET" or not operation.kept:
        response.headers["Cache-Control"] = "private, no-store"
        return response
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    return response.make_conditional(request)  # type: ignore[return-value]  # it is the same response
