"""The policy page: what is read, what it becomes, what is never asked for, and a masked preview."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from connectors.policy.model import Policy, Rule
from connectors.source import Batch, FieldInfo
from webapp.viewmodels.words import counted

LEADS_SHOWN = 3
PSEUDONYM = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One field of the CRM and what it becomes."""

    field: str
    operator: str
    sentence: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """A policy in words."""

    object: str
    read: tuple[RuleRow, ...]
    dropped: tuple[RuleRow, ...]
    created: str
    exclude_when: tuple[str, ...]
    exclude_unless: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverAsked:
    """One field of the CRM that no request of ours names."""

    name: str
    label: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A few leads under a draft policy; ``rows`` are a column's name and its value in every lead.

    None among the values means missing; pseudonyms are shortened. Nothing of it is kept.
    """

    leads: int
    summary: str
    rows: tuple[tuple[str, tuple[str | None, ...]], ...]
    unmapped: tuple[tuple[str, int], ...]
    never_asked: tuple[NeverAsked, ...]


def policy_view(policy: Policy) -> PolicyView:
    """What a policy reads and never reads."""
    rows = [_row(rule) for rule in policy.rules]
    return PolicyView(
        object=policy.object,
        read=tuple(row for row in rows if row.operator != "drop"),
        dropped=tuple(row for row in rows if row.operator == "drop"),
        created=policy.created,
        exclude_when=policy.exclude_when,
        exclude_unless=policy.exclude_unless,
    )


def preview_of(batch: Batch, policy: Policy, fields: Iterable[FieldInfo]) -> Preview:
    """The first leads of a masked sample as the page shows them."""
    shown = batch.table.slice(0, LEADS_SHOWN)
    columns = {name: shown.column(name).to_pylist() for name in shown.column_names}
    excluded, rejected = sum(batch.excluded.values()), sum(batch.rejected.values())
    return Preview(
        leads=shown.num_rows,
        summary=(
            f"{counted(batch.read, 'lead was', 'leads were')} read for it, of which "
            f"{excluded} excluded and {rejected} rejected; {shown.num_rows} of the others are shown."
        ),
        rows=tuple((name, tuple(_text(value) for value in values)) for name, values in columns.items()),
        unmapped=tuple(sorted(batch.unmapped.items())),
        never_asked=never_asked(policy, fields),
    )


def never_asked(policy: Policy, fields: Iterable[FieldInfo]) -> tuple[NeverAsked, ...]:
    """The fields of the CRM that the policy does not name, by name."""
    asked = {name.casefold() for name in policy.fields}
    left = [f for f in fields if f.name.casefold() not in asked]
    rows = [NeverAsked(name=f.name, label=f.label, type=f.type) for f in left]
    return tuple(sorted(rows, key=lambda row: row.name.casefold()))


def _row(rule: Rule) -> RuleRow:
    return RuleRow(
        field=rule.field,
        operator=rule.operator.name,
        sentence=rule.operator.describe(),
        column=rule.column if rule.operator.name != "drop" else "",
    )


def _text(value: object) -> str | None:
    if value is None:
        return None
    text = str(value)
    return f"{text[:8]}\N{HORIZONTAL ELLIPSIS}" if PSEUDONYM.fullmatch(text) else text
