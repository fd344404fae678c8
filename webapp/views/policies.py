"""The policy of one connection: read it, try a draft on three leads, save a new version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.schema import BadInput, parse_stream
from connectors.errors import ConnectorError
from connectors.policy.fitting import refuse_unfit
from connectors.policy.model import Policy
from connectors.policy.parse import parse_policy
from connectors.source import FieldInfo
from webapp.crms import NAMES, source_for
from webapp.services import services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.columns import LeftOut, left_out
from webapp.viewmodels.policy import Preview, policy_view, preview_of
from webapp.viewmodels.versions import history
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import announce, connection_or_404, refuse_too_long, remote_sentence, typed_text
from webapp.views.suggesting import Suggestion, suggested_policy

# More than are shown: some may be excluded or rejected.
LEADS_READ = 10

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
    suggestion: Suggestion | None = None


@blueprint.get("/connections/<connection_id>/policy")
def show(connection_id: str) -> Response:
    """The policy in force, or a suggestion where there is none."""
    connection = connection_or_404(connection_id)
    saved = services().repository.policy(connection_id)
    if saved is not None:
        return _page(_parsed(connection, saved.text))
    suggestion = suggested_policy(connection)
    return _page(replace(_parsed(connection, suggestion.text), suggestion=suggestion))


@blueprint.post("/connections/<connection_id>/policy")
def change(connection_id: str) -> AnyResponse:
    """Try the text in the editor, or save it (the named submit button says which)."""
    draft = _parsed(connection_or_404(connection_id), typed_text())
    if request.form.get("action") != "save":
        return _page(_previewed(draft))
    draft = _fitted(draft)
    return _page(draft, 422) if draft.error else _save(draft)


def _save(draft: Draft) -> AnyResponse:
    repository, target = services().repository, draft.connection.id
    announce(repository.policy(target), repository.save_policy(target, draft.text, current_user.name))
    return redirect(url_for("policies.show", connection_id=target), 303)


def _parsed(connection: ConnectionRow, text: str) -> Draft:
    draft = Draft(connection=connection, text=text)
    try:
        return replace(draft, policy=_policy(connection, text))
    except BadInput as problem:
        return replace(draft, error=str(problem))


def _policy(connection: ConnectionRow, text: str) -> Policy:
    refuse_too_long(text, "policy")
    policy = parse_policy(text, "The policy")
    if policy.crm != connection.crm:
        name = NAMES[connection.crm]
        msg = f"The policy: crm is '{policy.crm}', but this is {name}; write crm = \"{connection.crm}\""
        raise BadInput(msg)
    return policy


def _fitted(draft: Draft) -> Draft:
    """The draft, with what the types of the CRM's fields speak against; every pull checks them too."""
    if draft.policy is None:
        return draft
    try:
        fields = source_for(services(), draft.connection).describe()
    except (ConnectorError, BadInput) as problem:
        flash(f"The types of the fields are checked at the next pull. {remote_sentence(problem)}", "warning")
        return draft
    return replace(draft, error=_unfit(draft.policy, fields))


def _unfit(policy: Policy, fields: Sequence[FieldInfo]) -> str | None:
    try:
        refuse_unfit(policy, fields, "The policy")
    except BadInput as problem:
        return str(problem)
    return None


def _previewed(draft: Draft) -> Draft:
    if draft.policy is None:
        return draft
    try:
        source = source_for(services(), draft.connection)
        fields = source.describe()
        if error := _unfit(draft.policy, fields):
            return replace(draft, error=error)
        batch = source.sample(draft.policy, LEADS_READ)
        return replace(draft, preview=preview_of(batch, draft.policy, fields))
    except (ConnectorError, BadInput) as problem:
        return replace(draft, remote_error=remote_sentence(problem))


def _left_out(draft: Draft) -> tuple[LeftOut, ...]:
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
        suggestion=draft.suggestion,
        left_out=_left_out(draft),
        history=history(versions),
        changed=not versions or versions[0].text != draft.text,
        may_save=current_user.user.role == "admin",
    )
    return make_response(page, status)
