"""The HubSpot app that an organisation made for its Fairlead, as settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from connectors.hubspot.scopes import OPTIONAL, REQUIRED
from connectors.shared_notes import Notes


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSpotApp:
    """Where the app is and how it proves itself.

    ``api_version`` is the dated version of the public API, or ``v3`` to call the undated paths as
    hubspot-api-client knows them. ``ca_file`` is a PEM file for hosts that no public authority
    vouches for. Processes that have the same ``notes`` share each portal's call budget; at
    ``api_percent`` of its calls of the day, where it has such a limit, they stop.
    """

    app_id: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    authorize_url: str = "https://app.hubspot.com"
    api_url: str = "https://api.hubapi.com"
    api_version: str = "2026-09"
    scopes: tuple[str, ...] = REQUIRED
    optional_scopes: tuple[str, ...] = OPTIONAL
    ca_file: Path | None = None
    notes: Notes | None = field(default=None, repr=False)
    api_percent: int = 80
