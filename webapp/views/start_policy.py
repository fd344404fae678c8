"""The third and fourth steps: how much is kept, then what that looks like, its risk, and saving it."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.schema import BadInput, Stream
from connectors.entries import Entry
from connectors.policy.risk import readable_columns
from connectors.policy.starter.chosen import Kept, chosen_policy
from connectors.policy.starter.presets import PRESETS
from webapp.language import gettext, marked
from webapp.services import services
from webapp.start.asking import Away, Offer, entries_of, offer_of
from webapp.start.meant import MEANINGS, becoming, kept_as_typed, kept_at_first, list_digest, outcome_field
from webapp.start.standing import Standing
from webapp.typed_policy import asked_change, text_digest, typed_policy
from webapp.viewmodels.columns import left_out
from webapp.viewmodels.policy import preview_of
from webapp.viewmodels.policy_changes import policy_changes
from webapp.viewmodels.risk_meter import risk_meter
from webapp.views.policy_draft import Draft, drafted, fitted, looked_at, risked
from webapp.views.policy_page import LEADS
from webapp.views.saving import PROPOSED, Asked, Done, save_policy
from webapp.views.start_choose import away
from webapp.views.start_page import on_the_way, page

blueprint = Blueprint("start_policy", __name__)


@blueprint.get("/connections/<connection_id>/start/keep")
def keep(connection_id: str) -> AnyResponse:
    """What each preset makes of the chosen fields, and what the entries of the outcome mean."""
    found = _begun(connection_id)
    return _keep(found) if isinstance(found, Standing) else found


def _begun(connection_id: str) -> Standing | AnyResponse:
    """How far it is, where something was chosen already."""
    found = on_the_way(connection_id)
    if isinstance(found, Standing) and found.stream is None:
        return redirect(url_for("start_choose.show", connection_id=connection_id), 303)
    return found


def _keep(found: Standing, error: str = "") -> AnyResponse:
    try:
        offer, entries = _asked(found)
    except Away as problem:
        return away(found, problem)
    kept, told = _kept(found, offer, entries)
    error = error or told
    try:
        rows = becoming(offer, _stream(found), kept)
    except BadInput as problem:
        rows, error = (), error or f"{problem}."
    return page(
        "start_keep.html",
        found,
        "keep",
        422 if error and _is_typed() else 200,
        presets=tuple(PRESETS.values()),
        kept=kept,
        entries=entries,
        list_digest=list_digest(entries),
        meanings=MEANINGS,
        outcome=outcome_field(_stream(found), offer.fields),
        rows=rows,
        error=error,
    )


def _stream(found: Standing) -> Stream:
    """What was chosen; `_begun` lets nobody come without it."""
    return found.stream or abort(404)


def _asked(found: Standing) -> tuple[Offer, tuple[Entry, ...]]:
    opened = services()
    offer = offer_of(opened, found.connection)
    return offer, entries_of(opened, found.connection, outcome_field(_stream(found), offer.fields))


def _kept(found: Standing, offer: Offer, entries: tuple[Entry, ...]) -> tuple[Kept, str]:
    """What the form holds, and what is wrong with it."""
    at_first = kept_at_first(offer, _stream(found), entries, found.policy)
    if not _is_typed():
        return at_first, ""
    try:
        return kept_as_typed(request.values, entries), ""
    except BadInput as problem:
        return at_first, f"{problem}."


def _is_typed() -> bool:
    return "preset" in request.values


@blueprint.get("/connections/<connection_id>/start/check")
def check(connection_id: str) -> AnyResponse:
    """Look at the draft that is meant. It is in the address, so that one can go back to it."""
    found = _begun(connection_id)
    if not isinstance(found, Standing):
        return found
    if not _is_typed():
        return redirect(url_for("start_policy.keep", connection_id=connection_id), 303)
    try:
        text = _made(found)
    except Away as problem:
        return away(found, problem)
    except BadInput as problem:
        return _keep(found, f"{problem}.")
    return _look(found, drafted(found.connection, text), Done())


@blueprint.post("/connections/<connection_id>/start/check", endpoint="save")
def save(connection_id: str) -> AnyResponse:
    """Change the draft by a button, or save it (the named submit button says which)."""
    found = _begun(connection_id)
    if not isinstance(found, Standing):
        return found
    form, action = request.form, request.form.get("action", "preview")
    fields = [one.info for one in services().crm_fields.of(connection_id)]
    changed = asked_change(typed_policy(form, fields).text, action, form, fields)
    draft = drafted(found.connection, changed.text)
    if action == "save":
        return _save(found, fitted(services(), draft))
    return _look(found, draft, Done(warning=changed.warning))


def _made(found: Standing) -> str:
    offer, entries = _asked(found)
    return chosen_policy(offer.table, offer.fields, _stream(found), kept_as_typed(request.values, entries))


def _save(found: Standing, draft: Draft) -> AnyResponse:
    if draft.error:
        return _look(found, draft, Done(), 422)
    if sentence := _starved(found, draft):
        return _look(found, draft, Done(warning=sentence), 422)
    form, target = request.form, found.connection.id
    asked = Asked(reason=form.get("reason", ""), based_on=form.get("based_on", ""), who=current_user.user)
    done = save_policy(services(), draft, asked)
    if done.warning or done.reason_error:
        return _look(found, replace(draft, remote_error=None), done, 422)
    said = PROPOSED if done.proposed else marked("The policy is saved. Now the leads can be read.")
    flash(gettext(said), "success")
    return redirect(url_for("start.go_on", connection_id=target), 303)


def _starved(found: Standing, draft: Draft) -> str:
    """What to say where a step towards less risk left out what the audit needs."""
    missing = left_out(draft.policy, _stream(found)) if draft.policy else ()
    if not missing:
        return ""
    names = ", ".join(one.name for one in missing)
    return gettext(
        "This draft leaves out what you chose for the audit: %(names)s. Go back to step 2 and do not choose "
        "it there, then come here again.",
        names=names,
    )


def _look(found: Standing, draft: Draft, done: Done, status: int = 200) -> Response:
    opened, versions = services(), services().repository.policies(found.connection.id)
    chosen = tuple(request.form.getlist("sensitive")) if "sensitive_asked" in request.form else None
    draft = draft if draft.error else risked(opened, looked_at(opened, draft, LEADS[0]), chosen)
    policy, fields = draft.policy, [one.info for one in opened.crm_fields.of(found.connection.id)]
    in_force = versions[0] if versions else None
    return page(
        "start_check.html",
        found,
        "check",
        status,
        draft=draft,
        done=done,
        starved=_starved(found, draft),
        preview=preview_of(draft.looked, policy, fields) if draft.looked and policy else None,
        meter=risk_meter(draft.measured, readable_columns(policy)) if draft.measured and policy else None,
        text_digest=text_digest(draft.text),
        based_on=in_force.version if in_force else 0,
        in_force=in_force,
        changes=policy_changes(in_force.text, draft.text) if in_force and in_force.text != draft.text else (),
        carried={name: value for name, value in request.values.items() if _is_carried(name)},
        typed_reason=request.form.get("reason", ""),
        two_needed=opened.proposals.two_needed(found.connection.id),
    )


def _is_carried(name: str) -> bool:
    """What was typed in the step before, so that one can go back to it."""
    return name in {"preset", "list"} or name.startswith("means.")
