"""What a CRM's own request leads to: the keyring of who asks, and the panel of the lead it is about."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from connectors.hubspot.signature import InboundRequest
from connectors.inbound import KeyringFor, Visit
from connectors.pseudonym import Keyring
from webapp.current_keys import flag_of, is_erased
from webapp.panels import ERASED, NOT_CONNECTED, Panel, panel_for
from webapp.services import Services
from webapp.store.key_rows import KeyDestroyed
from webapp.store.rows import ConnectionRow, Crm

Met = tuple[ConnectionRow, Keyring]


def as_signed(opened: Services, path: str) -> InboundRequest:
    """The request as HubSpot signed it: our public address and the raw query, never ``request.url``."""
    query = request.environ.get("QUERY_STRING", "")
    return InboundRequest(
        method=request.method,
        uri=f"{opened.settings.public_url}{path}" + (f"?{query}" if query else ""),
        body=request.get_data(),
        signature=request.headers.get("X-HubSpot-Signature-v3"),
        timestamp=request.headers.get("X-HubSpot-Request-Timestamp"),
    )


def keyring_for(opened: Services, crm: Crm, met: list[Met] | None = None) -> KeyringFor:
    """The keyring of a connected organisation; None for an unknown or disconnected one.

    Whatever was found is put into ``met``, so that a request asks the database for it once.
    """

    def find(organisation: str) -> Keyring | None:
        row = opened.repository.connection_for(crm, organisation)
        if row is None or row.state == "disconnected":
            return None
        try:
            keyring = opened.keyring(row)
        except KeyDestroyed:
            return None
        if met is not None:
            met.append((row, keyring))
        return keyring

    return find


def panel_of(opened: Services, visit: Visit, met: Sequence[Met] = ()) -> Panel:
    """What a visit sees of its lead."""
    row, keyring = met[0] if met else (opened.repository.connection_for(visit.crm, visit.organisation), None)
    if row is None or row.state == "disconnected":
        return NOT_CONNECTED
    try:
        flag = flag_of(opened, row, visit, keyring)
        if flag is None and is_erased(opened, row, visit, keyring):
            return ERASED
    except KeyDestroyed:
        return NOT_CONNECTED
    return panel_for(flag)
