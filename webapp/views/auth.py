"""First run, signing in and signing out."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit.schema import BadInput
from webapp import auth, first_run, passwords
from webapp.account_names import account_name
from webapp.auth import NotSignedIn
from webapp.language import gettext
from webapp.services import services
from webapp.sign_in.refusal import NotLetIn
from webapp.sign_in.ways import ways_in
from webapp.store.rows import UserRow

blueprint = Blueprint("auth", __name__)


class Unfit(Exception):
    """What was typed into one field cannot be used; the message says how to mend it."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


@blueprint.get("/setup")
def setup() -> Response:
    """The first-run page; closed once there is an administrator."""
    if services().accounts.any_admin():
        return redirect(url_for("auth.sign_in"), 303)
    return _setup_page({})


@blueprint.post("/setup", endpoint="make_account")
def make_account() -> Response:
    """Make the first account and sign it in."""
    opened = services()
    if opened.accounts.any_admin():
        return redirect(url_for("auth.sign_in"), 303)
    try:
        user = _first_account()
    except Unfit as problem:
        return _setup_page({problem.field: str(problem)}, 400)
    except NotSignedIn as problem:
        return refusal(_setup_page({"token": str(problem)}), problem)
    if user is None:
        return redirect(url_for("auth.sign_in"), 303)
    first_run.forget_setup_code(opened.settings)
    try:
        auth.start_session(opened, user)
    except NotSignedIn as problem:
        return refusal(sign_in_page(problem), problem)
    return redirect(url_for("start.begin"), 303)


@blueprint.get("/login")
def sign_in() -> Response:
    """The sign-in page."""
    if not services().accounts.any_user():
        return redirect(url_for("auth.setup"), 303)
    if current_user.is_authenticated:
        return redirect(own_path(request.args.get("next", "")), 303)
    return sign_in_page(None)


@blueprint.post("/login", endpoint="open_session")
def open_session() -> Response:
    """Sign in and go where the person wanted to."""
    opened, form = services(), request.form
    try:
        user = auth.check(
            opened, form.get("name", "").strip(), form.get("password", ""), request.remote_addr or ""
        )
        auth.start_session(opened, user)
    except NotSignedIn as problem:
        return refusal(sign_in_page(problem), problem)
    return redirect(own_path(form.get("next", "")), 303)


@blueprint.post("/logout")
def sign_out() -> Response:
    """Sign out."""
    auth.end_session(services())
    return redirect(url_for("auth.sign_in"), 303)


def _first_account() -> UserRow | None:
    opened, form = services(), request.form
    subjects = auth.throttled(opened, "setup", request.remote_addr or "")
    if not first_run.is_setup_code(opened.settings, form.get("token", "")):
        msg = gettext(
            "This is not the setup code; Fairlead printed it when it started, and it is in the data folder."
        )
        raise NotSignedIn(msg)
    opened.accounts.succeeded(subjects)
    name, password = _typed_name(), typed_password()
    try:
        return opened.accounts.add_first_user(name, "admin", password)
    except BadInput as problem:
        raise Unfit(str(problem), field="name") from None


def _typed_name() -> str:
    try:
        return account_name(request.form.get("name", "").strip() or "admin")
    except BadInput as problem:
        raise Unfit(str(problem), field="name") from None


def typed_password() -> str:
    """The hash of the new password. Raises Unfit where it, or its repetition, is not as it must be."""
    password = request.form.get("password", "")
    if password != request.form.get("repeat", password):
        msg = gettext("The two passwords differ; type the same one twice.")
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


def sign_in_page(problem: NotSignedIn | NotLetIn | None) -> Response:
    """The page, with why the last try failed."""
    wanted = own_path(request.values.get("next", ""))
    page = render_template(
        "login.html",
        error=problem,
        wrong=isinstance(problem, NotSignedIn) and not problem.retry_after,
        name=request.form.get("name", ""),
        next="" if wanted == "/" else wanted,
        single_sign_on=ways_in(services().settings),
    )
    return make_response(page)


def refusal(response: Response, problem: NotSignedIn) -> Response:
    """The answer for who did not get in: 401, or 429 with the time to wait."""
    response.status_code = 429 if problem.retry_after else 401
    if problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def own_path(path: str) -> str:
    """A path of this site, never an address elsewhere: two slashes, or a backslash, begin a host."""
    clean = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if clean else "/"
