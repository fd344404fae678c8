"""From HubSpot's records to columns: the loop in which a record id becomes a lead key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.errors import Malformed
from connectors.policy.apply import Raw
from connectors.pseudonym import Keyring, LeadKey

MISSING = "OBJECT_NOT_FOUND"


def parse(asked: Sequence[str], document: Mapping[str, Any], fields: Sequence[str], keyring: Keyring) -> Raw:
    """The records of one batch read.

    A record that was asked for and did not come (archived or erased since it was listed, HTTP 207)
    is rejected as ``OBJECT_NOT_FOUND``; an archived one as ``archived``; one without an id or
    without properties as ``malformed``. Empty text is missing.
    """
    waiting = set(asked)
    keys: list[LeadKey] = []
    columns: dict[str, list[str | None]] = {name: [] for name in fields}
    rejected: Counter[str] = Counter()
    for record in document.get("results") or ():
        try:
            properties = _properties(record, waiting)
        except Malformed as error:
            rejected[error.reason] += 1
            continue
        if properties is None:
            continue
        keys.append(keyring.lead_key(record["id"]))
        for name, column in columns.items():
            column.append(_text(properties.get(name)))
    rejected[MISSING] += len(waiting)
    return Raw(keys=keys, columns=columns, rejected=+rejected)


def dated_by(raw: Raw, created: str) -> Raw:
    """The same records with creation times in milliseconds (older portals have some) as ISO 8601."""
    moments = [_iso(value) for value in raw.columns[created]]
    return Raw(keys=raw.keys, columns={**raw.columns, created: moments}, rejected=raw.rejected)


def _properties(record: object, waiting: set[str]) -> Mapping[str, Any] | None:
    """The properties of a record that was asked for; None where it is another one or a repetition."""
    record_id = record.get("id") if isinstance(record, dict) else None
    if not isinstance(record, dict) or not isinstance(record_id, str):
        msg = "a record has no id"
        raise Malformed(msg, reason="malformed")
    # A merged record answers with the winner, which is listed under its own id.
    if record_id not in waiting:
        return None
    waiting.discard(record_id)
    if record.get("archived") is True:
        msg = "a record is archived"
        raise Malformed(msg, reason="archived")
    properties = record.get("properties")
    if not isinstance(properties, dict):
        msg = "a record has no properties"
        raise Malformed(msg, reason="malformed")
    return properties


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _iso(value: str | None) -> str | None:
    if value is None or not (value.isascii() and value.isdecimal() and 11 <= len(value) <= 14):
        return value
    return datetime.fromtimestamp(int(value) / 1000, UTC).isoformat()
