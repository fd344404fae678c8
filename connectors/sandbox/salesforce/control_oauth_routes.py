"""What a test in another process turns of the org's OAuth. Not a Salesforce resource."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from connectors.sandbox.salesforce.client_app import APPROVED, SELF
from connectors.sandbox.salesforce.control_routes import control_blueprint, json_object
from connectors.sandbox.salesforce.state import state
from connectors.sandbox.salesforce.users import User

routes: Blueprint = control_blueprint("control_oauth")
FLAGS = frozenset(
    {
        *("pkce_required", "rotation", "secret_required", "secret_required_for_refresh"),
        *("jwt_tokens", "org_active", "ip_restricted"),
    }
)
NUMBERS = frozenset({"token_lifetime", "idle_lifetime"})
SETS = frozenset({"redirect_uris", "scopes", "approved", "audiences"})


@routes.get("/oauth")
def show() -> Response:
    """The app's credentials, and how many consents live."""
    client = state().grants.client
    living = sum(not family.revoked for family in state().grants.families)
    return jsonify(client_id=client.id, client_secret=client.secret, families=living)


@routes.post("/oauth")
def turn() -> Response:
    """Set the app's policies by the names of ``Client``'s fields; ``run_as`` and ``approved`` name users."""
    for name, value in json_object().items():
        _turned(name, value)
    return show()


@routes.post("/oauth/token")
def issue() -> Response:
    """Tokens without a consent page: ``{"user", "scopes"}``."""
    asked = json_object()
    scopes = tuple(asked.get("scopes") or ("api", "refresh_token", "openid"))
    family, access = state().grants.open(_user(str(asked.get("user", "admin"))), scopes)
    return jsonify(access_token=access, refresh_token=family.refresh, instance_url=state().instance_url)


@routes.post("/oauth/expire")
def expire() -> Response:
    """Every access token dies; refresh tokens stay."""
    state().grants.expire_all()
    return show()


@routes.post("/oauth/rotate")
def rotate() -> Response:
    """Another worker refreshes first: every living refresh token is replaced; the new ones are told."""
    return jsonify(refresh_tokens=state().grants.rotate_all())


@routes.post("/oauth/revoke")
def revoke() -> Response:
    """An admin revokes everything that was granted."""
    state().grants.end_all()
    return show()


def _turned(name: str, value: object) -> None:
    client = state().grants.client
    if name in FLAGS:
        setattr(client, name, bool(value))
    elif name in NUMBERS:
        setattr(client, name, None if value is None else float(str(value)))
    elif name in SETS and isinstance(value, list):
        setattr(client, name, {str(one) for one in value})
    elif name == "permitted" and value in {SELF, APPROVED}:
        client.permitted = str(value)
    elif name == "certificate":
        client.certificate = str(value)
    elif name == "run_as":
        client.run_as = _user(str(value)) if value else None
    else:
        msg = f"unknown setting {name!r}, or a value that does not fit it"
        raise ValueError(msg)


def _user(name: str) -> User:
    return {one.username.partition("@")[0]: one for one in state().org.users}[name.partition("@")[0]]
