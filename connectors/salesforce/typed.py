"""A page of CSV rows as the columns that JSON would have given: the same value is the same text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from connectors.policy.apply import Raw
from connectors.pseudonym import Keyring, LeadKey
from connectors.salesforce.ids import full_id
from connectors.salesforce.records import text_of

NUMBERS = frozenset({"double", "currency", "percent"})
_INTEGER = re.compile(r"-?\d+")
Reading = Callable[[str], str | None]


def readings(fields: Sequence[str], types: Mapping[str, str]) -> tuple[Reading, ...]:
    """How to read each field, by its type (by its name in lower case); of an unknown type, as text."""
    return tuple(_number if types.get(name.lower()) in NUMBERS else text_of for name in fields)


def parse_rows(
    rows: Sequence[Sequence[str]], fields: Sequence[str], read: Sequence[Reading], keyring: Keyring
) -> Raw:
    """Rows whose first field is the record id and whose others are ``fields``, as columns of text.

    A record without a usable id is rejected as ``malformed``.
    """
    keys: list[LeadKey] = []
    usable: list[Sequence[str]] = []
    for row in rows:
        try:
            keys.append(keyring.lead_key(full_id(row[0])))
        except ValueError:
            continue
        usable.append(row)
    columns = {
        name: [reading(row[at]) for row in usable]
        for at, (name, reading) in enumerate(zip(fields, read, strict=True), start=1)
    }
    rejected = Counter({"malformed": len(rows) - len(keys)})
    return Raw(keys=keys, columns=columns, rejected=dict(+rejected))


def _number(text: str) -> str | None:
    """CSV may write 85 as "85.0" or "8.5E1"; JSON makes one number of them all."""
    if not text or _INTEGER.fullmatch(text):
        return text or None
    try:
        return text_of(float(text))
    except ValueError:
        return text
