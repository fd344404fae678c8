"""Scores of Einstein Lead Scoring, which lie on an object of their own, and the history of a score field.

References
----------
Salesforce, help 005314324 (``ScoreIntelligence``: BaseId, Score); Object Reference, "LeadHistory".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pyarrow as pa

from connectors.errors import Refused
from connectors.policy.model import Policy, Rule
from connectors.pseudonym import Keyring
from connectors.salesforce.bulk_query import Patience
from connectors.salesforce.facts import SCORES, STAMP, Facts, visible
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.ids import full_id
from connectors.salesforce.listing import rows_of
from connectors.salesforce.planning import Plan, between
from connectors.salesforce.query import OBJECT, Soql
from connectors.salesforce.typed import number_text
from connectors.snapshots import Past

HISTORY = "LeadHistory"
_PREFIX = "00Q"


def score_rule(policy: Policy, column: str) -> Rule | None:
    """The rule that fills the column of the score."""
    return next(
        (rule for rule in policy.rules if rule.column == column and rule.operator.name != "drop"), None
    )


def is_einstein(rule: Rule | None) -> bool:
    """Whether the score is Einstein's."""
    return rule is not None and rule.field.lower() == f"{SCORES}.Score".lower()


def new_scores(gateway: Gateway, keyring: Keyring, rule: Rule, plan: Plan, patience: Patience) -> pa.Table:
    """The scores that Einstein made since the plan's window began; of a comparison, every one.

    Raises
    ------
    Refused, Busy
        The list is not whole.
    """
    where = between(STAMP, plan) if plan.kind == "incremental" else ""
    query = Soql(fields=("Id", "BaseId", "Score"), where=where, object=SCORES)
    keys, scores = list[str](), list[str | None]()
    for _, base, score in rows_of(gateway, query, patience, "score pull"):
        if (key := _key(keyring, base)) is not None:
            keys.append(key)
            scores.append(number_text(score or ""))
    made = rule.operator.apply(scores, keyring).values
    last = dict(zip(keys, made, strict=True))
    return pa.table(
        {
            "lead_key": pa.array(list(last), pa.string()),
            "score": pa.array(list(last.values()), pa.string()),
        }
    )


def history(
    gateway: Gateway, keyring: Keyring, rule: Rule | None, facts: Facts, patience: Patience
) -> Mapping[str, Past]:
    """The earlier scores of each lead, where the org tracks the score's field; nothing where it does not.

    The old value of the first change stood before, since nobody says when: it is dated to the day before
    the change at the latest, which is all that a score before an outcome needs.
    """
    if rule is None or "." in rule.field or rule.field.lower() not in facts.types:
        return {}
    if not {"leadid", "field", "oldvalue", "newvalue", "createddate"} <= set(visible(gateway, HISTORY)):
        return {}
    query = Soql(
        fields=("Id", "LeadId", "OldValue", "NewValue", "CreatedDate"),
        where=f"Field = '{rule.field}'",
        object=HISTORY,
    )
    changes: dict[str, list[tuple[str, str | None, str | None]]] = defaultdict(list)
    try:
        for _, lead, old, new, at in rows_of(gateway, query, patience, "score history"):
            if (key := _key(keyring, lead)) is not None and at is not None:
                changes[key].append((at, old, new))
    except Refused as error:
        if error.code not in {"INVALID_TYPE", "INVALID_FIELD", "INSUFFICIENT_ACCESS"}:
            raise
        return {}
    return {
        key: _past(sorted(found, key=lambda one: one[0]), rule, keyring) for key, found in changes.items()
    }


def _past(changes: list[tuple[str, str | None, str | None]], rule: Rule, keyring: Keyring) -> Past:
    """The scores in the order of time, after the policy's operator."""
    texts = [number_text(changes[0][1] or ""), *(number_text(new or "") for _, _, new in changes)]
    values = rule.operator.apply(texts, keyring).values
    return tuple(zip(values, ("", *(at for at, _, _ in changes)), strict=True))


def _key(keyring: Keyring, record_id: str | None) -> str | None:
    """The key of a lead's id; a score or a change of another object has none."""
    if record_id is None or not record_id.startswith(_PREFIX):
        return None
    try:
        return keyring.lead_key(full_id(record_id)).hex
    except ValueError:
        return None


__all__ = ["OBJECT", "history", "is_einstein", "new_scores", "score_rule"]
