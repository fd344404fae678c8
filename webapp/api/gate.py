"""Who asks, and whether they may: a bearer token in the header, and nothing else.

No cookie is read here, so no other site can ask in a signed-in person's name.
"""

from __future__ import annotations

from flask import current_app, request

from webapp.api.operation import Grant, Operation
from webapp.api.pace import Pace
from webapp.api.problem import Problem, Why
from webapp.api.scopes import Scope, allowed
from webapp.services import Services
from webapp.store.api_tokens import PREFIX, TokenRow

REALM = 'Bearer realm="fairlead"'
MISSING = f"Send a token in the header: Authorization: Bearer {PREFIX}..."
STRANGE = "The token is not known here, or was revoked."
LOOSE = Why(
    status=400,
    name="token-in-address",
    detail="A token must not stand in an address, where logs keep it: revoke this one, make another, and "
    "send that in the header Authorization.",
)


def caller(opened: Services, operation: Operation) -> Grant:
    """The token of this request, with what it may do now.

    Raises
    ------
    Problem
        401 without a token that is good now, 429 where it has asked too much, 403 where it may not do this.
    """
    if PREFIX in request.environ.get("QUERY_STRING", ""):
        raise Problem(LOOSE)
    row = opened.api_tokens.find(_presented())
    if row is None:
        raise _unknown(STRANGE, "invalid_token")
    grant = Grant(token=row, scopes=_scopes(row))
    _refuse_past(opened, row)
    _slow_down(opened, row)
    if operation.scope is not None and operation.scope not in grant.scopes:
        raise _forbidden(operation)
    return grant


def _presented() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _unknown(MISSING, "")
    return token.strip()


def _scopes(row: TokenRow) -> frozenset[Scope]:
    """What it may do today: what it was made for, and no more than its holder's role allows now."""
    return allowed(row.scopes, row.role, row.holder_role or row.role)


def _refuse_past(opened: Services, row: TokenRow) -> None:
    if row.expires_at <= opened.clock():
        past = f"This token has expired on {row.expires_at:%Y-%m-%d}: make a new one."
        raise _unknown(past, "invalid_token")


def _slow_down(opened: Services, row: TokenRow) -> None:
    pace: Pace = current_app.extensions["api_pace"]
    wait = pace.wait(opened, row.id)
    if wait:
        limit = opened.settings.api_requests_per_minute
        detail = f"This token has sent its {limit} requests of this minute: wait {wait} seconds."
        raise Problem(Why(status=429, name="too-many", detail=detail, headers={"Retry-After": str(wait)}))


def _unknown(detail: str, error: str) -> Problem:
    told = f'{REALM}, error="{error}"' if error else REALM
    return Problem(Why(status=401, name="unauthorised", detail=detail, headers={"WWW-Authenticate": told}))


def _forbidden(operation: Operation) -> Problem:
    detail = f"This needs the scope {operation.scope}, which this token does not have, or no longer."
    told = f'{REALM}, error="insufficient_scope", scope="{operation.scope}"'
    return Problem(Why(status=403, name="scope", detail=detail, headers={"WWW-Authenticate": told}))
