"""What a provider says of a person, read by the rules of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit.schema import BadInput
from webapp.account_names import account_name
from webapp.settings import Settings
from webapp.sign_in.refusal import NotLetIn
from webapp.store.identities import Proved
from webapp.store.rows import ROLES, Role

MOST_GROUPS = 2_000


def read(claims: Mapping[str, Any], settings: Settings) -> Proved:
    """The person. Raises NotLetIn where the settings keep this address's domain out."""
    email = _verified(claims)
    if settings.oidc_domains and email.rpartition("@")[2] not in settings.oidc_domains:
        msg = "Only people with a verified e-mail address of this organisation may sign in here."
        raise NotLetIn(msg, code="domain")
    return Proved(
        issuer=(settings.oidc_issuer or "").rstrip("/"),
        subject=str(claims["sub"]),
        email=email,
        name=_name(claims, email),
        role=_role(claims, settings),
    )


def _verified(claims: Mapping[str, Any]) -> str:
    """The address in small letters; "" where the provider does not vouch for it."""
    email = claims.get("email")
    vouched = claims.get("email_verified") in (True, "true")
    return email.strip().casefold() if vouched and isinstance(email, str) and email.count("@") == 1 else ""


def _name(claims: Mapping[str, Any], email: str) -> str:
    for wish in (email, claims.get("preferred_username"), claims.get("name")):
        if isinstance(wish, str) and wish:
            try:
                return account_name(wish)
            except BadInput:
                continue
    return "Somebody"


def _role(claims: Mapping[str, Any], settings: Settings) -> Role | None:
    """The highest role of all groups."""
    found: object = claims.get(settings.oidc_role_claim)
    if found is None:
        found = claims
        for part in settings.oidc_role_claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    groups = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    given = dict(settings.oidc_roles)
    roles = {given.get(one) for one in groups[:MOST_GROUPS] if isinstance(one, str)}
    return next((role for role in ROLES if role in roles), None)
