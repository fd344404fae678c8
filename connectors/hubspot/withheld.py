"""What a portal withholds: a scope that the app was not given, or a feature that the portal did not buy.

It takes away one thing and nothing else.
"""

from __future__ import annotations

from connectors.errors import Refused

SCOPE = "MISSING_SCOPES"
# What HubSpot answers where the subscription or the whole feature is missing.
_FEATURE = frozenset(
    {"HTTP_403", "HTTP_404", "HTTP_405", "HTTP_410", "FORBIDDEN", "NOT_FOUND", "OBJECT_NOT_FOUND"}
)


def is_withheld(error: Refused) -> bool:
    """Whether a no means that this app or this portal does not have what was asked for."""
    return error.code == SCOPE or error.code in _FEATURE


def lack(error: Refused) -> str:
    """What is missing, and the mend, as the end of a sentence."""
    if error.code == SCOPE:
        # HubSpot answers the same where the app has the scope and the portal's subscription does not.
        return f"{str(error).rpartition('): ')[2]}; if it has it, the portal's subscription does not"
    return "the portal does not offer it, by its subscription or as a whole"
