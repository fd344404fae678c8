"""Consent, tokens and their end: HubSpot's authorization code flow with PKCE, through Authlib.

References
----------
HubSpot, "Working with OAuth" (dated endpoints, ``/oauth/2026-09/token``); RFC 6749; RFC 7636.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import requests
from authlib.integrations.requests_client import OAuth2Session

from connectors.errors import Busy, ConnectorError, Refused
from connectors.hubspot.answers import read_object, texts
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.paths import UNDATED
from connectors.hubspot.timing import REAL, Timing
from connectors.hubspot.token_trouble import token_trouble
from connectors.hubspot.trouble import trouble
from connectors.hubspot.vetting import Told, told, vetted, without_sensitive
from connectors.oauth import AuthorizationRequest, Grant, only
from connectors.transport import TimedAdapter

TIMEOUT = (5, 30)
# Revoking and uninstalling have no undated form that keeps the token out of the URL.
_DATED = "2026-09"
_READ = ("access_token", "refresh_token", "expires_in", "hub_id", "scopes")
_Answer = TypeVar("_Answer")
# Authlib carries no types: to a checker its session is not even a requests.Session.
_Session = Any


def authorization(app: HubSpotApp) -> AuthorizationRequest:
    """Where the admin gives consent; ``state`` and ``verifier`` must come back with the code."""
    verifier = secrets.token_urlsafe(48)
    with _session(app) as session:
        url, state = session.create_authorization_url(
            f"{app.authorize_url}/oauth/authorize",
            state=secrets.token_urlsafe(24),
            code_verifier=verifier,
            **({"optional_scope": " ".join(app.optional_scopes)} if app.optional_scopes else {}),
        )
    # HubSpot documents %20 between scopes; a literal plus is already written %2B.
    return AuthorizationRequest(url=url.replace("+", "%20"), state=state, verifier=verifier)


def exchange(app: HubSpotApp, code: str, verifier: str, timing: Timing = REAL) -> Grant:
    """The first grant of a portal for the code that came to the redirect address, looked into.

    Raises
    ------
    Refused
        The code was used before, is too old, or the app's settings are wrong. ``sensitive_scope``,
        ``MISSING_SCOPES``, ``app_mismatch``: the app is not as it must be (`connectors.hubspot.vetting`).
    Busy
        HubSpot could not answer. The code may have been spent: begin with consent again.
    """
    token = _token(
        app,
        lambda session: session.fetch_token(
            _token_url(app),
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
            **_sending(app),
        ),
    )
    return vetted(app, _grant(app, token, timing.now(), former=None), told_of(app, token["access_token"]))


def told_of(app: HubSpotApp, access_token: str) -> Told | None:
    """What HubSpot says of a token (introspection); None where it cannot say now.

    Raises
    ------
    Refused
        HubSpot does not take our own id or secret.
    """
    if app.api_version == UNDATED:
        return None  # what there was before puts the token into the address
    form = {**_ours(app), "token": access_token, "token_type_hint": "access_token"}
    try:
        answer = _answered(app, "token introspection", "token/introspect", form)
    except Busy:
        return None
    document = read_object(answer.content)
    # A page of the network between us says nothing of the consent.
    return told(document) if isinstance(document.get("active"), bool) else None


def refresh(app: HubSpotApp, grant: Grant, timing: Timing = REAL) -> Grant:
    """A new access token for a portal.

    Raises
    ------
    Refused
        ``code="invalid_grant"``: the portal removed the app or the consent was revoked. Any other
        code: the app's settings are wrong, and the grant is still good; ``sensitive_scope``: the app got
        a scope that it must not hold.
    Busy
        HubSpot could not answer; the grant is still good.
    """
    if grant.refresh_token is None:
        msg = "the HubSpot grant cannot be renewed: connect the portal again"
        raise Refused(msg, code="no_refresh_token")
    token = _token(
        app,
        lambda session: session.refresh_token(
            _token_url(app), refresh_token=grant.refresh_token, **_sending(app)
        ),
    )
    return without_sensitive(_grant(app, token, timing.now(), former=grant))


def uninstall(app: HubSpotApp, grant: Grant) -> None:
    """Remove the app from the portal; HubSpot tells its admins by mail."""
    _end(
        app,
        "app removal",
        lambda session: session.delete(
            f"{app.api_url}/appinstalls/{_DATED}/external-install",
            headers={"Authorization": f"Bearer {grant.access_token}"},
            withhold_token=True,
            **_sending(app),
        ),
    )


def revoke(app: HubSpotApp, grant: Grant) -> None:
    """Revoke the refresh token; access tokens already issued live on until they expire."""
    form = {
        **_ours(app),
        "token": grant.refresh_token or grant.access_token,
        "token_type_hint": "refresh_token" if grant.refresh_token else "access_token",
    }
    _answered(app, "token revocation", "token/revoke", form)


def _ours(app: HubSpotApp) -> dict[str, str]:
    return {"client_id": app.client_id, "client_secret": app.client_secret}


def _answered(app: HubSpotApp, doing: str, path: str, form: Mapping[str, str]) -> requests.Response:
    url = f"{app.api_url}/oauth/{_DATED}/{path}"
    return _end(
        app, doing, lambda session: session.post(url, data=form, withhold_token=True, **_sending(app))
    )


def _session(app: HubSpotApp) -> _Session:
    session: _Session = OAuth2Session(
        client_id=app.client_id,
        client_secret=app.client_secret,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 - a method's name
        scope=" ".join(app.scopes),
        redirect_uri=app.redirect_uri,
        code_challenge_method="S256",
    )
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, TimedAdapter(TIMEOUT))
    # HubSpot's grants carry no scope on refresh; Authlib would add the configured ones.
    session.register_compliance_hook("refresh_token_request", _without_scope)
    session.register_compliance_hook("access_token_response", _only_tokens)
    session.register_compliance_hook("refresh_token_response", _only_tokens)
    return session


def _sending(app: HubSpotApp) -> dict[str, Any]:
    # A redirect would carry the secret and the code to another host.
    return {"allow_redirects": False, "timeout": TIMEOUT, "verify": str(app.ca_file) if app.ca_file else True}


def _token_url(app: HubSpotApp) -> str:
    return f"{app.api_url}/oauth/{'v1' if app.api_version == UNDATED else app.api_version}/token"


def _without_scope(url: str, headers: dict[str, str], body: str) -> tuple[str, dict[str, str], str]:
    return url, headers, "&".join(part for part in body.split("&") if not part.startswith("scope="))


def _only_tokens(response: requests.Response) -> requests.Response:
    """Stop every answer that is no token: Authlib takes any JSON without ``error`` for one."""
    if (error := token_trouble(response.status_code, response.headers, response.content)) is not None:
        raise error
    return only(read_object(response.content), *_READ)


def _token(app: HubSpotApp, ask: Callable[[_Session], Mapping[str, Any]]) -> Mapping[str, Any]:
    answer = _guarded(app, "token request", ask)
    if isinstance(answer, ConnectorError):
        raise answer
    return answer


def _end(app: HubSpotApp, doing: str, ask: Callable[[_Session], requests.Response]) -> requests.Response:
    answer = _guarded(app, doing, ask)
    if isinstance(answer, ConnectorError):
        raise answer
    if (error := trouble(answer.status_code, answer.headers, answer.content, doing)) is not None:
        raise error
    return answer


def _guarded(app: HubSpotApp, doing: str, ask: Callable[[_Session], _Answer]) -> _Answer | ConnectorError:
    """The answer, or the error to raise: raised out here, it has no library error as its context."""
    with _session(app) as session:
        try:
            return ask(session)
        except ConnectorError as error:
            return error
        except requests.RequestException:
            return Busy(f"HubSpot could not be reached for the {doing}", retry_after=1.0)


def _grant(app: HubSpotApp, token: Mapping[str, Any], now: datetime, former: Grant | None) -> Grant:
    portal = str(token.get("hub_id") or (former.organisation if former else ""))
    if not (portal.isascii() and portal.isdecimal()) or (
        former is not None and portal != former.organisation
    ):
        msg = "HubSpot answered with a token for no portal or for another one: connect the portal again"
        raise Refused(msg, code="portal_mismatch")
    return Grant(
        organisation=portal,
        instance_url=app.api_url,
        issued_at=now.astimezone(UTC),
        expires_at=now.astimezone(UTC) + timedelta(seconds=float(token["expires_in"])),
        scopes=tuple(texts(token, "scopes")) or (former.scopes if former else app.scopes),
        access_token=token["access_token"],
        refresh_token=token.get("refresh_token") or (former.refresh_token if former else None),
    )
