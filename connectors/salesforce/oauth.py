"""Consent, tokens and their end: Salesforce's web server flow with PKCE, through Authlib.

References
----------
Salesforce Help, "OAuth 2.0 Web Server Flow", "OAuth 2.0 Refresh Token Flow" and "OpenID Connect Token
Introspection"; RFC 6749; RFC 7636; RFC 7662.
"""

from __future__ import annotations

import secrets

from connectors.errors import Refused
from connectors.oauth import AuthorizationRequest, Grant
from connectors.salesforce import server_flows
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.session import new_session
from connectors.salesforce.token_answer import is_active, read_grant, refusal, trouble
from connectors.salesforce.token_call import SENDING, authlib_session, endpoint, fetched, reached

SCOPE = "api refresh_token openid"
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
    with authlib_session(app, scope=SCOPE) as session:
        url, state = session.create_authorization_url(
            endpoint(app, "authorize"), state=secrets.token_urlsafe(24), code_verifier=verifier
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
    url = endpoint(app, "token")
    token = fetched(
        app,
        lambda session: session.fetch_token(
            url, grant_type="authorization_code", code=code, code_verifier=verifier, **SENDING
        ),
    )
    grant = read_grant(app, token, former=None)
    if grant.refresh_token is None:
        msg = "Salesforce gave no refresh token: add the scope refresh_token to the External Client App"
        raise Refused(msg, code="no_refresh_token")
    return grant


def refresh(app: SalesforceApp, grant: Grant) -> Grant:
    """A new access token; a rotated refresh token replaces the old one.

    It is never tried twice: with rotation, a repeated old token ends the whole consent. Where the
    answer of an earlier try was lost (``in_doubt``), Salesforce is first asked whether the refresh
    token is still good. A grant that came without a browser is got again instead.

    Raises
    ------
    Refused
        ``invalid_grant``: the consent has ended. Any other code: the app's settings are wrong.
    Busy
        Salesforce could not answer; read the stored grant again before another try.
    """
    if grant.flow != "web":
        return _same_org(grant, server_flows.connect(app, grant.flow))
    if grant.refresh_token is None:
        msg = "the Salesforce grant cannot be renewed: connect the org again"
        raise Refused(msg, code="no_refresh_token")
    url, spent = endpoint(app, "token"), grant.refresh_token
    if grant.in_doubt and not _still_good(app, spent):
        msg = (
            "Salesforce renewed the consent, but its answer was lost on the way, so that the new token is "
            "not known here: connect the org again"
        )
        raise Refused(msg, code="invalid_grant")
    token = fetched(app, lambda session: session.refresh_token(url, refresh_token=spent, **SENDING))
    return read_grant(app, token, former=grant)


def revoke(app: SalesforceApp, grant: Grant) -> None:
    """End the consent at Salesforce; a grant that is gone already is no error.

    Raises
    ------
    Refused, Busy
        Salesforce did not confirm it.
    """
    url = endpoint(app, "revoke")
    token = grant.refresh_token or grant.access_token
    response = reached(
        authlib_session(app), lambda session: session.revoke_token(url, token=token, **SENDING)
    )
    if response.status_code == 200:
        return
    problem = trouble(response) or refusal("unexpected_answer")
    if not (isinstance(problem, Refused) and problem.code == _GONE):
        raise problem


def _still_good(app: SalesforceApp, token: str) -> bool:
    """Whether a refresh token still works; True where that cannot be learnt: then only a try tells."""
    form = {
        "token": token,
        "token_type_hint": "refresh_token",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
    }
    url = endpoint(app, "introspect")
    response = reached(new_session(app), lambda session: session.post(url, data=form, **SENDING))
    return is_active(response) is not False


def _same_org(former: Grant, fresh: Grant) -> Grant:
    if fresh.organisation != former.organisation:
        msg = "Salesforce renewed the token for another org: connect the org again"
        raise Refused(msg, code="org_mismatch")
    return fresh
