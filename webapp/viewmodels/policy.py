"""The policy page: what is read, what it becomes, what is never asked for, and a masked preview."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from connectors.policy.doubts import doubts
from connectors.policy.look import Looked
from connectors.policy.mask import mask
from connectors.policy.model import Policy, Rule
from connectors.source import FieldInfo
from webapp.language import gettext, marked, ngettext

LEADS_SHOWN = 3
PSEUDONYM = re.compile("[0-9a-f]{32}")
SHAPES = (
    marked("yes or no"),
    marked("number of 1 to 3 digits"),
    marked("number of 4 to 6 digits"),
    marked("number of 7 digits or more"),
    marked("number with decimals"),
    marked("digits and signs, as in a phone number"),
    marked("code of letters and digits"),
    marked("text of 1 to 10 characters"),
    marked("text of 11 to 40 characters"),
    marked("text of 41 to 200 characters"),
    marked("text of 201 to 1,000 characters"),
    marked("text of more than 1,000 characters"),
)
"""The shapes of values that are words; `mask` says them, a page translates them."""


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
class Shown:
    """One value: its shape ``before`` the policy, and what is kept of it ``after``; None is missing."""

    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A few leads under a draft policy; ``rows`` are a column, its field, and each lead's value in it.

    Pseudonyms are shortened. Nothing of it is kept. ``doubts`` are sentences about kept columns whose values
    look as if they pointed at people: of these the shapes alone are shown.
    """

    leads: int
    summary: str
    rows: tuple[tuple[str, str, tuple[Shown, ...]], ...]
    unmapped: tuple[tuple[str, int], ...]
    never_asked: tuple[NeverAsked, ...]
    doubts: tuple[str, ...] = ()


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


def preview_of(
    looked: Looked, policy: Policy, fields: Iterable[FieldInfo], leads: int = LEADS_SHOWN
) -> Preview:
    """The first leads of a sample as the page shows them: shapes before, kept values after."""
    batch, sources, known = looked.batch, _sources(policy), tuple(fields)
    found = doubts(policy, batch, known)
    shown = _hidden(batch.table.slice(0, leads), [one.column for one in found])
    excluded, rejected = sum(batch.excluded.values()), sum(batch.rejected.values())
    return Preview(
        leads=shown.num_rows,
        summary=ngettext(
            "%(n)s\N{NO-BREAK SPACE}lead was read for it, of which %(excluded)s excluded and "
            "%(rejected)s rejected; %(shown)s of the others are shown.",
            "%(n)s\N{NO-BREAK SPACE}leads were read for it, of which %(excluded)s excluded and "
            "%(rejected)s rejected; %(shown)s of the others are shown.",
            batch.read,
            excluded=excluded,
            rejected=rejected,
            shown=shown.num_rows,
        ),
        rows=tuple((name, sources[name], _pairs(looked, shown, (name, sources[name]))) for name in sources),
        unmapped=tuple(sorted(batch.unmapped.items())),
        never_asked=never_asked(policy, known),
        doubts=tuple(one.sentence for one in found),
    )


def _hidden(shown: pa.Table, columns: Iterable[str]) -> pa.Table:
    """The leads with the shapes of some columns in place of their values."""
    for name in columns:
        place, shapes = shown.column_names.index(name), [_shape(one) for one in shown[name].to_pylist()]
        shown = shown.set_column(place, name, pa.array(shapes, pa.string()))
    return shown


def _shape(value: str | None) -> str | None:
    shape = mask(value)
    return gettext(shape) if shape else shape


def _sources(policy: Policy) -> dict[str, str]:
    """Which field each column is made of; the pseudonym of a lead is made of the record's id."""
    rules = {rule.column: rule.field for rule in policy.rules if rule.operator.name != "drop"}
    return {"lead_key": "", "cohort_day": policy.created, **rules}


def _pairs(looked: Looked, shown: pa.Table, made: tuple[str, str]) -> tuple[Shown, ...]:
    """The values of one column (its name and its field) in every lead."""
    name, field = made
    after = shown[name].to_pylist()
    held = field in looked.before.column_names
    before = looked.before[field].to_pylist() if held else [marked("record id")] * len(after)
    shapes = (gettext(one) if one else None for one in before)
    return tuple(Shown(before=old, after=_text(new)) for old, new in zip(shapes, after, strict=False))


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
