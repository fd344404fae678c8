"""The contact property for the shadow score: made once an admin wants it written, emptied everywhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.errors import Refused
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.flag_properties import SHADOW, ensure, troubles

DEFINITION: Mapping[str, Any] = {
    "name": SHADOW,
    "label": "Score check: shadow score",
    "type": "number",
    "fieldType": "number",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowProperty:
    """``name`` is empty where the property is not used, ``note`` says why, for the admin."""

    name: str = ""
    note: str = ""


def shadow_property(
    client: HubSpotClient, found: Mapping[str, Any] | None, *, wanted: bool
) -> ShadowProperty:
    """What the portal has to hold a shadow score; without it the flags are written all the same.

    ``found`` is the property as the portal described it just now, None where there is none.

    Raises
    ------
    Busy
        HubSpot could not answer.
    """
    if not wanted:
        usable = found is not None and not troubles(DEFINITION, found)
        return ShadowProperty(name=SHADOW if usable else "", note=_stuck(found) if not usable else "")
    try:
        ensure(client, (DEFINITION,))
    except Refused as error:
        return ShadowProperty(note=f"The shadow score was not written: {error}.")
    return ShadowProperty(name=SHADOW)


def _stuck(found: Mapping[str, Any] | None) -> str:
    """A note where contacts may hold shadow scores that cannot be taken away; "" where it is no number."""
    if found is None or found.get("type") != DEFINITION["type"]:
        return ""
    return (
        f"What {SHADOW} holds could not be taken away: {troubles(DEFINITION, found)}. Let it be edited under "
        "Settings > Properties, or archive it in HubSpot, then publish again."
    )
