"""What HubSpot tells by webhook: which contacts are gone, or back; nothing else of it is believed or kept.

An event is a hint that may come twice, late, or in any order. Record ids become lead keys in the loop
that reads them, and values of properties are not looked at.

References
----------
HubSpot, "Webhooks API": a JSON array of up to 100 events; ``eventId`` is not unique; ``contact.*`` and
``object.*`` shapes (the latter with ``objectTypeId``); a deletion for privacy comes as
``contact.privacyDeletion`` and as an ordinary deletion, in either order.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from connectors.hubspot.answers import number_of
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.inbound import CONTACT, LEAD, lead_of
from connectors.hubspot.signature import InboundRequest, check_signature, refused, require
from connectors.inbound import KeyringFor
from connectors.pseudonym import Keyring, LeadKey

MAXIMUM_BODY = 1_048_576
EVENTS_INVALID = "events_invalid"
EventKind = Literal["erased", "deleted", "restored", "merged"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KINDS: Mapping[str, EventKind] = MappingProxyType(
    {"privacyDeletion": "erased", "deletion": "deleted", "restore": "restored", "merge": "merged"}
)
_AUDITED = frozenset({CONTACT, LEAD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to one contact, or lead, of one portal.

    ``erased``: by the wish of the person, for good. ``deleted``: into the recycling bin. ``merged``: it
    lives on as another record. ``restored``: it is back. ``digest`` is the same whenever the same event
    comes again. ``generation`` is that of the key behind ``lead``.
    """

    organisation: str
    kind: EventKind
    lead: LeadKey
    at: datetime
    digest: str = field(repr=False)
    generation: int = 1


def events_of(
    request: InboundRequest, app: HubSpotApp, keyring_for: KeyringFor, now: datetime
) -> tuple[Event, ...]:
    """The events of a request that matter; those of other apps, portals and kinds are left out.

    Raises
    ------
    Refused
        The request is not one that HubSpot signed (the codes of `check_signature`), or
        ``method_not_allowed``, ``events_invalid``.
    """
    check_signature(request, app.client_secret, now, MAXIMUM_BODY)
    require(request.method == "POST", "method_not_allowed")
    keyrings: dict[str, Keyring | None] = {}
    found: dict[str, Event] = {}
    for entry in _entries(request.body):
        portal = number_of(entry.get("portalId"))
        if not portal or number_of(entry.get("appId")) not in {"", number_of(app.app_id)}:
            continue
        if portal not in keyrings:
            keyrings[portal] = keyring_for(portal)
        keyring = keyrings[portal]
        if keyring is not None:
            found |= {event.digest: event for event in _events(entry, portal, keyring)}
    return tuple(found.values())


def _entries(body: bytes) -> list[Mapping[str, Any]]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, list):
        raise refused(EVENTS_INVALID)
    return [entry for entry in document if isinstance(entry, dict)]


def _events(entry: Mapping[str, Any], portal: str, keyring: Keyring) -> Iterator[Event]:
    """What one entry says: a merge is about every record that it ends."""
    family, _, deed = str(entry.get("subscriptionType")).partition(".")
    kind, of = KINDS.get(deed), _object_of(entry, family)
    if kind is None or of not in _AUDITED:
        return
    at = _moment(entry.get("occurredAt"))
    for record_id in _ended(entry) if kind == "merged" else (number_of(entry.get("objectId")),):
        if record_id:
            told = (str(entry.get("eventId")), str(entry.get("occurredAt")))
            named = json.dumps((portal, family, deed, of, record_id, *told)).encode()
            yield Event(
                organisation=portal,
                kind=kind,
                lead=lead_of(keyring, of, record_id),
                at=at,
                digest=hmac.digest(keyring.key_for("told"), named, "sha256").hex(),
                generation=keyring.generation,
            )


def _object_of(entry: Mapping[str, Any], family: str) -> str:
    """The kind of record: ``contact.*`` says it by its name, ``object.*`` beside it."""
    return CONTACT if family == "contact" else str(entry.get("objectTypeId")) if family == "object" else ""


def _ended(entry: Mapping[str, Any]) -> set[str]:
    """The records that a merge ends: what was merged, and the primary one where a new one takes its place."""
    listed = entry.get("mergedObjectIds")
    merged = {number_of(one) for one in listed} if isinstance(listed, list) else set()
    primary, new = number_of(entry.get("primaryObjectId")), number_of(entry.get("newObjectId"))
    return (merged | {primary}) - {new or primary, ""}


def _moment(value: object) -> datetime:
    """When it happened; the beginning of time where that cannot be read: then anything else is later."""
    milliseconds = int(number_of(value) or 0)
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return _EPOCH
