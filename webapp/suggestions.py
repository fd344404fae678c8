"""What a field could become, for the table and for the fields that are new in a CRM."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.policy.drop import Drop
from connectors.policy.model import Policy, Rule
from connectors.policy.starter.proposals import Proposal, proposals
from connectors.source import FieldInfo
from webapp.store.crm_fields import KnownField


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A rule for a field as the policy's file has it, and why."""

    table: Mapping[str, Any]
    operator: str
    words: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewField:
    """A field that the CRM has and the policy does not name, with what it could become."""

    field: str
    label: str
    type: str
    advice: Advice


def suggestion(rules: Sequence[Mapping[str, Any]], field: FieldInfo) -> Advice:
    """What a field could become beside rules that are written already."""
    columns = [str(rule.get("column", str(rule.get("field", "")).lower())) for rule in rules]
    held = tuple(Rule(field="", operator=Drop(), column=column) for column in columns)
    blank = Policy(name="", crm="", object="", created="", rules=held)
    return _advice(proposals(blank, (field,), ())[0])


def new_fields(policy: Policy, fields: Sequence[KnownField]) -> tuple[NewField, ...]:
    """The fields that the policy does not name and nobody left out, each with a suggestion."""
    open_ones = {known.info.name: known.info for known in fields if not known.dismissed_by}
    return tuple(
        NewField(field=one.field, label=one.label, type=open_ones[one.field].type, advice=_advice(one))
        for one in proposals(policy, tuple(open_ones.values()), ())
    )


def _advice(proposal: Proposal) -> Advice:
    return Advice(
        table=tomllib.loads(proposal.toml)["rule"][0],
        operator=proposal.operator,
        words=proposal.rule.operator.describe(),
        reason=proposal.reason,
    )
