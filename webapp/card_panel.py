"""The panel of one lead as HubSpot's card shows it: with its user's answer, and where the score is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from audit.schema import BadInput, Stream, parse_stream
from connectors.inbound import Visit
from connectors.policy.model import Policy
from connectors.policy.parse import parse_policy
from webapp.incoming import Met, panel_of
from webapp.panel_words import spoken
from webapp.panels import to_json
from webapp.services import Services
from webapp.store.card_answers import Visitor
from webapp.store.repository import Repository

_PROPERTY = re.compile(r"[a-z][a-z0-9_]{0,99}\Z")


def as_card(opened: Services, met: Met, visit: Visit) -> dict[str, Any]:
    """The panel with three things more.

    ``answer`` is what the user answered last to this very check ("agree", "disagree", "review"),
    ``answer_reason`` why, in a word of `connectors.feedback.Reason`, and ``score_property`` the contact's
    property that holds the score, which the card reads by the user's own rights; each is None where there is
    none.
    """
    panel, (row, _) = panel_of(opened, visit, [met]), met
    visitor = Visitor(lead=visit.lead, who=visit.user, audit_id=panel.audit_id or "")
    standing = opened.card_answers.standing(row.id, visitor)
    rules = _Rules(
        connection_id=row.id, policy=standing.policy, stream=standing.stream, repository=opened.repository
    )
    return {
        **to_json(spoken(panel)),
        "answer": standing.answer,
        "answer_reason": standing.reason,
        "score_property": _score_property(rules),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """The versions that are in force; a saved version never changes."""

    connection_id: str
    policy: int | None
    stream: int | None
    repository: Repository = field(compare=False)


@lru_cache(maxsize=256)
def _score_property(rules: _Rules) -> str | None:
    """The property behind the column of the score; None where it is none of the contact itself."""
    policy, stream = (
        rules.repository.policy(rules.connection_id),
        rules.repository.stream(rules.connection_id),
    )
    if policy is None or stream is None:
        return None
    try:
        return _named(parse_policy(policy.text, "The policy"), parse_stream(stream.text, "The stream"))
    except BadInput:
        return None


def _named(policy: Policy, stream: Stream) -> str | None:
    fields = {rule.column: rule.field for rule in policy.rules if rule.operator.name != "drop"}
    name = fields.get(stream.score or "", "") if policy.object == "contacts" else ""
    return name if _PROPERTY.match(name) else None
