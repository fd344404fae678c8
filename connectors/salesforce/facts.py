"""What the fields of a policy are in one org: their types, and whether Salesforce dates their changes.

A change of a Lead's own field dates the Lead anew (SystemModstamp); that of a formula dates nothing; that
of a parent's field dates the parent.

References
----------
Salesforce, Object Reference, "System Fields"; REST API Developer Guide, "sObject Describe".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.errors import Refused
from connectors.policy.model import Policy
from connectors.salesforce.gateway import Document, Gateway
from connectors.salesforce.query import OBJECT

STAMP = "SystemModstamp"
SCORES = "ScoreIntelligence"
# Salesforce writes these by its own jobs, never by a person at the lead.
_ABSENT = frozenset({"NOT_FOUND", "HTTP_404", "INVALID_TYPE", "INSUFFICIENT_ACCESS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The fields of a policy as the connected user sees them.

    ``types`` are by lower-case name. ``formulas`` change without a date. ``dated`` are relationships
    whose objects have a date of their own, ``undated`` those that cannot be asked for one.
    ``stamped`` says whether changes of leads can be asked for at all; ``scores`` whether the scores of
    Einstein have a cursor of their own.
    """

    types: Mapping[str, str]
    formulas: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()
    stamped: bool = True
    scores: bool = False


def facts_of(gateway: Gateway, policy: Policy) -> Facts:
    """Ask the org about the fields of a policy."""
    entries = {str(entry.get("name")).lower(): entry for entry in entries_of(gateway.describe(OBJECT))}
    wanted = dict.fromkeys(name.lower() for name in policy.fields)
    types = {name: str(entry.get("type")) for name, entry in entries.items()}
    parents = dict.fromkeys(name.split(".")[0] for name in policy.fields if "." in name)
    dated, undated = list[str](), list[str]()
    for parent in parents:
        described = _parent(gateway, entries.values(), parent)
        types |= {f"{parent.lower()}.{name}": kind for name, kind in described.items()}
        (dated if _asks(described, policy, parent) else undated).append(parent)
    return Facts(
        types=types,
        formulas=tuple(
            str(entries[name].get("name"))
            for name in wanted
            if name in entries and entries[name].get("calculated")
        ),
        dated=tuple(name for name in dated if name.lower() != SCORES.lower()),
        undated=tuple(undated),
        stamped=entries.get(STAMP.lower(), {}).get("filterable") is True,
        scores=any(name.lower() == SCORES.lower() for name in dated),
    )


def entries_of(document: Document) -> tuple[Mapping[str, Any], ...]:
    """The fields of a describe answer."""
    found = document.get("fields")
    return tuple(entry for entry in found if isinstance(entry, dict)) if isinstance(found, list) else ()


def visible(gateway: Gateway, name: str) -> Mapping[str, str]:
    """The fields of an object by lower-case name, with their types; none where the user may not see it."""
    try:
        document = gateway.describe(name)
    except Refused as error:
        if error.code not in _ABSENT:
            raise
        return {}
    return dict(_types(entries_of(document)))


def _types(entries: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        # A field that no filter may name dates nothing that can be asked for.
        name = str(entry.get("name")).lower()
        if name != STAMP.lower() or entry.get("filterable") is True:
            yield name, str(entry.get("type"))


def _parent(gateway: Gateway, entries: Any, relationship: str) -> Mapping[str, str]:  # noqa: ANN401 - dict values
    """The fields of the one object behind a relationship; none where it may be several."""
    for entry in entries:
        if str(entry.get("relationshipName") or "").lower() == relationship.lower():
            targets = entry.get("referenceTo")
            return (
                visible(gateway, str(targets[0])) if isinstance(targets, list) and len(targets) == 1 else {}
            )
    return {}


def _asks(described: Mapping[str, str], policy: Policy, parent: str) -> bool:
    """Whether the parent can be asked for its changes, and none of the fields lies further away."""
    near = all(
        name.count(".") == 1 for name in policy.fields if name.lower().startswith(f"{parent.lower()}.")
    )
    return near and STAMP.lower() in described
