"""Signing in by a provider of the settings: OpenID Connect, and Salesforce, which speaks it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, abort, current_app, redirect, request, session, url_for
from werkzeug.wrappers import Response

from audit.schema import BadInput
from webapp import auth
from webapp.auth import NotSignedIn
from webapp.language import marked
from webapp.services import Services, services
from webapp.sign_in import claims, pending
from webapp.sign_in.pending import Begun
from webapp.sign_in.provider import Desk, Provider
from webapp.sign_in.refusal import NotLetIn
from webapp.sign_in.trouble import declined
from webapp.sign_in.ways import Key, provider
from webapp.store.identities import Proved
from webapp.store.rows import UserRow
from webapp.views.auth import own_path, refusal, sign_in_page

LATE = marked(
    "This answer was not asked for by this browser, was used already, or came after ten minutes. Begin again."
)
OTHER = marked("This answer comes from another provider than the one that was asked. Begin again.")
blueprint = Blueprint("single_sign_on", __name__)
WORDS: Mapping[Key, str] = MappingProxyType({"oidc": "single sign-on", "salesforce": "Salesforce"})
PATH = "/login/<any(oidc, salesforce):key>"


@blueprint.get(PATH)
def begin(key: Key) -> Response:
    """Send the browser to the provider.

    It is a link and no form: browsers hold a form to `form-action` through every redirect after it, and where
    a provider sends people on is its own affair. Beginning changes nothing.
    """
    opened, desk = services(), _desk(key)
    if not opened.accounts.any_user():
        return redirect(url_for("auth.setup"), 303)
    try:
        asked = desk.ask()
    except NotLetIn as problem:
        return _told(key, problem)
    wanted = own_path(request.args.get("next", ""))
    pending.remember(opened, session, Begun(key=key, asked=asked, wanted=wanted))
    return redirect(asked.url)


@blueprint.get(f"{PATH}/callback")
def callback(key: Key) -> Response:
    """Take the provider's answer; the address with the code in it is left at once.

    Only an answer that this browser asked for counts as a try, and is told in the trail: else a picture on
    any page could shut out whoever looks at it. Where the provider is away, nobody failed: it is neither.
    """
    opened, desk = services(), _desk(key)
    begun = pending.take(opened, session, request.args.get("state", ""))
    if begun is None or begun.key != key:
        return _told(key, NotLetIn(LATE, code="unknown_state"))
    try:
        subjects = auth.throttled_address(opened, request.remote_addr or "")
    except NotSignedIn as problem:
        return refusal(sign_in_page(problem), problem)
    try:
        _refuse_declined(desk.provider)
        user = _entered(opened, key, desk.claims(request.args["code"], begun.asked))
        opened.accounts.succeeded(subjects)
        auth.refuse_locked(opened, user)
        auth.start_session(opened, user, detail=WORDS[key])
    except NotLetIn as problem:
        if problem.passing:
            opened.accounts.taken_back(subjects)
        else:
            opened.accounts.record("unknown", "sign-in failed", "", f"{WORDS[key]}: {problem.code}")
        return _told(key, problem)
    except NotSignedIn as problem:
        return refusal(sign_in_page(problem), problem)
    return redirect(own_path(begun.wanted), 303)


def _refuse_declined(asked: Provider) -> None:
    """Raise NotLetIn where another provider answers than the one that was asked, or it said no."""
    if request.args.get("iss", asked.issuer).rstrip("/") != asked.issuer.rstrip("/"):
        raise NotLetIn(OTHER, code="wrong_issuer")  # RFC 9207
    if request.args.get("error") or not request.args.get("code"):
        raise declined(request.args.get("error", ""))


def _entered(opened: Services, key: Key, told: Mapping[str, Any]) -> UserRow:
    try:
        return opened.identities.enter(_proved(opened, key, told))
    except BadInput as problem:
        raise NotLetIn(str(problem), code="no_role") from None


def _proved(opened: Services, key: Key, told: Mapping[str, Any]) -> Proved:
    if key == "salesforce":
        return claims.read_salesforce(told, opened)
    return claims.read(told, opened.settings)


def _told(key: Key, problem: NotLetIn) -> Response:
    answer = sign_in_page(_naming(key, problem))
    answer.status_code = 503 if problem.passing else 403
    return answer


def _naming(key: Key, problem: NotLetIn) -> NotLetIn:
    """The sentence in the page's language, with the names of the settings that this provider has."""
    text = problem.shown()
    if key == "salesforce":
        text = text.replace("FAIRLEAD_OIDC_ISSUER", "FAIRLEAD_SALESFORCE_LOGIN_URL")
        text = text.replace("FAIRLEAD_OIDC_", "FAIRLEAD_SALESFORCE_")
    return NotLetIn(text, code=problem.code, passing=problem.passing)


def _desk(key: Key) -> Desk:
    """The provider, one desk for all threads; 404 where it is not set up."""
    opened, desks = services(), current_app.extensions
    callback_at = f"{opened.settings.public_url}{url_for('single_sign_on.callback', key=key)}"
    found = provider(opened.settings, key, callback_at)
    if found is None:
        abort(404)
    desk: Desk = desks.setdefault(f"single-sign-on-{key}", Desk(provider=found))
    return desk
