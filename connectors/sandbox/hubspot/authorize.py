"""The consent page and the token endpoints, as the admin's browser and the app's server meet them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import urlencode

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.accounts import CODE_SECONDS, Consent
from connectors.sandbox.hubspot.pages import render
from connectors.sandbox.hubspot.replies import Problem, empty, page, reply
from connectors.sandbox.hubspot.world import World


def show_consent(world: World, request: Request, portal: str = "") -> Response:
    """The page on which an admin allows the app. A wrong request is an error page, never a redirect."""
    query = request.args
    if portal not in ("", world.portal):
        _error("This account does not exist.")
    scopes = _checked(world, query)
    consent = Consent(
        redirect_uri=query["redirect_uri"],
        scopes=scopes,
        challenge=query.get("code_challenge"),
        expires_at=world.clock.now() + CODE_SECONDS,
    )
    ticket = secrets.token_urlsafe(16)
    world.consents[ticket] = (consent, query.get("state", ""))
    return page(render("consent.html", portal=world.portal, scopes=scopes, ticket=ticket))


def decide(world: World, request: Request) -> Response:
    """The admin's answer goes back to the app in a redirect."""
    consent, state = world.consents.pop(request.form.get("ticket", ""), (None, ""))
    if consent is None:
        _error("This page is no longer valid. Begin again.")
    if request.form.get("decision") != "allow":
        return _back(consent, {"error": "access_denied", "state": state})
    return _back(consent, {"code": world.accounts.code(consent), "state": state})


def token(world: World, request: Request) -> Response:
    """A token for a code or a refresh token; the form's body only."""
    return reply(world.accounts.token(_form(request)))


def look_up_access(world: World, request: Request, name: str) -> Response:
    """What an access token is, the undated way."""
    del request
    return reply(world.accounts.looked_up(name, "access"))


def look_up_refresh(world: World, request: Request, name: str) -> Response:
    """What a refresh token is, the undated way."""
    del request
    return reply(world.accounts.looked_up(name, "refresh"))


def forget_refresh(world: World, request: Request, name: str) -> Response:
    """End a refresh token, the undated way."""
    del request
    world.accounts.forget(name)
    return empty()


def introspect(world: World, request: Request) -> Response:
    """What a token is."""
    return reply(world.accounts.introspect(_form(request)))


def revoke(world: World, request: Request) -> Response:
    """End a refresh token."""
    world.accounts.revoke(_form(request))
    return reply({})


def uninstall(world: World, request: Request) -> Response:
    """Remove the app from the portal."""
    del request
    world.accounts.uninstall()
    return empty()


def account_details(world: World, request: Request) -> Response:
    """The portal's own data."""
    del request
    return reply(
        {
            "portalId": int(world.portal),
            "accountType": "DEVELOPER_TEST",
            "timeZone": "Europe/Berlin",
            "companyCurrency": "EUR",
            "additionalCurrencies": [],
            "utcOffset": "+01:00",
            "utcOffsetMilliseconds": 3600000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "eu1",
        }
    )


def _checked(world: World, query: Mapping[str, str]) -> tuple[str, ...]:
    accounts = world.accounts
    if query.get("client_id") != accounts.client_id:
        _error("Missing or unknown client id.")
    if query.get("redirect_uri") not in accounts.redirect_uris:
        _error("Redirect URL does not match a redirect URL of this app.")
    asked, wished = (query.get(name, "").split() for name in ("scope", "optional_scope"))
    scopes = accounts.scopes.granted(asked, wished, world.control.tier)
    if scopes is None:
        _error("Authorization failed because the scopes do not match those of the app.")
    if query.get("code_challenge_method", "S256") != "S256":
        _error("Only the S256 challenge is supported.")
    return scopes


def _form(request: Request) -> Mapping[str, str]:
    if request.mimetype != "application/x-www-form-urlencoded":
        raise Problem(reply({"status": "error", "message": "Unsupported media type"}, 415))
    return request.form.to_dict()


def _back(consent: Consent, answer: Mapping[str, str]) -> Response:
    joint = "&" if "?" in consent.redirect_uri else "?"
    return redirect(f"{consent.redirect_uri}{joint}{urlencode(answer)}", 302, Response)


def _error(sentence: str) -> NoReturn:
    raise Problem(page(render("error.html", sentence=sentence), 400))
