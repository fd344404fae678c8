"""The unmodified hubspot-api-client against a stand-in portal, on undated and on dated paths."""

from __future__ import annotations

from typing import Any

import hubspot

from connectors.hubspot.paths import dated
from connectors.sandbox.hubspot import HubSpotStandIn

EVERY_SCOPE = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
    "crm.objects.companies.read",
    "crm.objects.companies.write",
    "crm.objects.deals.read",
    "crm.objects.deals.write",
    "crm.objects.leads.read",
    "crm.objects.leads.write",
    "crm.export",
    "mh-lead-scoring-view",
)


def on_dated_paths(package: Any, name: str, config: dict[str, Any]) -> Any:
    """The reference way of driving the client on dated paths, independent of our own."""
    configuration = package.Configuration()
    for key, value in config.items():
        setattr(configuration, key, value)
    client = package.ApiClient(configuration=configuration)
    original = client.call_api
    client.call_api = lambda path, *rest, **more: original(dated(path, "2026-09"), *rest, **more)
    return getattr(package, name)(api_client=client)


def client_of(portal: HubSpotStandIn, token: str, version: str) -> Any:
    """The library with a token; ``version`` is v3 or dated."""
    hook = {"api_factory": on_dated_paths} if version == "dated" else {}
    return hubspot.HubSpot(access_token=token, host=portal.api_url, base_url=portal.api_url, **hook)
