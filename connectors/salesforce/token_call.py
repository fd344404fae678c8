"""Calls of Salesforce's OAuth endpoints: where they go, how they are sent, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import requests
from authlib.integrations.requests_client import OAuth2Session

from connectors.errors import Busy, Refused
from connectors.oauth import NOT_REACHED, Flow
from connectors.salesforce.app import SalesforceApp, trusted_origin
from connectors.salesforce.reach import (
    GONE,
    UNTRUSTED,
    UNTRUSTED_MEND,
    is_unknown_host,
    is_unreached,
    is_untrusted,
)
from connectors.salesforce.session import new_session, prepare
from connectors.salesforce.token_answer import RETRY_AFTER, members, only_read, trouble

# Authlib would follow a redirect and carry the secret along.
SENDING = {"allow_redirects": False, "timeout": (5, 30)}
# The answer of a call that may have done its work was lost on the way.
LOST = "answer_lost"
MOVED = "moved"


def endpoint(app: SalesforceApp, name: str) -> str:
    """The address of an OAuth endpoint. Raises Refused where the login address is not Salesforce's."""
    return f"{trusted_origin(app, app.login_url)}/services/oauth2/{name}"


def authlib_session(app: SalesforceApp, scope: str | None = None) -> Any:  # noqa: ANN401 - Authlib has no types
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


def fetched(app: SalesforceApp, call: Callable[[Any], Mapping[str, Any]]) -> Mapping[str, Any]:
    """The token answer; its error is read before Authlib sees it, which repeats descriptions."""

    def judged(response: requests.Response) -> requests.Response:
        problem = trouble(response)
        if problem is not None:
            raise problem
        return only_read(response)

    def checked(session: Any) -> Mapping[str, Any]:  # noqa: ANN401
        session.register_compliance_hook("access_token_response", judged)
        session.register_compliance_hook("refresh_token_response", judged)
        return call(session)

    token: Mapping[str, Any] = reached(authlib_session(app), checked)
    return token


def posted(app: SalesforceApp, form: Mapping[str, str], flow: Flow) -> Mapping[str, Any]:
    """The token answer to a form that needs no browser before it."""
    url = endpoint(app, "token")
    response = reached(new_session(app), lambda session: session.post(url, data=form, **SENDING))
    problem = trouble(response, flow)
    if problem is not None:
        raise problem
    return members(response)


def reached(session: Any, call: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - Authlib has no types
    """What a call gives.

    Raises
    ------
    Refused
        ``org_gone``: the login address has no host any more; ``moved``: it leads elsewhere;
        ``certificate``: it is not accepted.
    Busy
        ``not_reached``: there was no connection. ``answer_lost``: it broke; whether Salesforce did the work
        is not known.
    """
    try:
        with session:
            return call(session)
    except requests.RequestException as error:
        problem = _problem(error)
    # Raised outside the handler, so that the error holds neither the request nor its tokens.
    raise problem


def _problem(error: requests.RequestException) -> Refused | Busy:
    """What a call that did not come through means."""
    look = "look it up in Setup and set FAIRLEAD_SALESFORCE_LOGIN_URL"
    if isinstance(error, requests.TooManyRedirects):
        msg = f"the login address leads elsewhere, where no secret is sent: the My Domain was changed; {look}"
        return Refused(msg, code=MOVED)
    if is_unknown_host(error):
        why = "the org was deleted, or its My Domain was changed"
        msg = f"the login address has no host any more: {why}; {look}"
        return Refused(msg, code=GONE)
    if is_untrusted(error):
        return Refused(f"Salesforce could not be reached for the sign-in: {UNTRUSTED_MEND}", code=UNTRUSTED)
    msg = "Salesforce could not be reached for the sign-in: check the network, then try again"
    return Busy(msg, retry_after=RETRY_AFTER, code=NOT_REACHED if is_unreached(error) else LOST)
