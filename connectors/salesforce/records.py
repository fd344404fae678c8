"""From Salesforce's records to columns: the loop in which a record id becomes a lead key."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.errors import Refused
from connectors.policy.apply import Raw
from connectors.pseudonym import Keyring, LeadKey
from connectors.salesforce.ids import full_id

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")


def parse(records: Sequence[Mapping[str, Any]], fields: Sequence[str], keyring: Keyring) -> Raw:
    """The records of one page, as columns of text.

    A record without a usable id is rejected as ``malformed``. Booleans are "true" and "false",
    whole numbers have no decimals, date-times are ISO 8601 in UTC with ``Z``.
    """
    keys: list[LeadKey] = []
    paths = {name: tuple(name.split(".")) for name in fields}
    columns: dict[str, list[str | None]] = {name: [] for name in fields}
    rejected: Counter[str] = Counter()
    for record in records:
        key = lead_key(record, keyring)
        if key is None:
            rejected["malformed"] += 1
            continue
        keys.append(key)
        for name, path in paths.items():
            columns[name].append(text_of(_found(record, path)))
    return Raw(keys=keys, columns=columns, rejected=rejected)


def lead_key(record: Mapping[str, Any], keyring: Keyring) -> LeadKey | None:
    """The key of a record; None where it has no usable id."""
    record_id = record.get("Id")
    try:
        return keyring.lead_key(full_id(record_id)) if isinstance(record_id, str) else None
    except ValueError:
        return None


def text_of(value: object) -> str | None:
    """A JSON value as text; None is missing.

    Raises
    ------
    Refused
        ``COMPOUND_FIELD``: the value has parts (an address, a location).
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, str):
        return _utc(value) if len(value) > 19 and value[10] == "T" else value
    if isinstance(value, int):
        return str(value)
    msg = "a field of the policy is compound: name its parts instead, such as City or PostalCode"
    raise Refused(msg, code="COMPOUND_FIELD")


def _found(record: Mapping[str, Any], path: tuple[str, ...]) -> object:
    """The value at a path; Salesforce answers in its own spelling of upper and lower case."""
    value: object = record
    for name in path:
        if not isinstance(value, dict):
            return None
        if name in value:
            value = value[name]
        else:
            value = next((value[key] for key in value if key.lower() == name.lower()), None)
    return value


def _utc(text: str) -> str:
    """A date-time in UTC with ``Z``; any other text as it is."""
    if not _MOMENT.fullmatch(text):
        return text
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")[:-6] + "Z"
