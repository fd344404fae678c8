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
    is rejected as ``OBJECT_NOT_FOUND``; an archived one as ``archived``; one without properties as
    ``malformed``. Empty text is missing.
    """
    found = _by_id(document)
    keys: list[LeadKey] = []
    columns: dict[str, list[str | None]] = {name: [] for name in fields}
    rejected: Counter[str] = Counter()
    # In the order asked: HubSpot shuffles, and the same contacts must give the same batch.
    for record_id in asked:
        try:
            properties = _properties(found.get(record_id))
        except Malformed as error:
            rejected[error.reason] += 1
            continue
        keys.append(keyring.lead_key(record_id))
        for name, column in columns.items():
            column.append(_text(properties.get(name)))
    return Raw(keys=keys, columns=columns, rejected=rejected)


def dated_by(raw: Raw, created: str) -> Raw:
    """The same records with creation times in milliseconds (older portals have some) as ISO 8601."""
    moments = [_iso(value) for value in raw.columns[created]]
    return Raw(keys=raw.keys, columns={**raw.columns, created: moments}, rejected=raw.rejected)


def _by_id(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The records by id. A merged contact answers with the winner, which is listed under its own id."""
    results = document.get("results")
    records = [record for record in results if isinstance(record, dict)] if isinstance(results, list) else []
    return {record["id"]: record for record in records if isinstance(record.get("id"), str)}


def _properties(record: Mapping[str, Any] | None) -> Mapping[str, Any]:
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


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _iso(value: str | None) -> str | None:
    if value is None or not (value.isascii() and value.isdecimal() and 11 <= len(value) <= 14):
        return value
    return datetime.fromtimestamp(int(value) / 1000, UTC).isoformat()
