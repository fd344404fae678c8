"""The policy of one connection: read it, try a draft on three leads, save a new version."""

from __future__ import annotations

from dataclasses import dataclass, replace

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

from audit.schema import BadInput, parse_stream
from connectors.errors import Busy, ConnectorError
from connectors.policy.model import Policy
from connectors.policy.parse import parse_policy
from webapp.crms import source_for
from webapp.services import services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.policy import Preview, history, left_out, policy_view, preview_of, starter
from webapp.viewmodels.words import CRM_NAMES, organisation_label
from webapp.views.errors import wait_words

# More than are shown: some may be excluded or rejected.
LEADS_READ = 10
LONGEST_TEXT = 200_000

blueprint = Blueprint("policies", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in the editor, and what is known of it."""

    connection: ConnectionRow
    text: str
    policy: Policy | None = None
    error: str | None = None
    preview: Preview | None = None
    remote_error: str | None = None


@blueprint.get("/connections/<connection_id>/policy")
def show(connection_id: str) -> Response:
    """The policy in force."""
    return _page(_parsed(_connection(connection_id), _saved(connection_id)))


@blueprint.post("/connections/<connection_id>/policy")
def change(connection_id: str) -> AnyResponse:
    """Try the text in the editor, or save it (the named submit button says which)."""
    typed = request.form.get("text", "").replace("\r\n", "\n")
    draft = _parsed(_connection(connection_id), typed)
    if request.form.get("action") != "save":
        return _page(_previewed(draft))
    return _page(draft, 422) if draft.error else _save(draft)


def _save(draft: Draft) -> AnyResponse:
    before = services().repository.policy(draft.connection.id)
    saved = services().repository.save_policy(draft.connection.id, draft.text, current_user.name)
    if before and before.version == saved.version:
        flash(f"Nothing has changed: this text is version {saved.version} already.", "info")
    else:
        flash(f"Saved as version {saved.version}. The next pull uses it.", "success")
    return redirect(url_for("policies.show", connection_id=draft.connection.id), 303)


def _parsed(connection: ConnectionRow, text: str) -> Draft:
    draft = Draft(connection=connection, text=text)
    try:
        return replace(draft, policy=_policy(connection, text))
    except BadInput as problem:
        return replace(draft, error=str(problem))


def _policy(connection: ConnectionRow, text: str) -> Policy:
    if len(text) > LONGEST_TEXT:
        msg = f"The policy is longer than {LONGEST_TEXT:,} characters; take rules out."
        raise BadInput(msg)
    policy = parse_policy(text, "The policy")
    if policy.crm != connection.crm:
        name = CRM_NAMES[connection.crm]
        msg = f"The policy: crm is '{policy.crm}', but this is {name}; write crm = \"{connection.crm}\""
        raise BadInput(msg)
    return policy


def _previewed(draft: Draft) -> Draft:
    if draft.policy is None:
        return draft
    try:
        source = source_for(services(), draft.connection)
        batch = source.sample(draft.policy, LEADS_READ)
        return replace(draft, preview=preview_of(batch, draft.policy, source.describe()))
    except Busy as problem:
        return replace(draft, remote_error=f"{problem} Try again in about {wait_words(problem.retry_after)}.")
    except (ConnectorError, BadInput) as problem:
        return replace(draft, remote_error=str(problem))


def _left_out(draft: Draft) -> tuple[str, ...]:
    stream = services().repository.stream(draft.connection.id)
    if draft.policy is None or stream is None:
        return ()
    try:
        return left_out(draft.policy, parse_stream(stream.text, "The stream"))
    except BadInput:
        return ()  # the audit itself tells what is wrong with the stream


def _page(draft: Draft, status: int = 200) -> Response:
    versions = services().repository.policies(draft.connection.id)
    page = render_template(
        "policy.html",
        connection_id=draft.connection.id,
        label=organisation_label(draft.connection.crm, draft.connection.organisation),
        text=draft.text,
        error=draft.error,
        view=policy_view(draft.policy) if draft.policy else None,
        preview=draft.preview,
        remote_error=draft.remote_error,
        left_out=_left_out(draft),
        history=history(versions),
        changed=not versions or versions[0].text != draft.text,
        may_save=current_user.user.role == "admin",
    )
    return make_response(page, status)


def _connection(connection_id: str) -> ConnectionRow:
    return services().repository.connection(connection_id) or abort(404)


def _saved(connection_id: str) -> str:
    version = services().repository.policy(connection_id)
    if version is not None:
        return version.text
    return starter(_connection(connection_id).crm)
