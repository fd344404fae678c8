"""One's own account: the role, and where one is signed in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import auth
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
    )


@blueprint.post("/account/sign-out-everywhere")
def leave_everywhere() -> Response:
    """End every session of one's own, this one too."""
    opened = services()
    opened.people.end_sessions(current_user.user.id, current_user.name)
    auth.end_session(opened)
    flash("You are signed out everywhere.", "success")
    return redirect(url_for("auth.sign_in"), 303)
