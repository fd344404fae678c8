"""A page of CSV rows as the columns that JSON would have given: the same value is the same text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from connectors.policy.apply import Raw
from connectors.pseudonym import Keyring, LeadKey
from connectors.salesforce.ids import full_id
from connectors.salesforce.records import absent, text_of

NUMBERS = frozenset({"double", "currency", "percent"})
_INTEGER = re.compile(r"-?\d+")
Reading = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where each field stands in a row, and how it is read."""

    id_at: int
    fields: tuple[tuple[str, int, Reading], ...]

    def raw(self, rows: Sequence[Sequence[str]], keyring: Keyring) -> Raw:
        """Some rows as columns of text; one without a usable record id is rejected as ``malformed``."""
        keys: list[LeadKey] = []
        usable: list[Sequence[str]] = []
        for row in rows:
            try:
                keys.append(keyring.lead_key(full_id(row[self.id_at])))
            except ValueError:
                continue
            usable.append(row)
        columns = {name: [read(row[at]) for row in usable] for name, at, read in self.fields}
        rejected = Counter({"malformed": len(rows) - len(keys)})
        return Raw(keys=keys, columns=columns, rejected=dict(+rejected))


def columns_of(header: Sequence[str], fields: Sequence[str], types: Mapping[str, str]) -> Columns:
    """Find the fields in a header, whatever their case; ``types`` are by lower-case name.

    Raises
    ------
    Refused
        ``FIELD_ABSENT``: one is not there, and it may be the one that holds a person's objection.
    """
    places = {name.lower(): at for at, name in enumerate(header)}
    for name in ("Id", *fields):
        if name.lower() not in places:
            raise absent(name)
    return Columns(
        id_at=places["id"],
        fields=tuple((name, places[name.lower()], _reading(types.get(name.lower()))) for name in fields),
    )


def _reading(kind: str | None) -> Reading:
    return number_text if kind in NUMBERS else text_of


def number_text(text: str) -> str | None:
    """CSV may write 85 as "85.0" or "8.5E1"; JSON makes one number of them all."""
    if not text or _INTEGER.fullmatch(text):
        return text or None
    try:
        return text_of(float(text))
    except ValueError:
        return text
