"""Why one lead has its score: worked out when somebody asks, from the leads that are held, and not kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from audit.intake import admit
from audit.rows.explaining.alone import Alone, explain_alone
from audit.schema import BadInput
from connectors.errors import Busy
from connectors.pseudonym import LeadKey
from webapp.explanations import Found, there
from webapp.jobs import leads_of, rules_in_force
from webapp.services import Services
from webapp.store.rows import ConnectionRow

State = Literal["no explanation", "not held", "not audited", "not possible", "told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadWhy:
    """What can be said of one lead.

    ``made`` is there where the state is "told", also where the score cannot be explained. ``trouble`` says
    why nothing could be worked out.
    """

    state: State
    made: Alone | None = None
    trouble: str = ""


def lead_why(opened: Services, connection: ConnectionRow, lead: LeadKey, found: Found | None) -> LeadWhy:
    """Explain one lead, with the fields that nobody can change as in the newest explanation.

    Without an explanation of the whole score nothing is said of a lead: nobody has looked yet whether the
    score can be explained at all.
    """
    if found is None:
        return LeadWhy(state="no explanation")
    try:
        return _why(opened, connection, lead, found)
    except (BadInput, Busy) as problem:
        return LeadWhy(state="not possible", trouble=str(problem).rstrip("."))


def _why(opened: Services, connection: ConnectionRow, lead: LeadKey, found: Found) -> LeadWhy:
    rules = rules_in_force(opened, connection)
    held = leads_of(opened, connection, rules.stream)
    if not _is_in(held, "lead_key", lead):
        return LeadWhy(state="not held")
    table = admit(held, rules.stream).table
    if not _is_in(_scored(table), "key", lead):
        return LeadWhy(state="not audited")
    made = explain_alone(table, rules.stream, lead.hex, there(table, found.fixed))
    return LeadWhy(state="told", made=made)


def _is_in(table: pa.Table, column: str, lead: LeadKey) -> bool:
    return bool(pc.any(pc.equal(table[column].cast(pa.string()), lead.hex)).as_py())


def _scored(table: pa.Table) -> pa.Table:
    """The leads whose score is known; a lead that is only decided on is known by its decision."""
    names = [one for one in ("score", "selected") if one in table.column_names]
    return table.filter(pc.is_valid(table[names[0]])) if names else table
