"""Who is behind a token: userinfo and the identity document."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from connectors.sandbox.salesforce.jwt import public_keys
from connectors.sandbox.salesforce.state import state
from connectors.sandbox.salesforce.users import User

routes = Blueprint("identity", __name__)


def bearer() -> str:
    """The access token of the request; both of the platform's schemes count."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() in {"bearer", "oauth"} else ""


def identity_url(user: User) -> str:
    """The address of a user's identity document."""
    return f"{state().instance_url}/id/{state().org.organisation}/{user.id}"


@routes.route("/services/oauth2/userinfo", methods=["GET", "POST"])
def userinfo() -> Response:
    """The OpenID Connect claims; a bad token answers 403 in plain text, as on the platform."""
    held = state().grants.holder(bearer())
    if held is None:
        return _bad_token()
    user, org = held.family.user, state().org
    return jsonify(
        sub=identity_url(user),
        user_id=user.id,
        organization_id=org.organisation,
        preferred_username=user.username,
        nickname=user.first_name.lower(),
        name=user.name,
        given_name=user.first_name,
        family_name=user.last_name,
        email=user.username,
        email_verified=True,
        zoneinfo="Europe/Berlin",
        locale="en_US",
        active=True,
        user_type="STANDARD",
        urls=_urls(user),
    )


@routes.get("/id/<organisation>/<user_id>")
def identity(organisation: str, user_id: str) -> Response:
    """The identity document, for its own user only; here the token may be a parameter as well."""
    held = state().grants.holder(bearer() or request.args.get("oauth_token", ""))
    if held is None:
        return _bad_token()
    user = held.family.user
    if (organisation, user_id) != (state().org.organisation, user.id):
        return Response("Wrong_Org", status=403, content_type="text/html;charset=UTF-8")
    return jsonify(
        id=identity_url(user),
        asserted_user=True,
        user_id=user.id,
        organization_id=organisation,
        username=user.username,
        display_name=user.name,
        email=user.username,
        active=True,
        user_type="STANDARD",
        urls=_urls(user),
    )


def _bad_token() -> Response:
    return Response("Bad_OAuth_Token", status=403, content_type="text/html;charset=UTF-8")


def _urls(user: User) -> dict[str, str]:
    base = f"{state().instance_url}/services/data/v{{version}}"
    return {"rest": f"{base}/", "query": f"{base}/query/", "sobjects": f"{base}/sobjects/", "user": user.id}


@routes.get("/.well-known/openid-configuration")
def discovery() -> Response:
    """Where the endpoints are (OpenID Connect discovery)."""
    base = state().instance_url
    oauth = f"{base}/services/oauth2"
    return jsonify(
        issuer=base,
        authorization_endpoint=f"{oauth}/authorize",
        token_endpoint=f"{oauth}/token",
        revocation_endpoint=f"{oauth}/revoke",
        introspection_endpoint=f"{oauth}/introspect",
        userinfo_endpoint=f"{oauth}/userinfo",
        jwks_uri=f"{base}/id/keys",
        scopes_supported=sorted(state().grants.client.scopes),
        response_types_supported=["code"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=["RS256"],
    )


@routes.get("/id/keys")
def keys() -> Response:
    """What identity tokens are signed with."""
    return jsonify(public_keys())
