"""Which ways to sign in are set up beside the password: OpenID Connect, and Salesforce, which speaks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webapp.language import marked
from webapp.settings import Settings
from webapp.sign_in.provider import Provider

Key = Literal["oidc", "salesforce"]
UNNAMED = marked("single sign-on")
"""What the settings call a provider that was given no name; pages translate it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """One provider: ``key`` stands in its addresses, ``issuer`` is what identities hold.

    ``invites`` says that people can be invited by e-mail address for it.
    """

    key: Key
    name: str
    issuer: str
    invites: bool


def ways_in(settings: Settings) -> tuple[WayIn, ...]:
    """Every provider of the settings."""
    found: tuple[WayIn, ...] = ()
    if settings.oidc_issuer is not None:
        issuer = settings.oidc_issuer.rstrip("/")
        found = (WayIn(key="oidc", name=settings.oidc_name, issuer=issuer, invites=True),)
    if settings.salesforce_sign_in and settings.salesforce_client_id:
        issuer = settings.salesforce_login_url
        found = (*found, WayIn(key="salesforce", name="Salesforce", issuer=issuer, invites=False))
    return found


def provider(settings: Settings, key: Key, redirect_uri: str) -> Provider | None:
    """The client of one provider; None where it is not set up."""
    if key not in {way.key for way in ways_in(settings)}:
        return None
    return _oidc(settings, redirect_uri) if key == "oidc" else _salesforce(settings, redirect_uri)


def _oidc(settings: Settings, redirect_uri: str) -> Provider:
    secret = settings.oidc_client_secret
    return Provider(
        issuer=settings.oidc_issuer or "",
        client_id=settings.oidc_client_id or "",
        client_secret=secret.get_secret_value() if secret else "",
        redirect_uri=redirect_uri,
        ca_file=settings.oidc_ca_file,
        needs=("email", settings.oidc_role_claim) if settings.oidc_roles else ("email",),
    )


def _salesforce(settings: Settings, redirect_uri: str) -> Provider:
    """The app of the connection. The scope openid alone: no token of it reads a record."""
    secret = settings.salesforce_client_secret
    return Provider(
        issuer=settings.salesforce_login_url,
        client_id=settings.salesforce_client_id or "",
        client_secret=secret.get_secret_value() if secret else "",
        redirect_uri=redirect_uri,
        ca_file=settings.salesforce_ca_file,
        scope="openid",
        needs=("preferred_username",),
    )
