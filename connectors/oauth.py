"""What both CRMs' OAuth flows share: the request, the grant, and where grants are kept."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeGuard

import requests

from connectors.errors import Busy, ConnectorError, Refused

_TOKEN = re.compile(r"[\x21-\x7e]+")
Flow = Literal["web", "jwt", "client_credentials"]
"""How a grant was got: an admin's consent in a browser, a certificate, or the app's own run-as user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """Where to send the admin's browser, and what must be remembered until it returns."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a CRM gave us after consent. Tokens never show in a repr, a log or an exception.

    ``organisation`` is the CRM's own id of the org or portal. ``expires_at`` is None where the
    platform does not say (Salesforce). ``in_doubt`` says that a renewal was begun and its answer never
    came: with rotation, the refresh token may be spent.
    """

    organisation: str
    instance_url: str
    issued_at: datetime
    expires_at: datetime | None
    scopes: tuple[str, ...]
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False, default=None)
    flow: Flow = "web"
    in_doubt: bool = False


def is_token(value: object) -> TypeGuard[str]:
    """Whether a value can be sent as a token: a line break in one would become a header of its own."""
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def only(answer: Mapping[str, Any], *names: str) -> requests.Response:
    """A token answer of the named members and nothing else, for Authlib to read.

    Authlib computes with whatever else came (``expires_at``), and repeats in its errors what it cannot
    compute with.
    """
    made = requests.Response()
    made.status_code = 200
    made.raw = io.BytesIO(json.dumps({name: answer[name] for name in names if name in answer}).encode())
    return made


NOT_REACHED = "not_reached"
"""The code of a call that never got to the CRM."""
UNREAD = frozenset(
    {
        *("unexpected_answer", "malformed_token_answer", "bad_signature", "token_type"),
        *("host_not_allowed", "org_mismatch", "portal_mismatch"),
    }
)
"""The codes of answers that may have held a new token, and were not read."""


def spent_nothing(problem: ConnectorError) -> bool:
    """Whether a renewal that failed surely left the refresh token as it was."""
    if isinstance(problem, Refused):
        return problem.code not in UNREAD
    return isinstance(problem, Busy) and problem.code == NOT_REACHED


class GrantStore(Protocol):
    """Where one connection's grant lives; refresh is single-flight behind it."""

    def load(self) -> Grant:
        """The newest grant. Raises Refused where the connection was never made or was removed."""
        ...

    def renew(self, stale: Grant, refresh: Callable[[Grant], Grant]) -> Grant:
        """Replace ``stale`` through ``refresh``, once, however many callers ask.

        Holds a lock; when the stored grant is no longer ``stale``, another caller renewed it and
        the stored one is returned without calling ``refresh``. That a renewal begins is durable before
        ``refresh`` is called, which gets the grant as it stood (``in_doubt`` where one began before and
        never ended); the new grant is durable before it is returned. A failure by which the refresh token
        surely stays as it was (`spent_nothing`) leaves no doubt.
        """
        ...
