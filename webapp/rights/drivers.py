"""Which fields went with the score of one lead: by a model that imitates the score, as far as it does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

from audit.intake import admit
from audit.rows.explain import Explanation, explain_lead
from audit.rows.surrogate import Surrogate, surrogate
from audit.schema import BadInput, Stream
from connectors.errors import Busy
from connectors.pseudonym import LeadKey
from connectors.snapshots import SCORED_AT, as_scored
from webapp.language import decimal, gettext, marked, pointed
from webapp.rights.rules import InForce
from webapp.services import Services
from webapp.store.rows import ConnectionRow

NAMED = 8
VENDOR = marked(
    "The score is made in the CRM, or by a tool behind it. Fairlead does not know how, and cannot see into "
    "it."
)
TOO_FEW = marked("There are too few leads, or too few fields, to work out which fields go with the score.")
UNFAITHFUL = marked(
    "A model that imitates the score from the fields held here tells it too badly to explain anything, so "
    "which fields matter is not known."
)
NOT_IN_AUDIT = marked("This lead could not be audited, so nothing is known of what its score goes by.")
NOT_HERE = marked("Which fields go with the score could not be worked out here (%(why)s).")


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One field, its value of this lead, and what goes with it, in points of the score."""

    field: str
    value: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """What could be found out: a sentence, and the fields in the order of their weight (or none)."""

    sentence: str
    fields: tuple[Driver, ...] = ()


def drivers(opened: Services, connection: ConnectionRow, rules: InForce, lead: LeadKey) -> Drivers:
    """Ask the imitation; nothing of other leads but their average is in the answer."""
    if rules.stream is None:
        return Drivers(sentence=gettext(NOT_IN_AUDIT))
    try:
        table = _table(opened, connection, rules.stream)
        return _explained(table, lead, rules)
    except (BadInput, Busy) as problem:
        return _unknown(NOT_HERE, why=str(problem).rstrip("."))


def _unknown(told: str, **values: str) -> Drivers:
    """Why nothing is said of the fields."""
    return Drivers(sentence=f"{gettext(VENDOR)} {gettext(told, **values)}")


def _explained(table: pa.Table, lead: LeadKey, rules: InForce) -> Drivers:
    keys = table["key"].to_pylist()
    if lead.hex not in keys:
        return Drivers(sentence=gettext(NOT_IN_AUDIT))
    row = keys.index(lead.hex)
    made = surrogate(table, confidence=0.95, seed=0, first=(row,))
    if made is None or row not in made.rows:
        return _unknown(TOO_FEW)
    if not made.fidelity.faithful:
        return _unknown(UNFAITHFUL)
    return _told(made, explain_lead(made, table, row, seed=0), rules)


def _told(made: Surrogate, found: Explanation, rules: InForce) -> Drivers:
    fields = {rule.column: rule.field for rule in rules.kept}
    told = tuple(
        Driver(field=fields.get(one.feature, one.feature), value=one.value, points=round(one.points, 2))
        for one in found.contributions[:NAMED]
        if abs(one.points) >= 0.005
    )
    measure = made.fidelity
    value, low, high = (pointed(f"{end:.2f}") for end in (measure.value, measure.low, measure.high))
    sentence = gettext(
        "What follows is said of a model that imitates the score from the fields held here (%(how)s "
        "%(value)s (%(low)s to %(high)s), learned from %(leads)s leads). An average lead is at %(base)s; "
        "this one, by the imitation, at %(here)s. It shows what goes with the score, not what causes it.",
        how=gettext("R-squared") if measure.measure == "r2" else "AUC",
        leads=decimal(made.rows.size),
        base=pointed(f"{found.base:.4g}"),
        here=pointed(f"{found.predicted:.4g}"),
        value=value,
        low=low,
        high=high,
    )
    return Drivers(sentence=f"{gettext(VENDOR)} {sentence}", fields=told)


def _table(opened: Services, connection: ConnectionRow, stream: Stream) -> pa.Table:
    """The leads as the audit sees them."""
    hidden = stream.scored_at == SCORED_AT and stream.score is not None
    table = opened.lake.read(connection.crm, connection.organisation, hidden=hidden)
    if hidden:
        table = as_scored(table, str(stream.score), stream.outcome_at)
    keyed = replace(stream, key="lead_key", created=stream.created or "cohort_day")
    return admit(table, keyed).table
