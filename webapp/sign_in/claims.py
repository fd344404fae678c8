"""What a provider says of a person, read by the rules of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit.schema import BadInput
from connectors.errors import Refused
from connectors.salesforce.token_answer import organisation_of
from webapp.account_names import account_name
from webapp.language import marked
from webapp.services import Services
from webapp.settings import Settings
from webapp.sign_in.claim_path import claim_at
from webapp.sign_in.refusal import NotLetIn
from webapp.store.identities import Proved
from webapp.store.rows import ROLES, Role

MOST_GROUPS = 2_000


def read(claims: Mapping[str, Any], settings: Settings) -> Proved:
    """The person. Raises NotLetIn where the settings keep this address's domain out."""
    email = _verified(claims)
    if settings.oidc_domains and email.rpartition("@")[2] not in settings.oidc_domains:
        msg = marked("Only people with a verified e-mail address of this organisation may sign in here.")
        raise NotLetIn(msg, code="domain")
    return Proved(
        issuer=(settings.oidc_issuer or "").rstrip("/"),
        subject=str(claims["sub"]),
        email=email,
        name=_name(claims, email),
        role=_role(claims, settings),
    )


def read_salesforce(claims: Mapping[str, Any], opened: Services) -> Proved:
    """A user of a connected org, a viewer until an administrator gives another role.

    Raises
    ------
    NotLetIn
        The org is not connected here.
    """
    try:
        organisation = organisation_of(str(claims["sub"]))
    except Refused:
        organisation = ""
    row = opened.repository.connection_for("salesforce", organisation)
    if row is None or row.state in {"disconnected", "org_gone"}:
        msg = marked("Your Salesforce org is not connected here, so its users cannot sign in.")
        raise NotLetIn(msg, code="another_org")
    return Proved(
        issuer=opened.settings.salesforce_login_url,
        subject=str(claims["sub"]),
        email="",
        name=_name(claims, ""),
        role="viewer",
    )


def _verified(claims: Mapping[str, Any]) -> str:
    """The address in small letters; "" where the provider does not vouch for it, or it is not ASCII.

    Two addresses that are one without regard to case may be two mailboxes where they are not ASCII.
    """
    email = claims.get("email")
    vouched = claims.get("email_verified") in (True, "true")
    if not vouched or not isinstance(email, str) or not email.isascii() or email.count("@") != 1:
        return ""
    return email.strip().lower()


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
    found = claim_at(claims, settings.oidc_role_claim)
    groups = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    given = dict(settings.oidc_roles)
    roles = {given.get(one) for one in groups[:MOST_GROUPS] if isinstance(one, str)}
    return next((role for role in ROLES if role in roles), None)
