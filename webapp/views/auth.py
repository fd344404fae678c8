"""First run, signing in and signing out."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit.schema import BadInput
from webapp import auth, first_run, passwords
from webapp.auth import NotSignedIn
from webapp.services import services
from webapp.store.rows import UserRow

LONGEST_NAME = 120

blueprint = Blueprint("auth", __name__)


class Unfit(Exception):
    """What was typed into one field cannot be used; the message says how to mend it."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


@blueprint.get("/setup")
def setup() -> Response:
    """The first-run page; closed for ever once somebody can sign in."""
    if services().accounts.any_user():
        return redirect(url_for("auth.sign_in"), 303)
    return _setup_page({})


@blueprint.post("/setup", endpoint="make_account")
def make_account() -> Response:
    """Make the first account and sign it in."""
    opened = services()
    if opened.accounts.any_user():
        return redirect(url_for("auth.sign_in"), 303)
    try:
        user = _first_account()
    except Unfit as problem:
        return _setup_page({problem.field: str(problem)}, 400)
    except NotSignedIn as problem:
        return _refusal(_setup_page({"token": str(problem)}), problem)
    if user is None:
        return redirect(url_for("auth.sign_in"), 303)
    first_run.forget_setup_code(opened.settings)
    auth.start_session(opened, user)
    return redirect(url_for("start.begin"), 303)


@blueprint.get("/login")
def sign_in() -> Response:
    """The sign-in page."""
    if not services().accounts.any_user():
        return redirect(url_for("auth.setup"), 303)
    if current_user.is_authenticated:
        return redirect(_own_path(request.args.get("next", "")), 303)
    return _sign_in_page(None)


@blueprint.post("/login", endpoint="open_session")
def open_session() -> Response:
    """Sign in and go where the person wanted to."""
    opened, form = services(), request.form
    try:
        user = auth.check(
            opened, form.get("name", "").strip(), form.get("password", ""), request.remote_addr or ""
        )
    except NotSignedIn as problem:
        return _refusal(_sign_in_page(problem), problem)
    auth.start_session(opened, user)
    return redirect(_own_path(form.get("next", "")), 303)


@blueprint.post("/logout")
def sign_out() -> Response:
    """Sign out."""
    auth.end_session(services())
    return redirect(url_for("auth.sign_in"), 303)


def _first_account() -> UserRow | None:
    opened, form = services(), request.form
    subjects = auth.throttled(opened, "setup", request.remote_addr or "")
    if not first_run.is_setup_code(opened.settings, form.get("token", "")):
        msg = "This is not the setup code; Fairlead printed it when it started, and it is in the data folder."
        raise NotSignedIn(msg)
    opened.accounts.succeeded(subjects)
    return opened.accounts.add_first_user(_typed_name(), "admin", _typed_password())


def _typed_name() -> str:
    name = request.form.get("name", "").strip() or "admin"
    if len(name) > LONGEST_NAME:
        msg = f"The name is too long; use at most {LONGEST_NAME} characters."
        raise Unfit(msg, field="name")
    if not name.isprintable():
        msg = "The name holds signs that cannot be shown; use letters, digits and blanks."
        raise Unfit(msg, field="name")
    return name


def _typed_password() -> str:
    """The hash of the new password."""
    password = request.form.get("password", "")
    if password != request.form.get("repeat", password):
        msg = "The two passwords differ; type the same one twice."
        raise Unfit(msg, field="repeat")
    try:
        return passwords.hashed(password)
    except BadInput as problem:
        raise Unfit(str(problem), field="password") from None


def _setup_page(errors: Mapping[str, str], status: int = 200) -> Response:
    """The first-run page; ``errors`` go with their fields, and only a right code is typed but once."""
    page = render_template(
        "setup.html",
        errors=errors,
        token="" if "token" in errors else request.form.get("token", ""),
        name=request.form.get("name", ""),
        needs_token=True,
        minimum=passwords.SHORTEST,
    )
    return make_response(page, status)


def _sign_in_page(problem: NotSignedIn | None) -> Response:
    wanted = _own_path(request.values.get("next", ""))
    page = render_template(
        "login.html",
        error=problem,
        wrong=problem is not None and not problem.retry_after,
        name=request.form.get("name", ""),
        next="" if wanted == "/" else wanted,
    )
    return make_response(page)


def _refusal(response: Response, problem: NotSignedIn) -> Response:
    response.status_code = 429 if problem.retry_after else 401
    if problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _own_path(path: str) -> str:
    """A path of this site, never an address elsewhere: two slashes, or a backslash, begin a host."""
    clean = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if clean else "/"
