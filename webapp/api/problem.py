"""What the API says when it does not answer: problem details (RFC 9457), with one clear sentence.

No problem repeats what was sent: it may hold a token or a record id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from types import MappingProxyType

from flask import Response
from pydantic import BaseModel, ConfigDict, Field

MIME = "application/problem+json"
PREFIX = "/api/"


class Fault(BaseModel):
    """One thing that does not fit the description."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    where: str = Field(description="The parameter or the field of the body.")
    says: str = Field(description="What is wrong with it.")


class ProblemDetails(BaseModel):
    """Why there is no answer (RFC 9457)."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Problem")

    type: str = Field(description="A stable name of the problem.", pattern="^urn:fairlead:problem:[a-z-]+$")
    title: str = Field(description="The HTTP status in words.")
    status: int = Field(description="The HTTP status.", ge=400, le=599)
    detail: str = Field(description="One sentence: what is wrong, and what to do.")
    faults: tuple[Fault, ...] = Field(default=(), description="With 422: each thing that does not fit.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A problem by its status, its stable name, and a sentence; ``headers`` go with the answer."""

    status: int
    name: str
    detail: str
    faults: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


class Problem(Exception):
    """There is no answer, for this reason."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.detail)
        self.why = why


# What the framework itself refuses, and what went wrong on our side.
PLAIN: Mapping[int, Why] = MappingProxyType(
    {
        why.status: why
        for why in (
            Why(status=400, name="bad-request", detail="The request cannot be read as HTTP."),
            Why(status=404, name="not-found", detail="There is nothing here, or nothing for this token."),
            Why(status=405, name="method", detail="The header Allow names the methods of this address."),
            Why(status=413, name="too-large", detail="The body is too large: send less."),
            Why(
                status=500,
                name="defect",
                detail="Something broke here; nothing was changed. The log says where.",
            ),
            Why(
                status=503,
                name="busy",
                detail="The database is busy: try again in a few seconds.",
                headers={"Retry-After": "5"},
            ),
        )
    }
)


def response(why: Why) -> Response:
    """The answer that tells a problem."""
    told = ProblemDetails(
        type=f"urn:fairlead:problem:{why.name}",
        title=HTTPStatus(why.status).phrase,
        status=why.status,
        detail=why.detail,
        faults=why.faults,
    )
    made = Response(told.model_dump_json() + "\n", why.status, content_type=MIME)
    made.headers.update(why.headers)
    made.headers["Cache-Control"] = "no-store"
    return made


def not_found() -> Problem:
    """Nothing is there, or it is not this token's to see: nobody learns which."""
    return Problem(PLAIN[404])


def conflict(sentence: str) -> Problem:
    """The installation is not in a state for it; the sentence says what to do."""
    return Problem(Why(status=409, name="conflict", detail=sentence))


def of_status(status: int) -> Why:
    """What is told where only the status is known."""
    known = status if status in PLAIN else 500 if status >= 500 else 400
    return replace(PLAIN[known], status=status)
