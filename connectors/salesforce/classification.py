"""How an org's admin classified the Lead's fields, and the fields near the Lead that an audit can use.

References
----------
Salesforce, Tooling and REST API, "FieldDefinition" (needs "View Setup and Configuration"; one entity at a
time); Object Reference, "Individual", "Opportunity", "ScoreIntelligence".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from connectors.errors import Refused
from connectors.salesforce.facts import entries_of, visible
from connectors.salesforce.fields import field_info
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.query import OBJECT, link_behind, records_in
from connectors.source import FieldInfo

DOING = "data classification"
_QUERY = (
    "SELECT QualifiedApiName, SecurityClassification, ComplianceGroup, BusinessStatus "
    "FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead'"
)
_NEAR: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ScoreIntelligence": ("Score",),
        "ConvertedOpportunity": ("IsWon",),
        "Individual": ("HasOptedOutProfiling", "HasOptedOutProcessing", "ShouldForget"),
    }
)
_RETIRING = frozenset({"DeprecateCandidate", "Hidden"})


def classified(gateway: Gateway, fields: Sequence[FieldInfo]) -> tuple[FieldInfo, ...]:
    """The same fields with their classification; without it where the user may not read it."""
    try:
        found = {str(one.get("QualifiedApiName")).lower(): one for one in _definitions(gateway)}
    except Refused:
        return tuple(fields)
    return tuple(_with(field, found.get(field.name.lower(), {})) for field in fields)


def near(gateway: Gateway) -> tuple[FieldInfo, ...]:
    """The fields of the Lead's relations that the user sees and an audit can use, by their dotted names."""
    return tuple(_near(gateway))


def _definitions(gateway: Gateway) -> Iterator[Mapping[str, Any]]:
    document = gateway.query(_QUERY, DOING)
    while True:
        yield from records_in(document, DOING)
        if document.get("done") is True:
            return
        document = gateway.query_more(link_behind(document, DOING), DOING)


def _with(field: FieldInfo, definition: Mapping[str, Any]) -> FieldInfo:
    groups = str(definition.get("ComplianceGroup") or "")
    return replace(
        field,
        security=str(definition.get("SecurityClassification") or ""),
        compliance=tuple(group.strip() for group in groups.split(";") if group.strip()),
        retiring=definition.get("BusinessStatus") in _RETIRING,
    )


def _near(gateway: Gateway) -> Iterator[FieldInfo]:
    for entry in entries_of(gateway.describe(OBJECT)):
        name, targets = str(entry.get("relationshipName")), entry.get("referenceTo")
        if name not in _NEAR or not isinstance(targets, list) or len(targets) != 1:
            continue
        seen = visible(gateway, str(targets[0]))
        for wanted in _NEAR[name]:
            if (kind := seen.get(wanted.lower())) is not None:
                made = {"name": f"{name}.{wanted}", "label": f"{name}.{wanted}", "type": kind}
                yield field_info({**made, "filterable": True})
