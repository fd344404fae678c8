"""What the settings page of the app in HubSpot shows: whether Fairlead works there, and what it writes.

Whoever uses the portal could ask for it, so that nothing stands in it that they do not see in HubSpot anyway:
no note of a connection, no policy, no number.
"""

from __future__ import annotations

from typing import Any

from webapp.language import gettext, marked
from webapp.panels import utc_text
from webapp.services import Services
from webapp.settings import Settings
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.dashboard import status_of

SCHEMA = "fairlead.settings/1"
WORKS = marked("Fairlead is connected to this account and checks its scores.")


def settings_of(opened: Services, row: ConnectionRow) -> dict[str, Any]:
    """How the connection of a portal stands (schema ``fairlead.settings/1``)."""
    audit = next(iter(opened.evidence.behind(row.id, None, 1)), None)
    status = status_of(row, audited=audit is not None)
    return {
        **_always(opened.settings),
        "state": "connected" if row.state == "connected" else "trouble",
        "title": status.words,
        "sentence": status.mend or gettext(WORKS),
        "connected_at": utc_text(row.connected_at),
        "checked_at": utc_text(audit.made_at) if audit else None,
        "audit_id": audit.id if audit else None,
    }


def not_connected(settings: Settings) -> dict[str, Any]:
    """The same where this portal has no connection."""
    return {
        **_always(settings),
        "state": "not_connected",
        "title": gettext("Fairlead is not connected"),
        "sentence": gettext(
            "Open Connections in Fairlead, choose Connect HubSpot, and agree for this account."
        ),
        "connected_at": None,
        "checked_at": None,
        "audit_id": None,
    }


def _always(settings: Settings) -> dict[str, Any]:
    from connectors.hubspot.flag_properties import LABELS  # noqa: PLC0415 - loads the client library

    properties = [{"name": name, "label": label} for name, label in LABELS.items()]
    return {
        "schema": SCHEMA,
        "properties": properties,
        "address": f"{settings.public_url}/connections",
    }
