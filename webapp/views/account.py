"""One's own account: the role, and where one is signed in."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import auth
from webapp.language import NAMES, marked, offered
from webapp.roles import WORDS
from webapp.services import services

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
def show() -> str:
    """Who one is here, and one's open sessions."""
    opened, person = services(), current_user.user
    return render_template(
        "account.html",
        name=person.name,
        role=WORDS[person.role],
        sessions=opened.sessions.of(person.id, current_user.token),
        idle=opened.settings.session_idle_minutes,
        hours=opened.settings.session_hours,
        languages=NAMES,
        chosen=person.language,
    )


@blueprint.post("/account/language")
def set_language() -> Response:
    """Choose the language of the pages, or leave it to the browser."""
    asked = request.form.get("language", "")
    if asked and offered(asked) is None:
        abort(400)
    services().people.set_language(current_user.user.id, asked)
    # Shown on the next page, which is in the new language.
    flash(marked("The language is saved."), "success")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/account/sign-out-everywhere")
def leave_everywhere() -> Response:
    """End every session of one's own, this one too."""
    opened = services()
    opened.people.end_sessions(current_user.user.id, current_user.name)
    auth.end_session(opened)
    flash(marked("You are signed out everywhere."), "success")
    return redirect(url_for("auth.sign_in"), 303)
