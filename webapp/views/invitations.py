"""The way in for who was handed a code: it is typed, so that no address and no log ever holds it.

A link may carry it behind a ``#``, which browsers do not send; a script then types it.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import auth, passwords
from webapp.auth import NotSignedIn
from webapp.language import gettext, marked
from webapp.services import services
from webapp.views.auth import Unfit, refusal, typed_password

WRONG = marked("This code is wrong, was used already, or is older than three days. Ask for a new one.")
blueprint = Blueprint("invitations", __name__)


@blueprint.get("/invitation")
def show() -> Response:
    """The page that asks for the code and a password."""
    return _page({})


@blueprint.post("/invitation")
def accept() -> Response:
    """Set the password of the account that the code is for, and sign in."""
    opened, code = services(), request.form.get("code", "")
    try:
        subjects = auth.throttled_address(opened, request.remote_addr or "")
        user = None
        if opened.invitations.invited(code) is not None:
            opened.accounts.succeeded(subjects)
            user = opened.invitations.accept(code, typed_password())
        if user is None:
            return _page({"code": gettext(WRONG)}, 401)
        auth.start_session(opened, user)
    except Unfit as problem:
        return _page({problem.field: str(problem)}, 400)
    except NotSignedIn as problem:
        return refusal(_page({"code": str(problem)}), problem)
    return redirect("/", 303)


def _page(errors: Mapping[str, str], status: int = 200) -> Response:
    if current_user.is_authenticated and not errors:
        return redirect(url_for("account.show"), 303)
    page = render_template(
        "invitation.html",
        errors=errors,
        code="" if "code" in errors else request.form.get("code", ""),
        minimum=passwords.SHORTEST,
    )
    return make_response(page, status)
