"""The entries of a list field as the org's admin made them, so that a person can say what each means.

They are asked for when somebody looks at them, and are not kept: what was said of them stands in the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

LONGEST, MOST = 255, 200
"""No list of states is longer than `MOST`; of one that is, nobody would say what each entry means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: ``value`` is how the CRM stores it, ``label`` how people see it."""

    value: str
    label: str


def entries_of(found: object) -> tuple[Entry, ...]:
    """The entries in a description of a field (``picklistValues``, ``options``), each value once, in order.

    Entries that nobody can choose any more are among them: older leads may still have them.
    """
    rows = found if isinstance(found, list) else ()
    seen = {one.value: one for one in _read(row for row in rows if isinstance(row, dict))}
    return tuple(seen.values())


def _read(rows: Iterable[Mapping[str, object]]) -> Iterator[Entry]:
    for row in rows:
        value = row.get("value")
        if isinstance(value, str) and value.strip() and len(value) <= LONGEST:
            yield Entry(value=value, label=str(row.get("label") or value))
