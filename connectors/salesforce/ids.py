"""Salesforce record ids: 15 case-sensitive characters, or 18 with a checksum of the upper-case letters."""

from __future__ import annotations

import re

_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHAPE = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")


def full_id(value: str) -> str:
    """The 18-character form of a record id.

    Raises
    ------
    ValueError
        Where the value is no id, or its last three characters are not its checksum. The message
        never repeats the value.
    """
    if not _SHAPE.fullmatch(value):
        msg = "not a Salesforce record id"
        raise ValueError(msg)
    full = value[:15] + _suffix(value[:15])
    if len(value) == 18 and value[15:].upper() != full[15:]:
        msg = "a Salesforce record id with a wrong checksum"
        raise ValueError(msg)
    return full


def _suffix(stem: str) -> str:
    """One character for each five: bit i says that character i is an upper-case letter."""
    return "".join(
        _CHECK[sum(1 << bit for bit, char in enumerate(stem[start : start + 5]) if "A" <= char <= "Z")]
        for start in (0, 5, 10)
    )
