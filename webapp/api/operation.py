"""One operation of the API: its address, what it asks for and answers, and who answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from webapp.api.problem import not_found
from webapp.api.scopes import Scope
from webapp.api.shape import Asked
from webapp.services import Services
from webapp.store.api_tokens import TokenRow
from webapp.store.evidence import KeptAudit
from webapp.store.rows import ConnectionRow

A_co = TypeVar("A_co", bound=Asked, covariant=True)
JSON = "application/json"
VERSION_PATH = "/api/v1"


class Nothing(Asked):
    """No parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Who asks: a token that was looked up just now, and what it may do today."""

    token: TokenRow
    scopes: frozenset[Scope]

    @property
    def who(self) -> str:
        """How the trail names it."""
        return f"token {self.token.name}"

    @property
    def special(self) -> bool:
        """Whether it may see what is about special categories."""
        return "read:special" in self.scopes

    def sees(self, connection_id: str) -> bool:
        """Whether a connection is its to see."""
        return self.token.connection_id in {None, connection_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Generic[A_co]):
    """One request after all checks: ``asked`` are its parameters (GET) or its body (POST)."""

    opened: Services
    grant: Grant
    operation: str
    names: Mapping[str, str | int]
    asked: A_co

    def connection(self) -> ConnectionRow:
        """The connection in the address. Raises Problem (404) where it is not this token's to see."""
        return self.connection_of(str(self.names["connection_id"]))

    def connection_of(self, connection_id: str) -> ConnectionRow:
        """The connection of an id. Raises Problem (404) where it is not this token's to see."""
        found = self.opened.repository.connection(connection_id)
        if found is None or not self.grant.sees(found.id):
            raise not_found()
        return found

    def audit(self) -> KeptAudit:
        """The audit in the address. Raises Problem (404) where it is not this token's to see."""
        found = self.opened.evidence.one(str(self.names["audit_id"]))
        if found is None or not self.grant.sees(found.connection_id):
            raise not_found()
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An answer that is stored or made elsewhere as a text, and goes out byte for byte."""

    text: str = field(repr=False)
    mime: str = JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One row of the table that routes, description and reference are made from.

    ``answers`` is the model of the answer, or a media type where the answer is a `File`. ``kept`` is false
    where nobody may keep the answer, even to ask whether it has changed. ``others`` are statuses beside
    those that every operation has. ``later`` gives, of an answer, the address where what was asked for will
    be: then this only takes it on (202).
    """

    name: str
    method: Literal["GET", "POST"] = "GET"
    path: str
    tag: str
    summary: str
    does: Callable[[Any], BaseModel | File]
    answers: type[BaseModel] | str
    scope: Scope | None
    words: str = ""
    asks: type[Asked] = Nothing
    kept: bool = True
    others: tuple[int, ...] = ()
    later: Callable[[Any], str] | None = None

    @property
    def mime(self) -> str:
        """The media type of its answer."""
        return self.answers if isinstance(self.answers, str) else JSON
