"""The form that asks for an explanation, and what the CRM calls the fields in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit.intake.roles import taken_columns
from audit.schema import BadInput
from connectors.policy.drop import Drop
from webapp.auditing import Rules
from webapp.explanations import Found
from webapp.jobs import rules_in_force
from webapp.language import gettext
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.explained_figures import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """The fields that may be named as fixed; ``lacking`` says why nothing can be explained, or ""."""

    fields: tuple[str, ...] = ()
    lacking: str = ""


def offered(opened: Services, connection: ConnectionRow, found: Found | None) -> Offered:
    """What the rules in force, or the explanation before, let one choose."""
    try:
        rules = rules_in_force(opened, connection)
    except BadInput:
        return Offered(lacking=gettext("First connect the CRM, and save a policy, and the score and groups."))
    if not opened.evidence.newest(connection.id, 1):
        return Offered(lacking=gettext("No lead has been pulled and audited yet. Pull first."))
    return Offered(fields=_fields(rules, found))


def read_fixed(typed: Sequence[str], given: Offered) -> tuple[str, ...]:
    """The fields that nobody can change.

    Raises
    ------
    BadInput
        One of them is not offered (any more).
    """
    chosen = tuple(dict.fromkeys(typed))
    if not set(chosen) <= set(given.fields):
        raise BadInput(gettext("Fields that nobody can change: choose from the list; one is not in it."))
    return chosen


def names_for(opened: Services, connection: ConnectionRow) -> Names:
    """What the CRM calls the field behind a column, as far as it was asked; else the column's own name."""
    try:
        rules = rules_in_force(opened, connection)
    except BadInput:
        return str
    labels = {one.info.name.lower(): one.info.label.strip() for one in opened.crm_fields.of(connection.id)}
    named = {rule.column: labels.get(rule.field.lower()) or rule.column for rule in rules.policy.rules}
    return lambda column: named.get(column, column)


def _fields(rules: Rules, found: Found | None) -> tuple[str, ...]:
    """Those of the explanation before; at first, what the policy keeps and the stream gives no other role."""
    if found is not None and found.report.explained.searched:
        made = found.report.explained
        names = [*(one.field for one in made.searched), *(one.field for one in made.locked)]
        return tuple(sorted(names))
    taken, stream = taken_columns(rules.stream), rules.stream
    kept = [rule.column for rule in rules.policy.rules if not isinstance(rule.operator, Drop)]
    wanted = kept if stream.features is None else [*stream.features, *stream.controls]
    return tuple(sorted({one for one in wanted if one not in taken}))
