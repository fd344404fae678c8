"""Signing in by the OpenID Connect provider of the settings."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, request, session, url_for
from werkzeug.wrappers import Response

from audit.schema import BadInput
from webapp import auth
from webapp.auth import NotSignedIn
from webapp.services import Services, services
from webapp.settings import Settings
from webapp.sign_in import claims, pending
from webapp.sign_in.pending import Begun
from webapp.sign_in.provider import Desk, Provider
from webapp.sign_in.refusal import NotLetIn
from webapp.sign_in.trouble import declined
from webapp.store.rows import UserRow
from webapp.views.auth import own_path, refusal, sign_in_page

LATE = (
    "This answer was not asked for by this browser, was used already, or came after ten minutes. Begin again."
)
OTHER = "This answer comes from another provider than the one that was asked. Begin again."
blueprint = Blueprint("single_sign_on", __name__)


@blueprint.get("/login/oidc")
def begin() -> Response:
    """Send the browser to the provider.

    It is a link and no form: browsers hold a form to `form-action` through every redirect after it, and where
    a provider sends people on is its own affair. Beginning changes nothing.
    """
    opened, desk = services(), _desk()
    try:
        asked = desk.ask()
    except NotLetIn as problem:
        return _refused(opened, problem)
    wanted = own_path(request.args.get("next", ""))
    pending.remember(opened, session, Begun(asked=asked, wanted=wanted))
    return redirect(asked.url)


@blueprint.get("/login/oidc/callback")
def callback() -> Response:
    """Take the provider's answer; the address with the code in it is left at once."""
    opened, desk = services(), _desk()
    try:
        subjects = auth.throttled_address(opened, request.remote_addr or "")
        begun = _begun(opened, desk.provider)
        user = _entered(opened, desk, begun)
        opened.accounts.succeeded(subjects)
        auth.refuse_locked(opened, user)
    except NotLetIn as problem:
        return _refused(opened, problem)
    except NotSignedIn as problem:
        return refusal(sign_in_page(problem), problem)
    auth.start_session(opened, user, detail="single sign-on")
    return redirect(own_path(begun.wanted), 303)


def _begun(opened: Services, provider: Provider) -> Begun:
    """The sign-in that this answer belongs to. Raises NotLetIn without one, or where the provider said no."""
    begun = pending.take(opened, session, request.args.get("state", ""))
    if begun is None:
        raise NotLetIn(LATE, code="unknown_state")
    if request.args.get("iss", provider.issuer).rstrip("/") != provider.issuer.rstrip("/"):
        raise NotLetIn(OTHER, code="wrong_issuer")  # RFC 9207
    if request.args.get("error") or not request.args.get("code"):
        raise declined(request.args.get("error", ""))
    return begun


def _entered(opened: Services, desk: Desk, begun: Begun) -> UserRow:
    proved = claims.read(desk.claims(request.args["code"], begun.asked), opened.settings)
    try:
        return opened.identities.enter(proved)
    except BadInput as problem:
        raise NotLetIn(str(problem), code="no_role") from None


def _refused(opened: Services, problem: NotLetIn) -> Response:
    opened.accounts.record("unknown", "sign-in failed", "", f"single sign-on: {problem.code}")
    answer = sign_in_page(problem)
    answer.status_code = 503 if problem.passing else 403
    return answer


def _desk() -> Desk:
    """The provider, one desk for all threads; 404 where none is set up."""
    settings, desks = services().settings, current_app.extensions
    if settings.oidc_issuer is None:
        abort(404)
    desk: Desk = desks.setdefault("single-sign-on", Desk(provider=_provider(settings)))
    return desk


def _provider(settings: Settings) -> Provider:
    secret = settings.oidc_client_secret
    return Provider(
        issuer=settings.oidc_issuer or "",
        client_id=settings.oidc_client_id or "",
        client_secret=secret.get_secret_value() if secret else "",
        redirect_uri=f"{settings.public_url}{url_for('single_sign_on.callback')}",
        ca_file=settings.oidc_ca_file,
        needs=("email", settings.oidc_role_claim.split(".")[0]) if settings.oidc_roles else ("email",),
    )
