"""What happens in a portal as webhook events, in both of HubSpot's shapes.

References
----------
HubSpot, "Webhooks": ``contact.*`` are the older types, ``object.*`` the newer ones, which name their
object type; ids are numbers and values are text; values of sensitive properties arrive as REDACTED.
``eventId`` is not unique.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.hubspot.kinds import Kind

NEVER = frozenset({"hs_lastmodifieddate", "lastmodifieddate", "num_unique_conversion_events"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened to one record; ``more`` is what the event adds, ``name`` a property."""

    what: str
    kind: Kind
    number: int
    source: str = "CRM_UI"
    name: str = ""
    sensitive: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)


_FILE = {"subscriptionType": "type", "objectType": "kind", "propertyName": "name"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription of the app: its full type, and for ``object.*`` its object type."""

    id: int
    type: str
    kind: str = ""
    name: str = ""

    def wants(self, happening: Happening) -> bool:
        """Whether it is told of this."""
        family, _, what = self.type.partition(".")
        if what != happening.what or (what == "propertyChange" and self.name != happening.name):
            return False
        if happening.name in NEVER:
            return False
        if family == "object":
            return what != "privacyDeletion" and self.kind == happening.kind.singular
        return family == happening.kind.singular

    def event(self, happening: Happening, portal: str, app_id: str, moment: int) -> dict[str, Any]:
        """The event as it is sent; the event's own id comes later."""
        found: dict[str, Any] = {
            "subscriptionId": self.id,
            "portalId": int(portal),
            "appId": int(app_id),
            "occurredAt": moment,
            "subscriptionType": self.type,
            "objectId": happening.number,
            "changeSource": happening.source,
            "sourceId": "stand-in",
            **happening.more,
        }
        if self.type.startswith("object."):
            found["objectTypeId"] = happening.kind.type_id
        if happening.name:
            found |= {"propertyName": happening.name, "isSensitive": happening.sensitive}
        return found


def subscriptions_of(listed: Iterable[Mapping[str, Any]]) -> tuple[Subscription, ...]:
    """The active ones of a list as it stands in the app's own webhooks file.

    Raises
    ------
    TypeError
        An entry has a key that the file does not know, or no type.
    """
    active = [dict(one) for one in listed if one.get("active", True)]
    named = [{_FILE.get(key, key): value for key, value in one.items() if key != "active"} for one in active]
    return tuple(Subscription(id=3_000_000 + place, **one) for place, one in enumerate(named))
