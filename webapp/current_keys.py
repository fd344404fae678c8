"""Lead keys that were made before a rotation of the key, and are used after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.hubspot.events import Event
from connectors.inbound import Visit
from connectors.pseudonym import Keyring, LeadKey
from webapp.services import Services
from webapp.store.rows import ConnectionRow, FlagRow


def flag_of(
    opened: Services, connection: ConnectionRow, visit: Visit, keyring: Keyring | None = None
) -> FlagRow | None:
    """What is known of the lead of a visit, whichever generation of the key it was made with.

    ``keyring`` is one that was read just now. A rotation may end between any two steps here: then the lead
    is looked for once more.

    Raises
    ------
    KeyDestroyed
        The organisation has no key any more.
    """
    while True:
        ring = keyring or opened.keyring(connection)
        lead = _now(ring, visit.lead, visit.generation)
        found = None if lead is None else opened.repository.flag(connection.id, lead.hex)
        if found is not None or opened.keys.generation(connection.id) == ring.generation:
            return found
        keyring = None


def is_erased(
    opened: Services, connection: ConnectionRow, visit: Visit, keyring: Keyring | None = None
) -> bool:
    """Whether the lead of a visit was erased, so that nothing of it may come back.

    Raises
    ------
    KeyDestroyed
        The organisation has no key any more.
    """
    lead = _now(keyring or opened.keyring(connection), visit.lead, visit.generation)
    return lead is not None and opened.erased.holds(connection.id, lead.hex)


def events_now(opened: Services, connection: ConnectionRow, events: Sequence[Event]) -> tuple[Event, ...]:
    """Events with the lead keys of today; those of a key that was destroyed since are about nobody."""
    keyring = opened.keyring(connection)
    moved = ((event, _now(keyring, event.lead, event.generation)) for event in events)
    return tuple(
        replace(event, lead=lead, generation=keyring.generation) for event, lead in moved if lead is not None
    )


def _now(keyring: Keyring, lead: LeadKey, generation: int) -> LeadKey | None:
    """The key of a lead today; None where it was made with a key that is no more."""
    if not keyring.first <= generation <= keyring.generation:
        return None
    return keyring.forward(lead, generation)
