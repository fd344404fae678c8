"""The policy page with everything around the draft."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, make_response, render_template, request
from flask_login import current_user

from connectors.policy.risk import readable_columns
from connectors.policy.starter.sensitive import special_reads, special_sentence
from webapp.measuring import held_leads, held_policy, special_columns
from webapp.services import services
from webapp.suggestions import new_fields
from webapp.typed_policy import text_digest
from webapp.viewmodels.next_pull import NextPull, next_pull
from webapp.viewmodels.policy import policy_view, preview_of
from webapp.viewmodels.policy_table import operator_words, policy_table
from webapp.viewmodels.risk_meter import risk_meter
from webapp.viewmodels.versions import history
from webapp.viewmodels.words import organisation_label
from webapp.views.policy_draft import Draft, starved
from webapp.views.policy_risk import first_risk
from webapp.views.suggesting import Suggestion

LEADS = (3, 5, 10, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is said around the draft; "" for nothing."""

    suggestion: Suggestion | None = None
    warning: str = ""
    notice: str = ""
    reason_error: str = ""


def policy_page(draft: Draft, around: Around, status: int = 200) -> Response:
    """The whole page."""
    connection = draft.connection
    page = render_template(
        "policy.html",
        connection_id=connection.id,
        label=organisation_label(connection.crm, connection.organisation),
        draft=draft,
        around=around,
        typed_reason=request.form.get("reason", ""),
        may_save=current_user.user.role == "admin",
        **_known_of(draft),
        **_around(draft),
    )
    return make_response(page, status)


def _known_of(draft: Draft) -> dict[str, object]:
    """What the draft itself tells."""
    policy, looked, leads = draft.policy, draft.looked, asked_leads()
    fields = [known.info for known in services().crm_fields.of(draft.connection.id)]
    return {
        "view": policy_view(policy) if policy else None,
        "table": policy_table(draft.text, fields),
        "operator_words": operator_words(),
        "text_digest": text_digest(draft.text),
        "fields": fields,
        "preview": preview_of(looked, policy, fields, leads) if policy and looked else None,
        "leads": leads,
        "leads_choices": LEADS,
        "meter": risk_meter(draft.measured, readable_columns(policy)) if policy and draft.measured else None,
        "left_out": starved(services(), draft),
        "special": _special(draft),
    }


def _special(draft: Draft) -> list[str]:
    """What to see to where the draft reads a special category that the stream does not call one."""
    if draft.policy is None:
        return []
    marked = special_columns(services(), draft.connection)
    return [special_sentence(*read) for read in special_reads(draft.policy) if read[0] not in marked]


def _around(draft: Draft) -> dict[str, object]:
    """What the store tells of the connection."""
    opened, target = services(), draft.connection.id
    versions, known = opened.repository.policies(target), opened.crm_fields.of(target)
    return {
        "history": history(versions, opened.notes.of(target)),
        "changed": not versions or versions[0].text != draft.text,
        "two_needed": opened.proposals.two_needed(target),
        "admins": opened.proposals.admins(),
        "proposed": opened.proposals.of(target),
        "new_fields": new_fields(draft.policy, known) if draft.policy else (),
        "since": versions[0].saved_at if versions else None,
        "first_seen": {one.info.name: one.first_seen for one in known},
        "dismissed": [one for one in known if one.dismissed_by],
        "pull": _pull(draft),
        "first_risk": first_risk(target),
        "first_measures": opened.first_measures.every(target),
    }


def _pull(draft: Draft) -> NextPull | None:
    if draft.policy is None:
        return None
    opened, connection = services(), draft.connection
    batch = draft.looked.batch if draft.looked else None
    held = held_policy(opened, connection)
    return next_pull(held, draft.policy, batch, held_leads(opened, connection) if held else 0)


def asked_leads() -> int:
    """How many leads are to be shown: one of `LEADS`."""
    asked = request.form.get("leads", "")
    return int(asked) if asked in {str(number) for number in LEADS} else LEADS[0]
