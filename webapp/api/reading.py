"""From a request to what it asks for, checked against the operation's own model."""

from __future__ import annotations

from flask import request
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from webapp.api.operation import JSON, Operation
from webapp.api.problem import Fault, Problem, Why
from webapp.api.shape import Asked

LARGEST_BODY = 16 * 1024
UNREADABLE = Why(status=400, name="bad-json", detail="The body is no JSON that can be read.")
NO_JSON = Why(
    status=415,
    name="media-type",
    detail="Send the body as JSON, with the header Content-Type: application/json.",
)


def asked(operation: Operation) -> Asked:
    """What this request asks for.

    Raises
    ------
    Problem
        400 for a body that is no JSON, 413 for one too large, 415 for one of another type, 422 for what does
        not fit the description. No value that was sent is repeated.
    """
    if operation.method == "GET":
        return _checked(operation, _query())
    _refuse_query()
    if request.mimetype != JSON:
        raise Problem(NO_JSON)
    request.max_content_length = LARGEST_BODY
    try:
        return operation.asks.model_validate_json(request.get_data(), strict=True)
    except ValidationError as error:
        raise _unfit(error) from None


def _query() -> dict[str, str]:
    _refuse_repeated()
    return request.args.to_dict()


def _refuse_query() -> None:
    if request.args:
        fault = Fault(
            where=next(iter(request.args)), says="This operation takes no parameters in its address"
        )
        raise _faulty((fault,))


def _refuse_repeated() -> None:
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise _faulty(tuple(Fault(where=name, says="It is given more than once") for name in twice))


def _checked(operation: Operation, values: dict[str, str]) -> Asked:
    try:
        return operation.asks.model_validate(values)
    except ValidationError as error:
        raise _unfit(error) from None


def _unfit(error: ValidationError) -> Problem:
    details = error.errors(include_url=False, include_input=False, include_context=False)
    if any(one["type"] == "json_invalid" for one in details):
        return Problem(UNREADABLE)
    return _faulty(tuple(_fault(one) for one in details[:20]))


def _fault(one: ErrorDetails) -> Fault:
    return Fault(where=".".join(str(part) for part in one["loc"]) or "body", says=one["msg"])


def _faulty(faults: tuple[Fault, ...]) -> Problem:
    names = ", ".join(_named(one.where) for one in faults[:5])
    detail = f"What was sent does not fit the description: {names}. See openapi.json."
    shown = tuple(Fault(where=_named(one.where), says=one.says) for one in faults)
    return Problem(Why(status=422, name="unfit", detail=detail, faults=shown))


def _named(where: str) -> str:
    """A parameter's name; one that is not ours is cut, for it may be anything."""
    return where if len(where) <= 40 and where.isprintable() else "a parameter that is not known"
