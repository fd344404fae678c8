"""Records as the API shows them.

References
----------
HubSpot, "CRM objects": every value is text or null; a property without value is null, one that the
portal does not have is absent; ids are text; history is newest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.hubspot.associations import PRIMARY, Associations
from connectors.sandbox.hubspot.clock import stamp_ms
from connectors.sandbox.hubspot.kinds import Kind
from connectors.sandbox.hubspot.records import Records, Version

BLOCK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a call asks of each record."""

    names: Sequence[str] = ()
    history: Sequence[str] = ()
    others: Sequence[Kind] = ()


def shown(records: Records, number: int, wanted: Wanted, portal: str) -> dict[str, Any]:
    """One record."""
    kind, archived_at = records.kind, records.archived.get(number)
    names = {*wanted.names, *wanted.history, *kind.always} & records.definitions.keys()
    document: dict[str, Any] = {
        "id": str(number),
        "properties": {name: records.text(number, name) for name in sorted(names)},
        "createdAt": records.text(number, kind.created),
        "updatedAt": records.text(number, kind.modified),
        "archived": archived_at is not None,
        "url": f"https://app.hubspot.com/contacts/{portal}/record/{kind.type_id}/{number}",
    }
    if archived_at is not None:
        document["archivedAt"] = stamp_ms(archived_at)
    if wanted.history:
        known = [name for name in wanted.history if name in records.definitions]
        document["propertiesWithHistory"] = {
            name: [_version(one) for one in records.versions(number, name)] for name in known
        }
    return document


def associated(associations: Associations, kind: Kind, number: int, others: Sequence[Kind]) -> dict[str, Any]:
    """The block of a list or a read that asked for ``associations``; types without any are absent."""
    blocks: dict[str, Any] = {}
    for other in others:
        pair = (kind, other)
        found = list(associations.of(pair, number).items())
        rows = [{"id": str(one), "type": name} for one, types in found for name in _names(pair, types)]
        if rows:
            blocks[other.name] = {"results": rows[:BLOCK]}
        if len(rows) > BLOCK:
            blocks[other.name]["paging"] = {"next": {"after": rows[BLOCK]["id"]}}
    return blocks


def _names(pair: tuple[Kind, Kind], types: set[int]) -> list[str]:
    """An association as the older form writes it: ``contact_to_deal``, beside a primary one."""
    plain = f"{pair[0].singular}_to_{pair[1].singular}"
    primary = f"{pair[0].singular}_to_primary_{pair[1].singular}"
    return [primary, f"{plain}_unlabeled"] if PRIMARY.get(pair) in types else [plain]


def _version(version: Version) -> dict[str, Any]:
    value, since, source = version
    return {"value": value, "timestamp": stamp_ms(since), "sourceType": source, "sourceId": "stand-in"}
