"""Which ways to sign in are set up beside the password."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """One provider: ``key`` stands in its addresses, ``issuer`` is what identities hold.

    ``invites`` says that people can be invited by e-mail address for it.
    """

    key: str
    name: str
    issuer: str
    invites: bool


def ways_in(settings: Settings) -> tuple[WayIn, ...]:
    """Every provider of the settings."""
    if settings.oidc_issuer is None:
        return ()
    return (
        WayIn(key="oidc", name=settings.oidc_name, issuer=settings.oidc_issuer.rstrip("/"), invites=True),
    )
