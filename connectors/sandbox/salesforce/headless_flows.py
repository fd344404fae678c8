"""The two flows without a browser: JWT bearer and client credentials.

Source: help.salesforce.com, remoteaccess_oauth_jwt_flow and remoteaccess_oauth_client_credentials_flow.
"""

from __future__ import annotations

from typing import Any

from connectors.sandbox.salesforce.client_app import APPROVED, REFRESHING, OauthError
from connectors.sandbox.salesforce.grants import Family
from connectors.sandbox.salesforce.jwt import verified
from connectors.sandbox.salesforce.state import State
from connectors.sandbox.salesforce.users import User

# How far ahead an assertion may expire, and how far a clock may be off.
LONGEST, SKEW = 300, 30


def by_assertion(here: State, assertion: str) -> tuple[Family, str]:
    """A token for the user that an assertion names. Raises OauthError."""
    client = here.grants.client
    claims = _claims(here, assertion)
    client.identify(str(claims.get("iss")))
    _check_audience(here, claims.get("aud"))
    _check_time(here, claims.get("exp"))
    user = next((one for one in here.org.users if one.username == claims.get("sub")), None)
    if user is None:
        raise OauthError(error="invalid_grant", description="user hasn't approved this consumer")
    client.admit(user)
    _check_approval(here, user)
    return here.grants.open(user, tuple(sorted(client.scopes - REFRESHING)), lasting=False)


def by_credentials(here: State, host: str) -> tuple[Family, str]:
    """A token for the app's own user, on the org's own host only. Raises OauthError."""
    if f"//{host}" not in here.instance_url + here.page_url:
        raise OauthError(error="invalid_grant", description="request not supported on this domain")
    user = here.grants.client.run_as
    if user is None:
        raise OauthError(error="invalid_grant", description="no client credentials user enabled")
    here.grants.client.admit(user)
    return here.grants.open(user, tuple(sorted(here.grants.client.scopes - REFRESHING)), lasting=False)


def _claims(here: State, assertion: str) -> dict[str, Any]:
    try:
        return verified(assertion, here.grants.client.certificate)
    except ValueError:
        raise OauthError(error="invalid_grant", description="invalid assertion") from None


def _check_audience(here: State, audience: object) -> None:
    if audience not in here.grants.client.audiences | {here.instance_url, here.page_url}:
        raise OauthError(error="invalid_grant", description="audience is invalid")


def _check_time(here: State, expires: object) -> None:
    now = here.org.clock.now().timestamp()
    if isinstance(expires, bool) or not isinstance(expires, int | float) or expires + SKEW < now:
        raise OauthError(error="invalid_grant", description="assertion has expired")
    if expires > now + LONGEST + SKEW:
        raise OauthError(error="invalid_grant", description="invalid assertion: exp is too far ahead")


def _check_approval(here: State, user: User) -> None:
    """Approved by an admin beforehand, or once by the user herself."""
    client = here.grants.client
    if not REFRESHING & client.scopes:
        text = "refresh_token scope is required and the connected app should be installed and preauthorized"
        raise OauthError(error="invalid_request", description=text)
    consented = any(family.user is user and family.refresh for family in here.grants.families)
    if client.permitted != APPROVED and not consented:
        raise OauthError(error="invalid_grant", description="user hasn't approved this consumer")
