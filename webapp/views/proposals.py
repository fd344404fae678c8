"""Proposals: what one admin asks for, and the decision of another."""

from __future__ import annotations

from dataclasses import dataclass

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.schema import BadInput
from connectors.policy.risk import readable_columns
from webapp.auth import may
from webapp.language import gettext, marked
from webapp.measuring import level_at_saving
from webapp.services import services
from webapp.store.proposals import ProposalRow, Wish
from webapp.viewmodels.policy import Preview, preview_of
from webapp.viewmodels.policy_changes import policy_changes
from webapp.viewmodels.risk_meter import RiskMeter, risk_meter
from webapp.viewmodels.text_diff import text_diff
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import connection_or_404
from webapp.views.policy_draft import Draft, drafted, looked_at, risked
from webapp.views.reasons import is_written, too_long, typed_reason

LEADS = 3
NEEDS_WORDS = marked("Say why in a few words; it goes to the one who proposed it, and into the trail.")
HIGH = "red"
NEEDS_REASON = marked(
    "The risk of this policy is high now; it was not when it was proposed. Write a reason of at least three "
    "words, which is kept with the version, or reject it."
)
APPROVED = marked("Approved. It is in force; the next pull uses it.")
LOOSENED = marked("Approved. One admin is enough from now on.")
TITLES = {
    "policy": marked("Proposed policy"),
    "stream": marked("Proposed score and groups"),
    "one_admin": marked("One admin is to be enough"),
}

blueprint = Blueprint("proposals", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A proposed policy as it was tried out; nothing where nobody asked for it."""

    draft: Draft | None = None
    preview: Preview | None = None
    meter: RiskMeter | None = None


@blueprint.get("/proposals/<proposal_id>")
def show(proposal_id: str) -> Response:
    """What is proposed, and what became of it."""
    return _page(_proposal(proposal_id), Seen())


@blueprint.post("/proposals/<proposal_id>")
def decide(proposal_id: str) -> AnyResponse:
    """Try the proposed policy, approve it, or say no (the named submit button says which)."""
    row, action = _proposal(proposal_id), request.form.get("action", "look")
    if action == "look":
        return _page(row, _seen(row))
    risen = _risen(row) if action == "approve" else ""
    if wrong := _wrong_answer(row, action, risen):
        return _page(row, Seen(), wrong)
    try:
        _decide(row, action, risen)
    except BadInput as problem:
        flash(str(problem), "error")
    return redirect(url_for("proposals.show", proposal_id=proposal_id), 303)


@blueprint.post("/connections/<connection_id>/four-eyes")
def four_eyes(connection_id: str) -> AnyResponse:
    """Ask for two admins from now on, or propose that one is enough again."""
    connection_or_404(connection_id)
    try:
        if request.form.get("wanted") == "on":
            services().proposals.need_two(connection_id, current_user.user)
            flash(marked("From now on another admin has to approve each change."), "success")
        else:
            made = services().proposals.propose(
                Wish(connection_id=connection_id, kind="one_admin"), current_user.user
            )
            flash(marked("Proposed. Another admin has to agree to it."), "success")
            return redirect(url_for("proposals.show", proposal_id=made.id), 303)
    except BadInput as problem:
        flash(str(problem), "error")
    return redirect(url_for("policies.show", connection_id=connection_id) + "#four-eyes", 303)


def _decide(row: ProposalRow, action: str, risen: str) -> None:
    proposals, answer = services().proposals, _answer()
    own = row.proposed_by_id == current_user.user.id
    if action == "approve":
        proposals.approve(row, current_user.user, answer, risen)
        flash(LOOSENED if row.kind == "one_admin" else APPROVED, "success")
    elif action == "refuse":
        proposals.refuse(row, current_user.user, answer)
        flash(marked("Taken back.") if own else marked("Rejected."), "success")
    else:
        abort(400)


def _answer() -> str:
    return typed_reason(request.form.get("answer", ""))


def _risen(row: ProposalRow) -> str:
    """The level of a policy that was not high when it was proposed, and is now; "" for every other."""
    opened, connection = services(), connection_or_404(row.connection_id)
    draft = drafted(connection, row.text) if row.kind == "policy" and row.state == "pending" else None
    if draft is None or draft.policy is None or row.level == HIGH:
        return ""
    return HIGH if level_at_saving(opened, connection, draft.policy) == HIGH else ""


def _wrong_answer(row: ProposalRow, action: str, risen: str) -> str:
    """What is wrong with what was typed; "" for nothing. It stays in the form."""
    if sentence := too_long(_answer()):
        return sentence
    if risen and not is_written(_answer()):
        return gettext(NEEDS_REASON)
    own = row.proposed_by_id == current_user.user.id
    return gettext(NEEDS_WORDS) if action == "refuse" and not own and not _answer() else ""


def _seen(row: ProposalRow) -> Seen:
    connection = connection_or_404(row.connection_id)
    if row.kind != "policy":
        return Seen()
    opened = services()
    draft = risked(opened, looked_at(opened, drafted(connection, row.text), LEADS))
    if draft.policy is None:
        return Seen(draft=draft)
    fields = [known.info for known in opened.crm_fields.of(connection.id)]
    return Seen(
        draft=draft,
        preview=preview_of(draft.looked, draft.policy, fields, LEADS) if draft.looked else None,
        meter=risk_meter(draft.measured, readable_columns(draft.policy)) if draft.measured else None,
    )


def _proposal(proposal_id: str) -> ProposalRow:
    return services().proposals.one(proposal_id) or abort(404)


def _page(row: ProposalRow, seen: Seen, wrong: str = "") -> Response:
    opened, connection = services(), connection_or_404(row.connection_id)
    in_force = _in_force(row)
    page = render_template(
        "proposal.html",
        connection_id=row.connection_id,
        label=organisation_label(connection.crm, connection.organisation),
        title=gettext(TITLES[row.kind]),
        row=row,
        seen=seen,
        changes=policy_changes(in_force, row.text) if row.kind == "policy" else (),
        rows=text_diff(in_force, row.text),
        why_not=opened.proposals.why_not(row.id, current_user.user),
        own=row.proposed_by_id == current_user.user.id,
        may_save=may("change"),
        wrong=wrong,
        typed=request.form.get("answer", ""),
    )
    return make_response(page, 422 if wrong else 200)


def _in_force(row: ProposalRow) -> str:
    """The text in force of the kind that is proposed."""
    repository = services().repository
    if row.kind == "one_admin":
        return ""
    saved = (repository.policy if row.kind == "policy" else repository.stream)(row.connection_id)
    return saved.text if saved else ""
