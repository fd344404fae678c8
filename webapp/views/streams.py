"""The stream of one connection, "Score and groups": read it, check a draft, save a new version."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.schema import BadInput, parse_stream
from connectors.policy.model import Policy
from connectors.policy.parse import parse_policy
from webapp.auth import may
from webapp.language import english, gettext, marked, quoting
from webapp.services import services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.columns import left_out, left_out_sentence, origins
from webapp.viewmodels.stream import StreamView, stream_view
from webapp.viewmodels.versions import history
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import announce, connection_or_404, refuse_too_long, typed_text
from webapp.views.saving import PROPOSED, save_stream
from webapp.views.suggesting import Suggestion, suggested_stream

NO_POLICY = marked(
    "There is no policy yet, so nobody knows which columns there will be. Save the policy first."
)

blueprint = Blueprint("streams", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in the editor, and what is known of it.

    ``unchecked`` says why the columns could not be checked; ``checked`` that they were asked to be.
    """

    connection: ConnectionRow
    text: str
    view: StreamView | None = None
    error: str | None = None
    unchecked: str | None = None
    checked: bool = False
    suggestion: Suggestion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The policy in force, or why there is none to check against."""

    policy: Policy | None = None
    trouble: str | None = None


@blueprint.get("/connections/<connection_id>/stream")
def show(connection_id: str) -> Response:
    """The stream in force, or a suggestion where there is none."""
    connection = connection_or_404(connection_id)
    saved = services().repository.stream(connection_id)
    if saved is not None:
        return _page(_examined(connection, saved.text))
    suggestion = suggested_stream(connection)
    return _page(replace(_examined(connection, suggestion.text), suggestion=suggestion))


@blueprint.post("/connections/<connection_id>/stream")
def change(connection_id: str) -> AnyResponse:
    """Check the text in the editor, or save it (the named submit button says which)."""
    draft = _examined(connection_or_404(connection_id), typed_text())
    if request.form.get("action") != "save":
        return _page(replace(draft, checked=True))
    return _page(draft, 422) if draft.error else _save(draft)


def _save(draft: Draft) -> AnyResponse:
    target = draft.connection.id
    done = save_stream(services(), draft.connection, draft.text, current_user.user)
    if done.proposed is not None:
        flash(PROPOSED, "success")
        return redirect(url_for("proposals.show", proposal_id=done.proposed.id, proposed=1), 303)
    if done.saved is not None:
        announce(done.before, done.saved)
    else:
        flash(done.warning, "error")
    return redirect(url_for("streams.show", connection_id=target), 303)


def _examined(connection: ConnectionRow, text: str) -> Draft:
    ground = _ground(connection)
    draft = Draft(connection=connection, text=text, unchecked=ground.trouble)
    try:
        refuse_too_long(text, "stream")
        stream = parse_stream(text, "The stream")
    except BadInput as problem:
        return replace(draft, error=english(str(problem)))
    filled = origins(ground.policy) if ground.policy else {}
    missing = left_out(ground.policy, stream) if ground.policy else ()
    return replace(
        draft,
        view=stream_view(stream, filled),
        error=left_out_sentence(missing) if missing else None,
    )


def _ground(connection: ConnectionRow) -> Ground:
    saved = services().repository.policy(connection.id)
    if saved is None:
        return Ground(trouble=gettext(NO_POLICY))
    try:
        return Ground(policy=parse_policy(saved.text, "The policy"))
    except BadInput as problem:
        unchecked = gettext("The columns cannot be checked. %(why)s")
        return Ground(trouble=quoting(unchecked, why=str(problem)))


def _page(draft: Draft, status: int = 200) -> Response:
    versions = services().repository.streams(draft.connection.id)
    page = render_template(
        "stream.html",
        connection_id=draft.connection.id,
        label=organisation_label(draft.connection.crm, draft.connection.organisation),
        text=draft.text,
        error=draft.error,
        view=draft.view,
        unchecked=draft.unchecked,
        checked=draft.checked,
        suggestion=draft.suggestion,
        history=history(versions),
        changed=not versions or versions[0].text != draft.text,
        may_save=may("change"),
        two_needed=services().proposals.two_needed(draft.connection.id),
        proposed=services().proposals.of(draft.connection.id),
    )
    return make_response(page, status)
