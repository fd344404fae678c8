"""From HubSpot's records to columns: the loop in which a record id becomes a lead key."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from connectors.errors import Busy, Malformed, Refused
from connectors.hubspot.answers import Document, errors_of, named_ids, record_number
from connectors.policy.apply import Raw
from connectors.policy.day import day_of
from connectors.pseudonym import Keyring, LeadKey

MISSING = "OBJECT_NOT_FOUND"
ABSENT = "PROPERTY_DOESNT_EXIST"


def parse(
    asked: Sequence[str], documents: Sequence[Mapping[str, Any]], fields: Sequence[str], keyring: Keyring
) -> Raw:
    """The records that batch reads found.

    A record that was asked for and did not come (archived, erased or merged since it was listed) is
    rejected as ``OBJECT_NOT_FOUND``; an archived one as ``archived``; one that was listed without an
    id, or that came without properties, as ``malformed``. Empty text is missing.

    Raises
    ------
    Refused, Busy
        A property of ``fields`` is in none of the records, or not in all.
    """
    check_asked(documents, fields)
    found = {record_number(record): record for record in documents}
    keys: list[LeadKey] = []
    columns: dict[str, list[str | None]] = {name: [] for name in fields}
    rejected: Counter[str] = Counter()
    # In the order asked: HubSpot shuffles, and the same contacts must give the same batch.
    for record_id in asked:
        try:
            properties = _properties(record_id, found.get(record_id))
        except Malformed as error:
            rejected[error.reason] += 1
            continue
        keys.append(keyring.lead_key(record_id))
        for name, column in columns.items():
            column.append(text_of(properties.get(name)))
    return Raw(keys=keys, columns=columns, rejected=rejected)


def missing_ids(document: Document) -> set[str]:
    """The contacts that a batch read names as gone; an error of any other kind says nothing of that."""
    return set().union(*(named_ids(error) for error in _gone(document)))


def says_missing(document: Document) -> bool:
    """Whether a batch read says that contacts are gone without naming them."""
    return any(not named_ids(error) for error in _gone(document))


def dated_by(raw: Raw, created: str) -> Raw:
    """The same records with creation times in milliseconds (older portals have some) as ISO 8601."""
    moments = [_iso(value) for value in raw.columns[created]]
    return Raw(keys=raw.keys, columns={**raw.columns, created: moments}, rejected=raw.rejected)


def created_day(record: Document, created: str) -> date | None:
    """The UTC day on which a listed record was created; None where it does not say."""
    properties = record.get("properties")
    text = _iso(text_of(properties.get(created))) if isinstance(properties, dict) else None
    return day_of(text) if text else None


def _gone(document: Document) -> list[Document]:
    return [error for error in errors_of(document) if error.get("category") == MISSING]


def check_asked(documents: Sequence[Document], fields: Sequence[str], noun: str = "contact") -> None:
    """Stop where a property that was asked for is not in the answer.

    One without a value is null there; one that was archived, or marked as sensitive, after its
    definition was read is left out, and a contact's objection may be what it held.

    Raises
    ------
    Refused, Busy
        The property is in none of the records, or not in all.
    """
    held = [found for record in documents if isinstance(found := record.get("properties"), dict)]
    for name in fields:
        lacking = sum(name not in properties for properties in held)
        if lacking and lacking == len(held):
            msg = (
                f"HubSpot's answers do not hold the {noun} property {name}, which the policy names: it was "
                "archived or made sensitive; restore it in HubSpot, or correct the policy"
            )
            raise Refused(msg, code=ABSENT)
        if lacking:
            msg = f"HubSpot's answer leaves the {noun} property {name} out of some {noun}s: pull again"
            raise Busy(msg, retry_after=60.0)


def _properties(record_id: str, record: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if not record_id:
        msg = "a contact was listed without an id"
        raise Malformed(msg, reason="malformed")
    if record is None:
        msg = "a contact is gone since it was listed"
        raise Malformed(msg, reason=MISSING)
    if record.get("archived") is True:
        msg = "a contact is archived"
        raise Malformed(msg, reason="archived")
    properties = record.get("properties")
    if not isinstance(properties, dict):
        msg = "a contact has no properties"
        raise Malformed(msg, reason="malformed")
    return properties


def text_of(value: object) -> str | None:
    """A value as text. HubSpot sends text only; whatever else came is written as JSON would be read."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else str(value)


def _iso(value: str | None) -> str | None:
    if value is None or not (value.isascii() and value.isdecimal() and 11 <= len(value) <= 14):
        return value
    return datetime.fromtimestamp(int(value) / 1000, UTC).isoformat()
