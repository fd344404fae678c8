"""The card's request, proved by HubSpot's signature, becomes a visit: portal, user and lead key.

The signature proves the app, the portal and the user; the record is whatever the card's own code
sent, so it is used only to find our own flag for a contact of that portal.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.signature import InboundRequest, check_signature, refused, require
from connectors.inbound import KeyringFor, Visit
from connectors.pseudonym import Keyring, LeadKey

MAXIMUM_BODY = 16_384
PORTAL_UNKNOWN, BODY_INVALID = "portal_unknown", "body_invalid"
CONTACT, LEAD = "0-1", "0-136"
_SIGNED_QUERY = ("portalId", "userId", "appId", "userEmail")
_NUMBER = re.compile(r"[0-9]{1,20}\Z")


def verify_card(request: InboundRequest, app: HubSpotApp, keyring_for: KeyringFor, now: datetime) -> Visit:
    """The visit that a card's request proves.

    Raises
    ------
    Refused
        With one of the codes ``signature_missing``, ``timestamp_invalid``, ``timestamp_stale``,
        ``request_too_large``, ``signature_invalid``, ``method_not_allowed``, ``query_invalid``,
        ``app_mismatch``, ``portal_unknown``, ``body_invalid``. No message holds an id.
    """
    check_signature(request, app.client_secret, now, MAXIMUM_BODY)
    require(request.method == "POST", "method_not_allowed")
    query = _query(request.uri)
    require(query["appId"] == app.app_id, "app_mismatch")
    keyring = keyring_for(query["portalId"])
    if keyring is None:
        raise refused(PORTAL_UNKNOWN)
    lead, user = _lead(request.body, keyring), keyring.pseudonym("user", query["userId"])
    return Visit(
        crm="hubspot", organisation=query["portalId"], lead=lead, user=user, generation=keyring.generation
    )


def lead_of(keyring: Keyring, kind: str, record_id: str) -> LeadKey:
    """The key of a contact, or of a record of the Leads object: the same number there is another record."""
    return keyring.lead_key(record_id if kind == CONTACT else f"{kind}/{record_id}")


def _query(uri: str) -> dict[str, str]:
    """The values that HubSpot appended, each exactly once; ids are digits."""
    pairs = parse_qsl(urlsplit(uri).query, keep_blank_values=True)
    found = {name: [value for key, value in pairs if key == name] for name in _SIGNED_QUERY}
    require(all(len(values) <= 1 for values in found.values()), "query_invalid")
    single = {name: values[0] for name, values in found.items() if values}
    numbers = (single.get(name, "") for name in ("portalId", "userId", "appId"))
    require(all(_NUMBER.match(number) for number in numbers), "query_invalid")
    return single


def _lead(body: bytes, keyring: Keyring) -> LeadKey:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("objectTypeId") not in (CONTACT, LEAD):
        raise refused(BODY_INVALID)
    record_id = document.get("objectId")
    text = str(record_id) if isinstance(record_id, int | str) else ""
    require(_NUMBER.match(text) is not None, BODY_INVALID)
    return lead_of(keyring, document["objectTypeId"], text)
