"""The Lead's field for the shadow score: filled only where an admin wants it, and emptied elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.salesforce.described import FieldNeed, Fields, troubles
from connectors.salesforce.wished_fields import NUMBERS

SHADOW, LABEL = "Fairness_Shadow_Score__c", "Score check: shadow score"
NEED = FieldNeed(name=SHADOW, types=NUMBERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowField:
    """``name`` is empty where the field is not used, ``note`` says why, for the admin.

    ``decimals`` is how many it keeps. ``stuck`` names a field that is there and cannot be emptied.
    """

    name: str = ""
    decimals: int = 0
    note: str = ""
    stuck: str = ""

    def value_of(self, score: float | None) -> float | None:
        """A score as the field keeps it."""
        return None if score is None else round(score, self.decimals) + 0.0


def shadow_field(fields: Fields, prefix: str, *, wanted: bool) -> ShadowField:
    """What the org has to hold a shadow score; without it the flags are written all the same."""
    name = prefix + SHADOW
    found = troubles(replace(NEED, name=name), fields)
    if not found:
        return ShadowField(name=name, decimals=fields.scale(name))
    if wanted:
        return ShadowField(
            note=f"The shadow score was not written: {'; '.join(found)}. Make or correct the field as "
            "Fairlead's Salesforce guide lists it, give the connected user edit access to it, then publish "
            "again."
        )
    return ShadowField(stuck=name if (fields.entry(name) or {}).get("type") in NUMBERS else "")


def stuck_note(name: str, leads: int) -> str:
    """What to tell where so many leads hold a shadow score that may not be taken away."""
    return (
        f"{leads:,} leads still hold a shadow score: {name} may not be edited by the connected user. Give "
        "that user edit access to it, then publish again."
    )
