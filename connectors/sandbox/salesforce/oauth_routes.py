"""The OAuth endpoints and the admin's consent page."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from connectors.sandbox.salesforce.client_app import OauthError
from connectors.sandbox.salesforce.grants import Family, Request
from connectors.sandbox.salesforce.headless_flows import by_assertion, by_credentials
from connectors.sandbox.salesforce.identity_routes import identity_url
from connectors.sandbox.salesforce.jwt import signed
from connectors.sandbox.salesforce.state import State, state
from connectors.sandbox.salesforce.users import User

routes = Blueprint("oauth", __name__)
Answer = AnyResponse | str | tuple[str, int]


@routes.errorhandler(OauthError)
def _refused(error: OauthError) -> tuple[Response, int]:
    return jsonify(error=error.error, error_description=error.description), 400


@routes.get("/services/oauth2/authorize")
def authorize() -> Answer:
    """The consent page. A wrong client or redirect address is told here, never redirected."""
    asked, client = request.args, state().grants.client
    if asked.get("client_id") != client.id:
        return _page_error("invalid_client_id", "client identifier invalid")
    if asked.get("redirect_uri") not in client.redirect_uris:
        return _page_error("redirect_uri_mismatch", "redirect_uri must match configuration")
    wanted = Request(
        redirect_uri=asked["redirect_uri"],
        scopes=tuple((asked.get("scope") or "api refresh_token").split()),
        state=asked.get("state", ""),
        challenge=asked.get("code_challenge", ""),
        user=_login(asked.get("login_hint", "")),
        nonce=asked.get("nonce", ""),
    )
    problem = _problem(wanted)
    if problem:
        return _back(wanted, error=problem[0], error_description=problem[1])
    ticket = secrets.token_urlsafe(16)
    state().pending[ticket] = wanted
    return render_template("consent.html", ticket=ticket, scopes=wanted.scopes, user=wanted.user)


def _login(hint: str) -> User:
    """Who sits at the browser: the admin, unless the hint names somebody else of the org."""
    org = state().org
    return next((user for user in org.users if user.username == hint), org.admin)


def _problem(wanted: Request) -> tuple[str, str] | None:
    if request.args.get("response_type") != "code":
        return "unsupported_response_type", "response type not supported"
    if not set(wanted.scopes) <= state().grants.client.scopes:
        return "invalid_scope", "the requested scope is not allowed"
    if request.args.get("code_challenge_method", "S256") != "S256":
        return "invalid_request", "invalid code challenge method"
    if state().grants.client.pkce_required and not wanted.challenge:
        return "invalid_request", "missing required code challenge"
    return None


@routes.post("/services/oauth2/authorize")
def decide() -> Answer:
    """What the consent page posts: back to the app with a code, or with a denial."""
    wanted = state().pending.pop(request.form.get("ticket", ""), None)
    if wanted is None:
        return _page_error("invalid_request", "this consent page was used already")
    if request.form.get("decision") != "allow":
        return _back(wanted, error="access_denied", error_description="end-user denied authorization")
    try:
        state().grants.client.admit(wanted.user)
    except OauthError as refused:
        return _back(wanted, error=refused.error, error_description=refused.description)
    return _back(wanted, code=state().grants.code(wanted))


def _page_error(error: str, description: str) -> tuple[str, int]:
    return render_template("oauth_error.html", error=error, description=description), 400


def _back(wanted: Request, **answer: str) -> AnyResponse:
    values = answer | ({"state": wanted.state} if wanted.state else {})
    joint = "&" if "?" in wanted.redirect_uri else "?"
    return redirect(f"{wanted.redirect_uri}{joint}{urlencode(values)}")


@routes.post("/services/oauth2/token")
def token() -> Response:
    """Codes, refresh tokens, assertions and the app's own credentials become access tokens."""
    flow = FLOWS.get(request.form.get("grant_type", ""))
    if flow is None:
        state().grants.client.authenticate(*_credentials())
        raise OauthError(error="unsupported_grant_type", description="grant type not supported")
    return flow()


def _by_code() -> Response:
    grants, form = state().grants, request.form
    grants.client.authenticate(*_credentials())
    family, access = grants.redeem(
        form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", "")
    )
    return _granted(family, access, with_refresh=True)


def _by_refresh() -> Response:
    grants = state().grants
    grants.client.authenticate(*_credentials(), refreshing=True)
    family, access = grants.refreshed(request.form.get("refresh_token", ""))
    return _granted(family, access, with_refresh=grants.client.rotation)


def _by_assertion() -> Response:
    return _granted(*by_assertion(state(), request.form.get("assertion", "")), with_refresh=False)


def _by_credentials() -> Response:
    state().grants.client.authenticate(*_credentials())
    return _granted(*by_credentials(state(), request.host), with_refresh=False)


FLOWS = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh,
    "urn:ietf:params:oauth:grant-type:jwt-bearer": _by_assertion,
    "client_credentials": _by_credentials,
}


def _credentials() -> tuple[str, str]:
    """The client's id and secret, from the form or from HTTP Basic."""
    header = request.headers.get("Authorization", "")
    if not header.startswith("Basic "):
        return request.form.get("client_id", ""), request.form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(header[6:], validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OauthError(error="invalid_client", description="invalid client credentials") from None
    return name, secret


def _granted(family: Family, access: str, *, with_refresh: bool) -> Response:
    here = state()
    identity = f"{here.instance_url}/id/{here.org.organisation}/{family.user.id}"
    issued_at = str(int(here.org.clock.now().timestamp() * 1000))
    body = {
        "access_token": access,
        "signature": _signature(here, identity + issued_at),
        "scope": " ".join(family.scopes),
        "instance_url": here.instance_url,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued_at,
    }
    if with_refresh and family.refresh:
        body["refresh_token"] = family.refresh
    if "openid" in family.scopes:
        body["id_token"] = _id_token(here, family, identity)
    if here.grants.client.jwt_tokens:
        body |= {"token_format": "jwt"}
    answer = jsonify(body)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _id_token(here: State, family: Family, identity: str) -> str:
    now = int(here.org.clock.now().timestamp())
    claims = {"iss": here.instance_url, "sub": identity, "aud": here.grants.client.id}
    return signed(
        claims | {"iat": now, "exp": now + 120, "nonce": family.nonce or None, "email": family.user.username}
    )


def _signature(here: State, text: str) -> str:
    key = here.grants.client.secret.encode()
    return base64.b64encode(hmac.digest(key, text.encode(), hashlib.sha256)).decode()


@routes.route("/services/oauth2/revoke", methods=["GET", "POST"])
def revoke() -> tuple[str, int]:
    """End a token: 200 and nothing, or 400."""
    if request.values.get("token_type_hint", "refresh_token") not in {"refresh_token", "access_token"}:
        raise OauthError(error="unsupported_token_type", description="this token type is not supported")
    state().grants.revoke(request.values.get("token", ""))
    return "", 200


@routes.post("/services/oauth2/introspect")
def introspect() -> Response:
    """What a token is, to the app that it belongs to; an unknown or ended one is only not active."""
    grants, token = state().grants, request.form.get("token", "")
    grants.client.authenticate(*_credentials())
    held = grants.holder(token)
    family = held.family if held else grants.family_of(token)
    if family is None:
        return jsonify(active=False)
    kind = "access_token" if held else "refresh_token"
    found = {
        "active": True,
        "scope": " ".join(family.scopes),
        "client_id": grants.client.id,
        "token_type": kind,
    }
    expires = {"exp": int(held.expires.timestamp()), "iat": int(held.issued.timestamp())} if held else {}
    expires |= {"nbf": expires["iat"]} if held else {}
    return jsonify({**found, **expires, "username": family.user.username, "sub": identity_url(family.user)})
