"""The contacts of the stand-in's portal: loading, changing, archiving, showing."""

from __future__ import annotations

import random
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.fields import Value
from connectors.sandbox.hubspot.clock import Clock, moment, stamp
from connectors.sandbox.hubspot.definitions import Definition

DEFAULT_PROPERTIES = ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname")
ALWAYS = ("createdate", "hs_object_id", "lastmodifieddate")
_FIRST_ID = 41_300_101_000


@dataclass(slots=True, kw_only=True)
class Contact:
    """One contact. Values are text, as everywhere in HubSpot; ``history`` holds what they were."""

    number: int
    values: dict[str, str]
    archived_at: float | None = None
    history: list[tuple[str, str, float]] = field(default_factory=list)
    indexed_at: float = 0.0
    indexed: dict[str, str] | None = None

    def searchable(self, now: float) -> Mapping[str, str] | None:
        """The values that the search index knows now; None where it does not know the contact."""
        if self.archived_at is not None:
            return None
        return self.values if now >= self.indexed_at else self.indexed


@dataclass(slots=True, kw_only=True)
class Contacts:
    """All contacts, in the order of their ids."""

    clock: Clock
    definitions: Mapping[str, Definition]
    portal: str
    by_number: dict[int, Contact] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    _order: list[int] = field(default_factory=list)

    def load(self, records: Iterable[Mapping[str, Value]], seed: int) -> None:
        """Fill the portal. Ids grow by random steps.

        Raises
        ------
        ValueError
            A record has a field that the portal does not have.
        """
        steps = random.Random(seed)  # noqa: S311 - ids of made-up records
        number = _FIRST_ID
        for record in records:
            number += steps.randint(1, 60)
            self.add(number, {name.lower(): value for name, value in record.items()})

    def add(self, number: int, record: Mapping[str, Value]) -> Contact:
        """Put one contact in, with its dates."""
        values = {name: self._text(name, value) for name, value in record.items()}
        present = {name: value for name, value in values.items() if value is not None}
        created = present.setdefault("createdate", stamp(self.clock.now()))
        present.setdefault("lastmodifieddate", created)
        present["hs_object_id"] = str(number)
        contact = Contact(number=number, values=present)
        self.by_number[number] = contact
        insort(self._order, number)
        return contact

    def live(self, start: int = 0, *, archived: bool = False) -> Iterator[Contact]:
        """Contacts from an id on, in order, either archived or not."""
        for place in range(bisect_left(self._order, start), len(self._order)):
            contact = self.by_number[self._order[place]]
            if (contact.archived_at is not None) is archived:
                yield contact

    def find(self, name: str) -> Contact | None:
        """The contact of an id that is not archived; a merged id leads to the winner."""
        if not (name.isascii() and name.isdecimal()):
            return None
        number = self.merged.get(int(name), int(name))
        contact = self.by_number.get(number)
        return contact if contact is not None and contact.archived_at is None else None

    def with_email(self, address: str) -> Contact | None:
        """The contact of an address that is not archived."""
        return next((one for one in self.live() if one.values.get("email") == address), None)

    def change(self, contact: Contact, values: Mapping[str, str], lag: float) -> None:
        """Write checked values; an empty one clears."""
        now = self.clock.now()
        contact.indexed = dict(contact.values)
        contact.indexed_at = now + lag
        for name, value in values.items():
            contact.history.append((name, value, now))
            contact.values[name] = value
            if not value:
                del contact.values[name]
        contact.values["lastmodifieddate"] = stamp(now)

    def archive(self, contact: Contact) -> None:
        """Put a contact into the recycling bin; its modification date stays."""
        contact.archived_at = self.clock.now()

    def erase(self, contact: Contact) -> None:
        """Delete for good (GDPR)."""
        del self.by_number[contact.number]
        self._order.remove(contact.number)

    def shown(self, contact: Contact, names: Sequence[str], history: Sequence[str] = ()) -> dict[str, Any]:
        """A contact as the API shows it: null for a property without value, nothing for an unknown one."""
        wanted = {*names, *ALWAYS} & self.definitions.keys()
        values = contact.values
        document: dict[str, Any] = {
            "id": str(contact.number),
            "properties": {name: values.get(name) for name in sorted(wanted)},
            "createdAt": values["createdate"],
            "updatedAt": values["lastmodifieddate"],
            "archived": contact.archived_at is not None,
            "url": f"https://app.hubspot.com/contacts/{self.portal}/record/0-1/{contact.number}",
        }
        if contact.archived_at is not None:
            document["archivedAt"] = stamp(contact.archived_at)
        if history:
            document["propertiesWithHistory"] = {name: _past(contact, name) for name in history}
        return document

    def _text(self, name: str, value: Value) -> str | None:
        definition = self.definitions.get(name)
        if definition is None:
            msg = f"the stand-in portal has no contact property {name}: add it to the contents' fields"
            raise ValueError(msg)
        text = as_text(definition, value)
        if text is not None:
            definition.allow(text)
        return text


def as_text(definition: Definition, value: Value) -> str | None:
    """A value as HubSpot keeps it: always text."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    when = moment(text) if definition.type in {"date", "datetime"} else None
    if when is None:
        return text
    return stamp(when)[:10] if definition.type == "date" else stamp(when)


def _past(contact: Contact, name: str) -> list[dict[str, str]]:
    """The values of a property, newest first."""
    written = [(value, when) for changed, value, when in contact.history if changed == name]
    newest = [
        {"value": value, "timestamp": stamp(when), "sourceType": "INTEGRATION"} for value, when in written
    ]
    return newest[::-1]
