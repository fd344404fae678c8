"""What the app asks a portal for, what it does without, and what it must never hold.

References
----------
HubSpot, "Scopes"; "UI extensions, fetching data": an app with a scope for sensitive data may show no
card that fetches. Optional scopes that the account or the installer lacks are dropped silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

SCOPE = re.compile(r"[a-z][a-z0-9._-]{1,80}\Z")
REQUIRED = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
)
DEALS, LEADS, SCORING = "crm.objects.deals.read", "crm.objects.leads.read", "mh-lead-scoring-view"
OPTIONAL = (DEALS, LEADS, SCORING)
SENSITIVE_SCOPE, MISSING_SCOPES = "sensitive_scope", "MISSING_SCOPES"
_SENSITIVE = re.compile(r"sensitive", re.IGNORECASE)
# What an optional scope is for, and what is left without it.
_WITHOUT: Mapping[str, str] = MappingProxyType(
    {
        DEALS: "Won deals are not read, so an outcome can only come from the lifecycle stage",
        LEADS: "HubSpot's Leads object is not read, so only contacts are audited",
        SCORING: "The rules of HubSpot's lead scores are not read, so a score is audited by its values alone",
    }
)


def sensitive(scopes: Iterable[str]) -> tuple[str, ...]:
    """The scopes for sensitive or highly sensitive data."""
    return tuple(sorted(scope for scope in scopes if _SENSITIVE.search(scope)))


def missing(scopes: Iterable[str]) -> tuple[str, ...]:
    """The required scopes that are not among those granted."""
    # That one could sign in shows that it has the scope to sign in, whether or not it is listed.
    granted = {"oauth", *scopes}
    return tuple(scope for scope in REQUIRED if scope not in granted)


def degraded(asked: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """A sentence for each optional scope that was not given: what does not work, and the mend."""
    held = set(granted)
    return tuple(_sentence(scope) for scope in asked if scope not in held)


def _sentence(scope: str) -> str:
    what = _WITHOUT.get(scope, "One feature does not work")
    mend = "if your subscription has it, add it to the app, and connect again"
    return f"{what} (the consent lacks {scope}: {mend})."
