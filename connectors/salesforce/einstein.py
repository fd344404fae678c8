"""Scores of Einstein Lead Scoring, which lie on an object of their own.

References
----------
Salesforce, help 005314324 (``ScoreIntelligence``: BaseId, Score).
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from connectors.policy.model import Policy, Rule
from connectors.portions import portions
from connectors.pseudonym import Keyring
from connectors.salesforce.bulk_query import Patience
from connectors.salesforce.facts import SCORES, STAMP, Facts
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.ids import full_id
from connectors.salesforce.listing import rows_of
from connectors.salesforce.planning import Plan, between
from connectors.salesforce.query import Soql
from connectors.salesforce.typed import number_text

_PREFIX = "00Q"
_AT_ONCE = 10_000


def score_rule(policy: Policy, column: str) -> Rule | None:
    """The rule that fills the column of the score."""
    return next(
        (rule for rule in policy.rules if rule.column == column and rule.operator.name != "drop"), None
    )


def is_einstein(rule: Rule | None) -> bool:
    """Whether the score is Einstein's."""
    return rule is not None and rule.field.lower() == f"{SCORES}.Score".lower()


def has_own_cursor(policy: Policy, column: str, facts: Facts) -> bool:
    """Whether Einstein's score has a cursor of its own: it is the score, and all that is read there."""
    near = [name for name in policy.fields if name.lower().startswith(f"{SCORES.lower()}.")]
    return facts.scores and is_einstein(score_rule(policy, column)) and len(near) == 1


def dated(policy: Policy, column: str, facts: Facts) -> tuple[str, ...]:
    """The relationships whose changes belong into the window of the leads."""
    scores = (SCORES,) if facts.scores and not has_own_cursor(policy, column, facts) else ()
    return (*facts.dated, *scores)


def new_scores(
    gateway: Gateway, keyring: Keyring, rule: Rule, plan: Plan, patience: Patience
) -> Iterator[pa.Table]:
    """The scores that Einstein made since the plan's window began; of a comparison, every one.

    Raises
    ------
    Refused, Busy
        The list is not whole.
    """
    where = between(STAMP, plan) if plan.kind == "incremental" else ""
    query = Soql(fields=("Id", "BaseId", "Score"), where=where, object=SCORES)
    for some in portions(rows_of(gateway, query, patience, "score pull"), _AT_ONCE):
        known = [(key, score) for _, base, score in some if (key := lead_key_of(keyring, base)) is not None]
        made = rule.operator.apply([number_text(score or "") for _, score in known], keyring).values
        keys = pa.array([key for key, _ in known], pa.string())
        yield pa.table({"lead_key": keys, "score": pa.array(made, pa.string())})


def lead_key_of(keyring: Keyring, record_id: str | None) -> str | None:
    """The key of a lead's id; a score or a change of another object has none."""
    if record_id is None or not record_id.startswith(_PREFIX):
        return None
    try:
        return keyring.lead_key(full_id(record_id)).hex
    except ValueError:
        return None
