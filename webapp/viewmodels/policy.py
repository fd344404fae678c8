"""The policy page: what is read, what it becomes, what is never asked for, and a masked preview."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from audit.schema import Stream
from connectors.policy.apply import RESERVED_COLUMNS
from connectors.policy.model import Policy, Rule
from connectors.source import Batch, FieldInfo
from webapp.store.rows import PolicyVersion
from webapp.viewmodels.words import counted, moment

LEADS_SHOWN = 3
PSEUDONYM = re.compile("[0-9a-f]{32}")
STARTER_NAMES = {
    "salesforce": ("Lead", "CreatedDate", "LeadSource"),
    "hubspot": ("contacts", "createdate", "hs_analytics_source"),
}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One line of the history."""

    version: int
    saved_by: str
    saved_at: str
    digest: str
    in_force: bool


def policy_view(policy: Policy) -> PolicyView:
    """What a policy reads and never reads."""
    rows = [_row(rule) for rule in policy.rules]
    return PolicyView(
        object=policy.object,
        read=tuple(row for row in rows if row.operator != "drop"),
        dropped=tuple(row for row in rows if row.operator == "drop"),
        created=policy.created,
        exclude_when=policy.exclude_when,
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


def left_out(policy: Policy, stream: Stream) -> tuple[str, ...]:
    """The columns that the audit's stream needs and this policy does not fill, in the stream's order."""
    filled = {rule.column for rule in policy.rules if rule.operator.name != "drop"}
    roles = (stream.key, stream.score, stream.decision, stream.outcome, stream.created, stream.worked)
    attributes = (attribute.column for attribute in stream.attributes)
    wanted = (*roles, *attributes, *stream.controls, *(stream.features or ()))
    return tuple(name for name in dict.fromkeys(wanted) if name and name not in {*filled, *RESERVED_COLUMNS})


def history(versions: Iterable[PolicyVersion]) -> tuple[Version, ...]:
    """Every saved version, newest first; the newest one is in force."""
    return tuple(
        Version(
            version=v.version,
            saved_by=v.saved_by,
            saved_at=moment(v.saved_at),
            digest=v.digest[:12],
            in_force=place == 0,
        )
        for place, v in enumerate(versions)
    )


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


def starter(crm: str) -> str:
    """A small valid policy to begin with, for a connection that has none."""
    object_name, created, source = STARTER_NAMES[crm]
    return f"""[policy]
name = "leads"
crm = "{crm}"
object = "{object_name}"
created = "{created}"
exclude_when = []

# One [[rule]] for each field that may be read. Everything else is never requested.
[[rule]]
field = "{source}"
operator = "keep"
column = "source"
"""
