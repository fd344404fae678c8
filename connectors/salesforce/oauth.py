"""Consent, tokens and their end: Salesforce's web server flow with PKCE, through Authlib.

References
----------
Salesforce Help, "OAuth 2.0 Web Server Flow" and "OAuth 2.0 Refresh Token Flow"; RFC 6749; RFC 7636.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import requests
from authlib.integrations.requests_client import OAuth2Session

from connectors.errors import Busy, Refused
from connectors.oauth import AuthorizationRequest, Grant
from connectors.salesforce.app import SalesforceApp, trusted_origin
from connectors.salesforce.session import prepare
from connectors.salesforce.token_answer import RETRY_AFTER, only_read, read_grant, refusal, trouble

SCOPE = "api refresh_token openid"
# Authlib would follow a redirect and carry the secret along.
_SENDING = {"allow_redirects": False, "timeout": (5, 30)}
# What revoking answers for a token that is gone already.
_GONE = "invalid_token"


def authorization(app: SalesforceApp) -> AuthorizationRequest:
    """Where the admin gives consent; ``state`` and ``verifier`` must come back with the code.

    Raises
    ------
    Refused
        ``host_not_allowed``: the login address is not one of Salesforce's hosts.
    """
    verifier = secrets.token_urlsafe(48)
    with _session(app, scope=SCOPE) as session:
        url, state = session.create_authorization_url(
            f"{trusted_origin(app, app.login_url)}/services/oauth2/authorize",
            state=secrets.token_urlsafe(24),
            code_verifier=verifier,
        )
    return AuthorizationRequest(url=url, state=state, verifier=verifier)


def exchange(app: SalesforceApp, code: str, verifier: str) -> Grant:
    """The first grant of an org for the code that came to the redirect address.

    Raises
    ------
    Refused
        The code was used before, is too old, or the app's settings are wrong.
    Busy
        Salesforce could not answer. The code may have been spent: begin with consent again.
    """
    url = _token_url(app)
    token = _posted(
        app,
        lambda session: session.fetch_token(
            url, grant_type="authorization_code", code=code, code_verifier=verifier, **_SENDING
        ),
    )
    grant = read_grant(app, token, former=None)
    if grant.refresh_token is None:
        msg = "Salesforce gave no refresh token: add the scope refresh_token to the External Client App"
        raise Refused(msg, code="no_refresh_token")
    return grant


def refresh(app: SalesforceApp, grant: Grant) -> Grant:
    """A new access token; a rotated refresh token replaces the old one.

    It is never tried twice: with rotation, a repeated old token ends the whole consent.

    Raises
    ------
    Refused
        ``invalid_grant``: the consent has ended. Any other code: the app's settings are wrong.
    Busy
        Salesforce could not answer; read the stored grant again before another try.
    """
    if grant.refresh_token is None:
        msg = "the Salesforce grant cannot be renewed: connect the org again"
        raise Refused(msg, code="no_refresh_token")
    url, spent = _token_url(app), grant.refresh_token
    token = _posted(app, lambda session: session.refresh_token(url, refresh_token=spent, **_SENDING))
    return read_grant(app, token, former=grant)


def revoke(app: SalesforceApp, grant: Grant) -> None:
    """End the consent at Salesforce; a grant that is gone already is no error.

    Raises
    ------
    Refused, Busy
        Salesforce did not confirm it.
    """
    url = f"{trusted_origin(app, app.login_url)}/services/oauth2/revoke"
    token = grant.refresh_token or grant.access_token
    response = _calling(app, lambda session: session.revoke_token(url, token=token, **_SENDING))
    if response.status_code == 200:
        return
    problem = trouble(response) or refusal("unexpected_answer")
    if not (isinstance(problem, Refused) and problem.code == _GONE):
        raise problem


def _token_url(app: SalesforceApp) -> str:
    return f"{trusted_origin(app, app.login_url)}/services/oauth2/token"


def _session(app: SalesforceApp, scope: str | None = None) -> Any:  # noqa: ANN401 - Authlib has no types
    """Authlib's session, which is a requests session too."""
    session: Any = OAuth2Session(
        app.client_id,
        app.client_secret,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 - the name of a method
        revocation_endpoint_auth_method="none",
        scope=scope,
        redirect_uri=app.redirect_uri,
        code_challenge_method="S256",
    )
    prepare(session, app)
    return session


def _posted(app: SalesforceApp, call: Callable[[Any], Mapping[str, Any]]) -> Mapping[str, Any]:
    """The token answer; its error is read before Authlib sees it, which repeats descriptions."""

    def checked(session: Any) -> Mapping[str, Any]:  # noqa: ANN401
        session.register_compliance_hook("access_token_response", _judged)
        session.register_compliance_hook("refresh_token_response", _judged)
        return call(session)

    token: Mapping[str, Any] = _calling(app, checked)
    return token


def _judged(response: requests.Response) -> requests.Response:
    problem = trouble(response)
    if problem is not None:
        raise problem
    return only_read(response)


def _calling(app: SalesforceApp, call: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - Authlib has no types
    with _session(app) as session, suppress(requests.RequestException):
        return call(session)
    # Raised outside the handler, so that the error holds neither the request nor its tokens.
    msg = "Salesforce could not be reached for the sign-in: check the network, then try again"
    raise Busy(msg, retry_after=RETRY_AFTER)
