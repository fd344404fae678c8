"""The policy page with everything around the draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request

from connectors.policy.parse import rule_mistakes
from connectors.policy.risk import readable_columns
from connectors.policy.starter.sensitive import special_reads, special_sentence
from connectors.source import FieldInfo
from webapp.auth import may
from webapp.measuring import held_leads, held_policy, special_columns
from webapp.services import services
from webapp.store.crm_fields import KnownField
from webapp.store.rows import PolicyVersion
from webapp.suggestions import new_fields
from webapp.typed_policy import text_digest
from webapp.viewmodels.next_pull import NextPull, next_pull
from webapp.viewmodels.policy import policy_view, preview_of
from webapp.viewmodels.policy_changes import changed_fields, policy_changes
from webapp.viewmodels.policy_decisions import Standing, decisions
from webapp.viewmodels.policy_new import parted
from webapp.viewmodels.policy_table import operator_words, policy_table
from webapp.viewmodels.risk_meter import risk_meter
from webapp.viewmodels.rule_list import SHOW, Known, Wanted, rule_groups, wrong_lines
from webapp.viewmodels.versions import history
from webapp.viewmodels.words import organisation_label
from webapp.views.policy_draft import Draft, starved
from webapp.views.policy_risk import first_risk
from webapp.views.suggesting import Suggestion

LEADS = (3, 5, 10, 20)
LONGEST_FIND = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is said around the draft; "" for nothing."""

    suggestion: Suggestion | None = None
    warning: str = ""
    notice: str = ""
    reason_error: str = ""


def policy_page(draft: Draft, around: Around, status: int = 200) -> Response:
    """The whole page."""
    connection, versions = draft.connection, services().repository.policies(draft.connection.id)
    known = services().crm_fields.of(connection.id)
    fields = [one.info for one in known]
    facts = {
        **_known_of(draft, fields),
        **_listed(draft, fields, versions),
        **_around(draft, known, versions),
    }
    page = render_template(
        "policy.html",
        connection_id=connection.id,
        label=organisation_label(connection.crm, connection.organisation),
        draft=draft,
        around=around,
        typed_reason=request.form.get("reason", ""),
        typed_field=request.form.get("add_field", "") if around.warning else "",
        as_text=request.values.get("view") == "text",
        answer="" if around.warning or draft.error else _answer(request.form.get("action", "")),
        opened=_opened(draft),
        may_save=may("change"),
        to_decide=decisions(_standing(facts)),
        **facts,
    )
    return make_response(page, status)


def _known_of(draft: Draft, fields: Sequence[FieldInfo]) -> dict[str, Any]:
    """What the draft itself tells."""
    policy, looked, leads = draft.policy, draft.looked, asked_leads()
    return {
        "view": policy_view(policy) if policy else None,
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


def _listed(draft: Draft, fields: Sequence[FieldInfo], versions: Sequence[PolicyVersion]) -> dict[str, Any]:
    """The rules in groups, and what the draft changes of the version in force."""
    in_force, wanted, table = (
        versions[0].text if versions else "",
        asked_filter(),
        policy_table(draft.text, fields),
    )
    known = Known(
        policy=draft.policy,
        mistakes=rule_mistakes(draft.text),
        fields={field.name.casefold(): field for field in fields},
        error=draft.error or "",
        changed=changed_fields(in_force, draft.policy),
    )
    groups = rule_groups(table, known, wanted)
    changed = not versions or in_force != draft.text
    return {
        "table": table,
        "groups": groups,
        "wrong": wrong_lines(groups),
        "wanted": wanted,
        "show_choices": SHOW,
        "changed": changed,
        "changes": policy_changes(in_force, draft.text) if versions and changed else (),
        "based_on": versions[0].version if versions else 0,
    }


def _around(draft: Draft, known: Sequence[KnownField], versions: Sequence[PolicyVersion]) -> dict[str, Any]:
    """What the store tells of the connection."""
    opened, target = services(), draft.connection.id
    first_seen = {one.info.name: one.first_seen for one in known}
    open_ones = new_fields(draft.policy, known) if draft.policy else ()
    return {
        "history": history(versions, opened.notes.of(target)),
        "two_needed": opened.proposals.two_needed(target),
        "admins": opened.proposals.admins(),
        "proposed": opened.proposals.of(target),
        "new": parted(open_ones, first_seen, versions[0].saved_at if versions else None),
        "dismissed": [one for one in known if one.dismissed_by],
        "pull": _pull(draft),
        "first_risk": first_risk(target),
        "first_measures": opened.first_measures.every(target),
    }


def _standing(facts: Mapping[str, Any]) -> Standing:
    meter, preview, versions = facts["meter"], facts["preview"], facts["history"]
    return Standing(
        saved=bool(versions),
        red_in_force=bool(versions) and not facts["changed"] and versions[0].note.level == "red",
        starved=len(facts["left_out"]),
        doubts=len(preview.doubts) if preview else 0,
        red=bool(meter and meter.red),
        fresh=len(facts["new"].fresh),
        changed=bool(facts["changed"]) and facts["view"] is not None,
    )


def _answer(action: str) -> str:
    """The part of the page that answers a button: the browser goes there."""
    word = action.partition(" ")[0]
    parts = {"show": "fields", "table": "fields", "add": "fields", "remove": "fields", "preview": "preview"}
    return parts.get(word, "risk" if word in {"measure", "step", "path"} else "")


def _opened(draft: Draft) -> int:
    """The place of the rule that was added just now, -1 for none."""
    added = request.form.get("action", "").partition(" ")[0] == "add"
    return len(draft.policy.rules) - 1 if added and draft.policy else -1


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


def asked_filter() -> Wanted:
    """What the list of fields is to show: of the form, or of the address."""
    find, show = request.values.get("find", ""), request.values.get("show", "")
    return Wanted(find=" ".join(find.split())[:LONGEST_FIND], show=show if show in SHOW else "")
