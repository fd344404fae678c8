"""The scopes in an app's own file, and what a consent to some of them gives.

References
----------
HubSpot, "Scopes": an install address names every required scope, may name conditional ones, and asks
for optional ones apart; one that the account cannot have is dropped without a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from connectors.sandbox.hubspot.kinds import TIERS

REQUIRED_SCOPES = frozenset(
    {
        "oauth",
        "crm.objects.contacts.read",
        "crm.objects.contacts.write",
        "crm.schemas.contacts.read",
        "crm.schemas.contacts.write",
    }
)
CONDITIONAL_SCOPES = frozenset({"crm.objects.deals.read"})
OPTIONAL_SCOPES = frozenset(
    {
        "crm.objects.deals.read",
        "crm.objects.leads.read",
        "crm.objects.leads.write",
        "crm.objects.companies.read",
        "crm.objects.owners.read",
        "crm.export",
        "mh-lead-scoring-view",
    }
)
# What a portal must have bought for the scope; an optional scope that it cannot have is dropped.
SCOPE_TIERS: Mapping[str, str] = MappingProxyType(
    {"crm.objects.leads.read": "pro", "crm.objects.leads.write": "pro", "mh-lead-scoring-view": "pro"}
)


@dataclass(slots=True, kw_only=True)
class AppScopes:
    """The three lists of the app's file."""

    required: frozenset[str] = REQUIRED_SCOPES
    conditional: frozenset[str] = CONDITIONAL_SCOPES
    optional: frozenset[str] = OPTIONAL_SCOPES

    @property
    def every(self) -> frozenset[str]:
        """All of them."""
        return self.required | self.conditional | self.optional

    @property
    def sensitive(self) -> bool:
        """Whether the app holds a scope for sensitive data, which forbids it to fetch from cards."""
        return any("sensitive." in scope for scope in self.every)

    def granted(self, scopes: Sequence[str], optional: Sequence[str], tier: str) -> tuple[str, ...] | None:
        """What a consent to these gives; None where they do not match the file."""
        asked, wished = set(scopes), set(optional)
        if not self.required <= asked <= self.required | self.conditional or not wished <= self.optional:
            return None
        bought = TIERS.index(tier)
        had = [one for one in optional if TIERS.index(SCOPE_TIERS.get(one, "free")) <= bought]
        return tuple(dict.fromkeys((*scopes, *had)))
