"""Who is asking: signing in with throttling, and the rule that every page needs it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

from flask import Flask, abort, current_app, flash, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from webapp import passwords, roles
from webapp.language import gettext, marked, ngettext
from webapp.services import Services, services
from webapp.store.accounts import LONGEST_LOCK
from webapp.store.rows import UserRow

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_FOR_ACCOUNT = timedelta(seconds=10)


class NotSignedIn(Exception):
    """Sign-in failed, with a sentence for the person; ``retry_after`` is in seconds, 0 for at once."""

    def __init__(self, message: str, *, retry_after: int = 0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The person of this session, as Flask-Login sees one."""

    user: UserRow
    token: str = field(repr=False)
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    @property
    def name(self) -> str:
        """The name that the audit trail shows."""
        return self.user.name

    def get_id(self) -> str:
        """What the signed session cookie holds."""
        return self.token


def install(app: Flask) -> None:
    """Make every page of ``app`` ask for a signed-in person, but for the few that are open."""
    manager = LoginManager()
    manager.init_app(app)
    manager.user_loader(_person)
    app.before_request(_guard)
    app.context_processor(lambda: {"may": may})


def check(opened: Services, name: str, password: str, address: str) -> UserRow:
    """The person with this name and password.

    A failure is counted before the password is looked at, so that many tries at once gain nothing.

    Raises
    ------
    NotSignedIn
        The name or the password is wrong, or there were too many failures: the same sentence for
        every account, whether it exists or not.
    """
    user = opened.accounts.user_named(name)
    subjects = throttled(opened, user.name if user else name, address)
    if not passwords.matches(password, user.password_hash if user else None) or user is None:
        opened.accounts.record(user.name if user else "unknown", "sign-in failed")
        msg = gettext("The name or the password is wrong.")
        raise NotSignedIn(msg)
    opened.accounts.succeeded(subjects)
    refuse_locked(opened, user)
    if passwords.outdated(user.password_hash):
        return opened.accounts.rehash(user, passwords.hashed(password))
    return user


def refuse_locked(opened: Services, user: UserRow) -> None:
    """Raise NotSignedIn where an administrator locked this account; it is told only who proved to be it."""
    if user.locked:
        opened.accounts.record(user.name, "sign-in failed", "", "the account is locked")
        msg = gettext("This account is locked. Ask an administrator of this installation.")
        raise NotSignedIn(msg)


def throttled(opened: Services, account: str, address: str) -> Mapping[str, timedelta]:
    """Count a try. Raises NotSignedIn while the address, the account or the pair of them is locked.

    An address that goes on failing is shut out for up to an hour: for every account, and for this
    one even after it signed in to another. The account itself, whatever the address, is only slowed
    down to one try in ten seconds: an hour would let anybody keep its owner out by one request an
    hour, each from a new address, and ten seconds are a pause.

    Ten seconds are enough against guessing from many addresses. However many there are, they share
    8,640 tries a day, about 3.2 million a year. A password has at least 12 characters; four words
    from a list of 7,776 are 3.7e15 possibilities, of which a year of guessing tries one in a billion.
    It does not save a password that stands high on a list of leaked ones. And who sends tries without
    a pause still wins most of the openings: that takes a flood, which the proxy in front must stop.
    """
    subjects = {
        _subject(opened, "account", account): LONGEST_FOR_ACCOUNT,
        _subject(opened, "address", address): LONGEST_LOCK,
        _subject(opened, "pair", f"{address} {account}"): LONGEST_LOCK,
    }
    return _counted(opened, subjects)


def throttled_address(opened: Services, address: str) -> Mapping[str, timedelta]:
    """As `throttled`, for a way in that names no account before it is through: the address alone counts."""
    return _counted(opened, {_subject(opened, "address", address): LONGEST_LOCK})


def _counted(opened: Services, subjects: Mapping[str, timedelta]) -> Mapping[str, timedelta]:
    # Nobody else's try comes between the look and the count, in whatever process.
    with opened.database.exclusive("sign-in"):
        if end := opened.accounts.locked_until(subjects):
            seconds = max(1, ceil((end - opened.clock()).total_seconds()))
            msg = gettext("There were too many failed tries. Try again in %(wait)s.", wait=_spoken(seconds))
            raise NotSignedIn(msg, retry_after=seconds)
        opened.accounts.failed(subjects)
    return subjects


def start_session(opened: Services, user: UserRow, action: str = "signed in", detail: str = "") -> None:
    """Sign this person in under a new session; nothing of the old one is kept, here or in the cookie.

    Raises
    ------
    NotSignedIn
        The account was locked or removed, or got another password, since ``user`` was read.
    """
    token = opened.sessions.open_as_proved(user)
    if token is None:
        opened.accounts.record(user.name, "sign-in failed", "", "the account changed meanwhile")
        msg = gettext("This account was changed at this moment. Sign in again.")
        raise NotSignedIn(msg)
    if current_user.is_authenticated:
        opened.sessions.close(current_user.token)
    session.clear()
    session.permanent = True
    login_user(Person(user=user, token=token))
    opened.people.signed_in(user.id)
    opened.accounts.record(user.name, action, "", detail)


def end_session(opened: Services) -> None:
    """Sign the person out; the cookie is worth nothing afterwards, even a copied one."""
    if current_user.is_authenticated:
        opened.sessions.close(current_user.token)
        opened.accounts.record(current_user.name, "signed out")
    logout_user()
    session.clear()


def _person(token: str) -> Person | None:
    user = services().sessions.user(token)
    return Person(user=user, token=token) if user else None


def _guard() -> Response | None:
    if "\0" in request.path:
        abort(404)  # no text in the database holds it, and PostgreSQL refuses to look
    if request.endpoint is None or roles.is_open(request.endpoint):
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if not roles.may_open(current_user.user.role, request.endpoint):
        abort(403)
    return None


def may(right: roles.Right) -> bool:
    """Whether the person of this session has a right; nobody has none."""
    return current_user.is_authenticated and roles.may(current_user.user.role, right)


def _to_sign_in() -> Response:
    if not services().accounts.any_user():
        return redirect(url_for("auth.setup"), 303)
    if request.method not in SAFE_METHODS and request.endpoint != "auth.sign_out":
        flash(marked("Your session has ended. Nothing was saved."), "warning")
    wanted = _page_wanted()
    return redirect(url_for("auth.sign_in", next=None if wanted == "/" else wanted), 303)


def _page_wanted() -> str | None:
    """Where to go after signing in: the page asked for, or the one that a form was sent from."""
    return request.full_path.rstrip("?") if request.method == "GET" else page_of_form()


def page_of_form() -> str | None:
    """The page at the address that a form was sent to; None where it only takes forms."""
    pages = current_app.create_url_adapter(request)
    return request.path if pages is not None and pages.test(request.path, "GET") else None


def _subject(opened: Services, kind: str, value: str) -> str:
    """A name or an address as the throttle keeps it: keyed, so that the table tells nobody's address."""
    secret = opened.settings.secret_key.get_secret_value().encode()
    return f"{kind}:{hmac.digest(secret, f'{kind}/{value}'.encode(), hashlib.sha256).hex()}"


def _spoken(seconds: int) -> str:
    if seconds < 90:
        return ngettext("%(n)s second", "%(n)s seconds", seconds)
    return ngettext("%(n)s minute", "%(n)s minutes", ceil(seconds / 60))
