"""The values that the store hands out about the keys of organisations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from audit.schema import BadInput
from connectors.pseudonym import Keyring
from connectors.seals import Seal
from webapp.store.organisation_key_tables import OrganisationKey

KeyState = Literal["pending", "active", "former", "destroyed"]


class KeyDestroyed(BadInput):
    """The organisation's key was destroyed: nothing of its leads can be read any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One generation of a key as it may be shown: who made it when, and who ended it when.

    ``shreddable`` is false where the pseudonyms stand on the master key of an older installation.
    """

    generation: int
    state: KeyState
    made_at: datetime
    made_by: str
    ended_at: datetime | None
    ended_by: str | None
    shreddable: bool
    plain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The secrets of an organisation at one generation, ready for use."""

    keyring: Keyring
    seal: Seal


def destroyed(row: OrganisationKey) -> KeyDestroyed:
    """What to tell of a generation that was destroyed."""
    day, who = row.ended_at, row.ended_by
    when = f"{day:%Y-%m-%d %H:%M} UTC" if day else "an unknown day"
    return KeyDestroyed(
        f"The key of this organisation was destroyed on {when} by {who}: its leads cannot be read any more. "
        "Connect it again and run fairlead sync."
    )


def shown(row: OrganisationKey) -> KeyRow:
    """One generation as it may be shown."""
    return KeyRow(
        generation=row.generation,
        state=cast("KeyState", row.state),
        made_at=row.made_at,
        made_by=row.made_by,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        shreddable=row.origin == "own",
        plain=row.plain,
    )
