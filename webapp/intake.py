"""What a CRM told while the database was taken: in files of its own, until the database has it.

::

    <data>/told/<random>.sealed   the events of one request: lead keys and digests, never a record id

A sync of a large organisation writes its flags in one transaction, and that may take longer than a CRM
waits for an answer. A file is on the disk before the CRM is answered, and goes once its events are kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from connectors.hubspot.events import Event
from connectors.partitions import folder_to_disk, to_disk
from connectors.pseudonym import LeadKey
from webapp.secrets_box import SecretsBox, Unreadable

OWNER = "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The files of one data folder."""

    folder: Path
    box: SecretsBox

    def keep(self, connection_id: str, events: Sequence[Event]) -> None:
        """Write events down durably. Raises OSError where the disk refuses."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.folder / f"{uuid4().hex}.new"
        document = {"connection": connection_id, "events": [_plain(one) for one in events]}
        with fresh.open("wb") as handle:
            handle.write(self.box.seal(json.dumps(document).encode(), OWNER))
            handle.flush()
            to_disk(handle.fileno())
        fresh.replace(fresh.with_suffix(".sealed"))
        folder_to_disk(self.folder)

    def drain(self, take: Callable[[str, Sequence[Event]], object]) -> None:
        """Hand over what waits; a file goes when ``take`` has come back, and stays where it raises."""
        for path, connection_id, events in self._waiting():
            take(connection_id, events)
            path.unlink(missing_ok=True)

    def _waiting(self) -> Iterator[tuple[Path, str, Sequence[Event]]]:
        for path in sorted((*self.folder.glob("*.json"), *self.folder.glob("*.sealed"))):
            # Another process may have taken it in this very moment; one that cannot be read stops no other.
            with suppress(FileNotFoundError, ValueError, KeyError, TypeError, Unreadable):
                # An earlier version wrote them in the clear.
                told, plain = path.read_bytes(), path.suffix == ".json"
                found = json.loads(told if plain else self.box.open(told, OWNER))
                yield path, found["connection"], [_event(one) for one in found["events"]]


def _plain(event: Event) -> dict[str, str | int]:
    return {
        "organisation": event.organisation,
        "kind": event.kind,
        "lead": event.lead.hex,
        "at": event.at.isoformat(),
        "digest": event.digest,
        "generation": event.generation,
    }


def _event(plain: dict[str, Any]) -> Event:
    return Event(
        organisation=plain["organisation"],
        kind=plain["kind"],
        lead=LeadKey(bytes.fromhex(plain["lead"])),
        at=datetime.fromisoformat(plain["at"]),
        digest=plain["digest"],
        generation=plain.get("generation", 1),
    )
