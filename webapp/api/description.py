"""The description of the API (OpenAPI 3.1), made from the table of operations and their models.

Sources: the OpenAPI Specification 3.1.1; RFC 9457 (problem details); RFC 6750 (bearer tokens).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal, cast

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from audit.report.model import VERSION
from audit.report.packs import PACKS
from webapp.api.every import OPERATIONS
from webapp.api.operation import VERSION_PATH, Operation
from webapp.api.problem import MIME, ProblemDetails
from webapp.api.scopes import WORDS

Record = dict[str, Any]
OUT: Literal["serialization"] = "serialization"
Inputs = list[tuple[type[BaseModel], Literal["validation"]]]
REF = "#/components/schemas/{model}"
# What an address holds, by its name in braces.
NAMES: dict[str, Record] = {
    "connection_id": {
        "type": "string",
        "pattern": "^[0-9a-z]{1,32}$",
        "description": "The id of a connection.",
    },
    "audit_id": {"type": "string", "pattern": "^[0-9a-z]{1,32}$", "description": "The id of an audit."},
    "release_id": {"type": "string", "pattern": "^[0-9a-z]{1,32}$", "description": "The id of a release."},
    "experiment_id": {
        "type": "string",
        "pattern": "^[0-9a-z]{1,32}$",
        "description": "The id of an experiment.",
    },
    "shadow_id": {
        "type": "string",
        "pattern": "^[0-9a-z]{1,32}$",
        "description": "The id of a shadow score.",
    },
    "comparison_id": {
        "type": "string",
        "pattern": "^[0-9a-z]{1,32}$",
        "description": "The id of a comparison.",
    },
    "cohort": {
        "type": "string",
        "pattern": "^[0-9a-zA-Z-]{1,8}$",
        "description": "The quarter that leads were created in, such as 2026-Q2.",
    },
    "gap_id": {"type": "string", "pattern": "^[0-9a-z]{1,32}$", "description": "The id of a watched gap."},
    "pack": {"type": "string", "enum": [*PACKS], "description": "The rule."},
    "alert_id": {"type": "string", "pattern": "^[0-9a-z]{1,32}$", "description": "The id of an alert."},
    "job_id": {"type": "string", "pattern": "^[0-9a-z]{1,32}$", "description": "The id of a job."},
    "version": {"type": "integer", "minimum": 1, "maximum": 2147483647, "description": "Counts from 1."},
}
FAILURES = {
    400: "The request cannot be used: its body is no JSON, its cursor is not one of ours, or the like.",
    401: "There is no token, or none that is good now.",
    403: "The token may not do this.",
    404: "There is nothing here, or nothing for this token.",
    405: "Another method is wanted.",
    406: "The header Accept leaves out what this answers.",
    409: "The installation is not in a state for it; the sentence says what to do.",
    413: "The body is too large.",
    415: "The body is not sent as JSON.",
    422: "What was sent does not fit this description.",
    429: "The token has sent too many requests in this minute.",
    503: "The database is busy; try again soon.",
}
USUAL = (400, 401, 403, 404, 405, 406, 422, 429, 503)


@cache
def described() -> Record:
    """The whole description; the same for every installation of this version."""
    schemas = _schemas()
    paths: dict[str, Record] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fairlead",
            "version": VERSION,
            "summary": "What the pages of Fairlead show, for programs.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": VERSION_PATH}],
        "security": [{"token": []}],
        "tags": [{"name": name} for name in dict.fromkeys(one.tag for one in OPERATIONS)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {str(status): _failure(status) for status in FAILURES},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of the form fairlead_api_..., in this header only.",
                }
            },
        },
    }


def model_name(model: type[BaseModel]) -> str:
    """How a model is called in the description."""
    return str(_refs()[model]["$ref"].rpartition("/")[2])


@cache
def _made() -> tuple[dict[type[BaseModel], Record], Record]:
    answers: list[type[BaseModel]] = [one.answers for one in OPERATIONS if isinstance(one.answers, type)]
    bodies: list[type[BaseModel]] = [one.asks for one in OPERATIONS if one.method == "POST"]
    shown: list[type[BaseModel]] = list(dict.fromkeys([*answers, ProblemDetails]))
    asked: Inputs = [(one, "validation") for one in dict.fromkeys(bodies)]
    refs, whole = models_json_schema([*((one, OUT) for one in shown), *asked], ref_template=REF)
    return {cast("type[BaseModel]", model): ref for (model, _), ref in refs.items()}, whole["$defs"]


def _refs() -> dict[type[BaseModel], Record]:
    return _made()[0]


def _schemas() -> Record:
    return dict(sorted(_made()[1].items()))


def _operation(one: Operation) -> Record:
    scope = f"Scope: `{one.scope}`. {WORDS[one.scope]}" if one.scope else "Any token may ask."
    told: Record = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary,
        "description": f"{one.words} {scope}".strip(),
        "parameters": _parameters(one),
        "responses": _responses(one),
    }
    if one.method == "POST":
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _refs()[one.asks]}},
        }
    return told


def _parameters(one: Operation) -> list[Record]:
    names = re.findall(r"\{(\w+)\}", one.path)
    found = [_parameter(name, "path", NAMES[name], required=True) for name in names]
    if one.method == "GET":
        schema = one.asks.model_json_schema(ref_template=REF)
        found += [
            _parameter(name, "query", _plain(value), required=False)
            for name, value in schema.get("properties", {}).items()
        ]
    return found


def _parameter(name: str, where: str, schema: Record, *, required: bool) -> Record:
    rest = {key: value for key, value in schema.items() if key not in {"description", "title"}}
    told = {"name": name, "in": where, "required": required, "schema": rest}
    return told | ({"description": schema["description"]} if "description" in schema else {})


def _plain(schema: Record) -> Record:
    """A parameter that may be left out, as what it is where it is given: an address holds no null."""
    if "anyOf" not in schema:
        return schema
    kind: Record
    (kind,) = (one for one in schema["anyOf"] if one.get("type") != "null")
    return kind | ({"description": schema["description"]} if "description" in schema else {})


def _responses(one: Operation) -> Record:
    posted = (413, 415) if one.method == "POST" else ()
    statuses = sorted({*USUAL, *posted, *one.others})
    content: Record = {"schema": {"type": "string"} if one.mime != "application/json" else {"type": "object"}}
    if isinstance(one.answers, type):
        content = {"schema": _refs()[one.answers]}
    done: Record = {"200": {"description": "Done.", "content": {one.mime: content}}}
    if one.later is not None:
        done = {"202": {"description": "It is being done.", "content": {one.mime: content}}}
        done["202"]["headers"] = {
            "Location": _header("The address that tells how far it is, and what came of it."),
            "Retry-After": _header("Seconds after which to look there."),
        }
    if one.method == "GET" and one.kept:
        done["200"]["headers"] = {"ETag": _header("A digest of the answer, for If-None-Match.")}
        done["304"] = {"description": "It has not changed since the ETag that was sent."}
    return done | {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _failure(status: int) -> Record:
    schema = _refs()[ProblemDetails]
    told: Record = {"description": FAILURES[status], "content": {MIME: {"schema": schema}}}
    names = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
    if status in names:
        told["headers"] = {names[status]: _header("")}
    return told


def _header(words: str) -> Record:
    return {"schema": {"type": "string"}, "required": True} | ({"description": words} if words else {})
