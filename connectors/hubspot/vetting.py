"""A grant is looked into before it is used: whose it is, and that it holds what it must, no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.errors import Refused
from connectors.hubspot.answers import number_of, texts
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.scopes import MISSING_SCOPES, SENSITIVE_SCOPE, missing, sensitive
from connectors.hubspot.token_trouble import REVOKED
from connectors.oauth import Grant

APP_MISMATCH, PORTAL_MISMATCH = "app_mismatch", "portal_mismatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What HubSpot says of a token; empty where it says nothing.

    References
    ----------
    HubSpot, "Introspect OAuth tokens" (``/oauth/2026-09/token/introspect``).
    """

    active: bool
    app_id: str
    portal: str
    scopes: tuple[str, ...]


def told(document: Mapping[str, Any]) -> Told:
    """Read an introspection."""
    return Told(
        active=document.get("active") is True,
        app_id=number_of(document.get("app_id")),
        portal=number_of(document.get("hub_id")),
        scopes=tuple(texts(document, "scopes")),
    )


def vetted(app: HubSpotApp, grant: Grant, found: Told | None) -> Grant:
    """The grant with the scopes that it really holds.

    Raises
    ------
    Refused
        ``invalid_grant``: it is not good any more. ``app_mismatch``, ``portal_mismatch``: it is of another
        app or portal. ``sensitive_scope``, ``MISSING_SCOPES``: it holds too much or too little.
    """
    if found is not None:
        _refuse_other(app, grant, found)
    whole = grant if found is None or not found.scopes else replace(grant, scopes=found.scopes)
    if lacking := missing(whole.scopes):
        msg = (
            f"the consent lacks {', '.join(lacking)}: add it to the required scopes in the app's file, "
            "upload the app, then connect the portal again"
        )
        raise Refused(msg, code=MISSING_SCOPES)
    return without_sensitive(whole)


def without_sensitive(grant: Grant) -> Grant:
    """The same grant.

    Raises
    ------
    Refused
        ``sensitive_scope``.
    """
    if found := sensitive(grant.scopes):
        msg = (
            f"the app holds {', '.join(found)}: HubSpot lets no card ask the server of an app with scopes "
            "for sensitive data, and Fairlead never reads such data; take them out of the app's file, "
            "upload the app, then connect the portal again"
        )
        raise Refused(msg, code=SENSITIVE_SCOPE)
    return grant


def _refuse_other(app: HubSpotApp, grant: Grant, found: Told) -> None:
    if not found.active:
        msg = "HubSpot says that the consent does not hold any more: connect the portal again"
        raise Refused(msg, code=REVOKED)
    if found.app_id and found.app_id != app.app_id:
        msg = (
            "the client id belongs to another HubSpot app than FAIRLEAD_HUBSPOT_APP_ID names, so that every "
            "card would be refused: copy both from the same app's page"
        )
        raise Refused(msg, code=APP_MISMATCH)
    if found.portal and found.portal != grant.organisation:
        msg = "HubSpot answered with a token for another portal: connect the portal again"
        raise Refused(msg, code=PORTAL_MISMATCH)
