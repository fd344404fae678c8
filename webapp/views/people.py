"""People: who may sign in, with which role, by which way. For administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

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
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from audit.schema import BadInput
from webapp.account_names import account_name
from webapp.language import gettext, marked
from webapp.roles import NAMES, WORDS
from webapp.services import services
from webapp.sign_in.ways import ways_in
from webapp.store.invitations import By, Handed, Wanted
from webapp.store.rows import ROLES, Role, UserRow
from webapp.viewmodels.people import person_lines

blueprint = Blueprint("people", __name__)
ONE = "/people/<user_id>"
NOW: Mapping[Role, str] = MappingProxyType(
    {
        "admin": marked("%(name)s is admin now."),
        "auditor": marked("%(name)s is auditor now."),
        "viewer": marked("%(name)s is viewer now."),
    }
)


@blueprint.get("/people")
def show() -> Response:
    """Everybody, and the form for one more."""
    return _page()


@blueprint.post("/people")
def invite() -> Response:
    """Make an account and show the code that lets its owner in; no address and no session holds it."""
    form = request.form
    try:
        name, email = account_name(form.get("name", "")), form.get("email", "")
        wanted = Wanted(name=name, role=_role(), email=email)
        handed = services().invitations.invite(wanted, _by())
    except BadInput as problem:
        return _page(error=_sentence(problem))
    return _page(handed=handed)


@blueprint.post(f"{ONE}/code")
def new_code(user_id: str) -> Response:
    """Show a new code for an account, with which its owner sets another password."""
    try:
        handed = services().invitations.invite_again(user_id, "", _by())
    except BadInput as problem:
        return _page(error=_sentence(problem))
    return _page(handed=handed)


@blueprint.post(f"{ONE}/role")
def set_role(user_id: str) -> AnyResponse:
    """Give another role."""
    role, by = _role(), _by()
    return _done(lambda: services().people.set_role(user_id, role, by.name, by.root), NOW[role])


@blueprint.post(f"{ONE}/lock")
def lock(user_id: str) -> AnyResponse:
    """Let a person sign in no more."""
    said = marked("%(name)s is locked and signed out.")
    return _done(lambda: services().people.lock(user_id, current_user.name), said)


@blueprint.post(f"{ONE}/unlock")
def unlock(user_id: str) -> AnyResponse:
    """Let a person sign in again."""
    said = marked("%(name)s may sign in again.")
    return _done(lambda: services().people.unlock(user_id, current_user.name), said)


@blueprint.post(f"{ONE}/sign-out")
def end_sessions(user_id: str) -> AnyResponse:
    """Sign a person out everywhere."""

    def end() -> UserRow:
        services().people.end_sessions(user_id, current_user.name)
        return services().accounts.user(user_id) or abort(404)

    said = marked("%(name)s is signed out everywhere; API tokens stay until they are revoked.")
    return _done(end, said)


@blueprint.post(f"{ONE}/remove")
def remove(user_id: str) -> AnyResponse:
    """Take a person's account away."""
    said = marked("%(name)s is removed.")
    return _done(lambda: services().people.remove(user_id, current_user.name), said)


def _done(change: Callable[[], UserRow], said: str) -> AnyResponse:
    try:
        changed = change()
        flash(gettext(said, name=changed.name), "success")
    except BadInput as problem:
        flash(_sentence(problem), "error")
    return redirect(url_for("people.show"), 303)


def _sentence(problem: BadInput) -> str:
    text = str(problem)
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _role() -> Role:
    role = request.form.get("role", "")
    if role not in ROLES:
        abort(400)
    return role


def _by() -> By:
    person = current_user.user
    return By(name=person.name, account_id=person.id, root=person.root)


def _page(error: str | None = None, handed: Handed | None = None) -> Response:
    opened = services()
    page = render_template(
        "people.html",
        lines=person_lines(opened.people.all(), ways_in(opened.settings), current_user.user.id),
        roles=WORDS,
        role_names=NAMES,
        by_email=any(way.invites for way in ways_in(opened.settings)),
        error=error,
        handed=handed,
        link=f"{opened.settings.public_url}{url_for('invitations.show')}",
        typed=request.form if error else MultiDict(),
    )
    return make_response(page, 422 if error else 200)
