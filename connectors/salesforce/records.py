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

_ABSENT = object()
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")


def parse(records: Sequence[Mapping[str, Any]], fields: Sequence[str], keyring: Keyring) -> Raw:
    """The records of one page, as columns of text.

    A record without a usable id is rejected as ``malformed``. Booleans are "true" and "false",
    whole numbers have no decimals, date-times are ISO 8601 in UTC with ``Z``.

    Raises
    ------
    Refused
        ``FIELD_ABSENT`` or ``COMPOUND_FIELD``.
    """
    keys: list[LeadKey] = []
    columns: dict[str, list[str | None]] = {name: [] for name in fields}
    rejected: Counter[str] = Counter()
    for record in records:
        key = lead_key(record, keyring)
        if key is None:
            rejected["malformed"] += 1
            continue
        keys.append(key)
        for name, column in columns.items():
            column.append(text_of(_found(record, name)))
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


def text_at(record: Mapping[str, Any], name: str) -> str | None:
    """The text of a field of one record. Raises Refused as `parse` does."""
    return text_of(_found(record, name))


def _found(record: Mapping[str, Any], name: str) -> object:
    """The value of a field, through its parents; a parent that is null has no fields.

    Raises
    ------
    Refused
        ``FIELD_ABSENT``: Salesforce sends null for a field without a value; one that is not there at
        all was not answered, and may be the one that holds a person's objection.
    """
    value: object = record
    for step in name.split("."):
        if value is None:
            return None
        value = _member(value, step) if isinstance(value, dict) else _ABSENT
        if value is _ABSENT:
            raise absent(name)
    return value


def absent(name: str) -> Refused:
    """The error of an answer that does not hold a field that was asked for."""
    msg = (
        f"Salesforce's answer does not hold the field {name}, which the policy names: check that it "
        "still exists and that the connected user may see it, then pull again"
    )
    return Refused(msg, code="FIELD_ABSENT")


def _member(part: Mapping[str, Any], name: str) -> object:
    """Salesforce answers in its own spelling of upper and lower case."""
    if name in part:
        return part[name]
    return next((part[key] for key in part if key.lower() == name.lower()), _ABSENT)


def _utc(text: str) -> str:
    """A date-time in UTC with ``Z``; any other text as it is."""
    if not _MOMENT.fullmatch(text):
        return text
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")[:-6] + "Z"
