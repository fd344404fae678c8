"""The Lead Scoring tool: scores, the rules that make them, and when a record's score changed and why.

References
----------
HubSpot, Lead Scoring API (beta): ``lastConfigurationChangeTimestamp`` moves when a score is published
anew; the history of a record's score names the properties that changed with it. Assumed here: texts of
``scoreType`` and ``scoreStatus``, and that a rule which reads a property is a MATCH over its values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.hubspot.clock import stamp_ms
from connectors.sandbox.hubspot.kinds import CONTACTS, Kind
from connectors.sandbox.hubspot.records import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringRule:
    """Points for the values of one property; ``category`` is FIT or INTENT."""

    property: str
    points: Mapping[str, float]
    category: str = "FIT"
    group: str = "Fit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One published score and the properties that it writes."""

    id: int
    name: str
    output: str
    rules: tuple[ScoringRule, ...]
    changed_ms: int
    kind: Kind = CONTACTS
    threshold: str = ""
    limit: int = 100

    @property
    def categories(self) -> tuple[str, ...]:
        """What it scores by, FIT before INTENT."""
        return tuple(sorted({rule.category for rule in self.rules})) or ("FIT",)

    @property
    def type(self) -> str:
        """FIT, INTENT or COMBINED."""
        return self.categories[0] if len(self.categories) == 1 else "COMBINED"

    def fragment(self) -> dict[str, Any]:
        """The score in the list."""
        return {
            "id": str(self.id),
            "name": self.name,
            "scoredObjectTypeId": self.kind.type_id,
            "scoreType": self.type,
            "lastConfigurationChangeTimestamp": stamp_ms(self.changed_ms),
        }

    def document(self) -> dict[str, Any]:
        """The whole configuration."""
        groups = dict.fromkeys((rule.category, rule.group) for rule in self.rules)
        configured = [self._group(place, *key) for place, key in enumerate(groups, 1)]
        moment = stamp_ms(self.changed_ms)
        return {
            "id": str(self.id),
            "name": self.name,
            "objectTypeId": self.kind.type_id,
            "scoreType": self.type,
            "scoreStatus": "PUBLISHED",
            "allowedGroupTypes": list(self.categories),
            "groupConfigs": configured,
            "maxScore": self.limit,
            "outputConfiguration": {"outputs": self._outputs()},
            **dict.fromkeys(("createdAt", "updatedAt", "publishedAt"), moment),
        }

    def _group(self, place: int, category: str, name: str) -> dict[str, Any]:
        rules = [rule for rule in self.rules if (rule.category, rule.group) == (category, name)]
        decay = {"groupDecay": {"decayIntervalDays": 30, "percentToDecayPerInterval": 25}}
        return {
            "id": str(self.id * 100 + place),
            "groupName": name,
            "groupCategory": category,
            "minValue": 0,
            "maxValue": self.limit,
            **(decay if category == "INTENT" else {}),
            "ruleConfigurations": [_rule(self.id, number, rule) for number, rule in enumerate(rules, 1)],
        }

    def _outputs(self) -> list[dict[str, Any]]:
        shared = {"categories": list(self.categories), "propertyLabel": self.name}
        outputs: list[dict[str, Any]] = [
            {"id": f"{self.id}1", "outputType": "SCORE", "propertyName": self.output, **shared}
        ]
        if self.threshold:
            tiers = [{"label": "Low", "threshold": 0}, {"label": "High", "threshold": self.limit / 2}]
            named = {"id": f"{self.id}2", "outputType": "THRESHOLD", "propertyName": self.threshold}
            outputs.append({**named, **shared, "boundaries": tiers})
        return outputs


@dataclass(slots=True, kw_only=True)
class Scoring:
    """The scores of a portal."""

    scores: dict[int, Score] = field(default_factory=dict)


def score_history(records: Records, number: int, score: Score) -> list[dict[str, Any]]:
    """Every change of a record's score, newest first."""
    versions = records.versions(number, score.output)[::-1]
    entries = []
    before, since = 0.0, 0
    for value, moment, _ in versions:
        after = _points(value)
        entries.append(
            {
                "timestamp": stamp_ms(moment),
                "propertyValue": value,
                "delta": after - before,
                "resolvedProperties": _resolved(records, number, score.rules, (since, moment)),
                "resolvedListIds": [],
                "renderedEvents": [],
            }
        )
        before, since = after, moment
    return entries[::-1]


def _resolved(
    records: Records, number: int, rules: Sequence[ScoringRule], span: tuple[int, int]
) -> dict[str, Any]:
    """The properties of the rules that changed after the start of the span and up to its end."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys(rule.property for rule in rules):
        versions = records.versions(number, name)[::-1]
        past = [value for value, moment, _ in versions if moment <= span[0]]
        new = [(value, moment) for value, moment, _ in versions if span[0] < moment <= span[1]]
        if new:
            value, moment = new[-1]
            entry = {"presentValue": value, "timestamp": stamp_ms(moment)}
            found[name] = {**entry, **({"pastValue": past[-1]} if past else {})}
    return found


def _rule(score: int, place: int, rule: ScoringRule) -> dict[str, Any]:
    matches = [
        {
            "value": points,
            "operation": {
                "operationType": "MULTISTRING",
                "operator": "IS_EQUAL_TO",
                "values": [value],
                "includeObjectsWithNoValueSet": False,
            },
        }
        for value, points in rule.points.items()
    ]
    calculation = {"type": "MATCH", "property": rule.property, "matchRules": matches, "defaultValue": 0}
    return {"id": f"{score}{place:03d}", "enabled": True, "configuration": {"calculation": calculation}}


def _points(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return 0.0
