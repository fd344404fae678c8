"""The end of a connection at HubSpot: the app leaves the portal, and its tokens end."""

from __future__ import annotations

from contextlib import suppress

from connectors.errors import ConnectorError, Refused
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.oauth import refresh, revoke, uninstall
from connectors.hubspot.timing import REAL, Timing
from connectors.hubspot.trouble import UNAUTHENTICATED
from connectors.oauth import Grant


def leave(app: HubSpotApp, grant: Grant, timing: Timing = REAL) -> None:
    """Remove the app from the portal, then revoke the consent, with a token that is good for it.

    Raises
    ------
    Refused
        ``invalid_grant``, ``portal_gone``: that had happened before. Any other: the app is still there.
    Busy
        HubSpot could not answer; the app may still be there.
    """
    expired = grant.expires_at is not None and timing.now() >= grant.expires_at
    fresh = refresh(app, grant, timing) if expired else grant
    trouble = _removed(app, fresh)
    if isinstance(trouble, Refused) and trouble.code in UNAUTHENTICATED and not expired:
        fresh = refresh(app, grant, timing)
        trouble = _removed(app, fresh)
    if trouble is None:
        # What is revoked here ended with the app already; a no to it says nothing.
        with suppress(ConnectorError):
            revoke(app, fresh)
        return
    revoke(app, fresh)
    raise trouble


def _removed(app: HubSpotApp, grant: Grant) -> ConnectorError | None:
    try:
        uninstall(app, grant)
    except ConnectorError as error:
        return error
    return None
