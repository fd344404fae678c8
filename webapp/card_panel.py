"""The panel of one lead as HubSpot's card shows it: with its user's answer, and where the score is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from audit.schema import BadInput, parse_stream
from connectors.inbound import Visit
from connectors.policy.parse import parse_policy
from webapp.incoming import Met, panel_of
from webapp.panels import to_json
from webapp.services import Services
from webapp.store.rows import ConnectionRow

_PROPERTY = re.compile(r"[a-z][a-z0-9_]{0,99}\Z")


def as_card(opened: Services, met: Met, visit: Visit) -> dict[str, Any]:
    """The panel with two things more.

    ``answer`` is what the user answered last to this very check ("agree", "disagree", "review"), and
    ``score_property`` the contact's property that holds the score, which the card reads by the user's own
    rights; each is None where there is none.
    """
    panel, (row, _) = panel_of(opened, visit, [met]), met
    answer = None
    if panel.audit_id is not None:
        answer = opened.card_answers.given(row.id, visit.lead, visit.user, panel.audit_id)
    return {**to_json(panel), "answer": answer, "score_property": _score_property(opened, row)}


def _score_property(opened: Services, row: ConnectionRow) -> str | None:
    policy, stream = opened.repository.policy(row.id), opened.repository.stream(row.id)
    return _named(policy.text, stream.text) if policy and stream else None


@lru_cache(maxsize=64)
def _named(policy_text: str, stream_text: str) -> str | None:
    """The property behind the column of the score; None where it is none of the contact itself."""
    try:
        policy, stream = parse_policy(policy_text, "The policy"), parse_stream(stream_text, "The stream")
    except BadInput:
        return None
    fields = {rule.column: rule.field for rule in policy.rules if rule.operator.name != "drop"}
    name = fields.get(stream.score or "", "") if policy.object == "contacts" else ""
    return name if _PROPERTY.match(name) else None
