"""What a token may do, and which role may make one for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Literal, get_args

from webapp.language import marked
from webapp.roles import RIGHTS, Right
from webapp.store.rows import Role

Scope = Literal[
    "read:audits",
    "read:special",
    "read:alerts",
    "read:answers",
    "read:remedies",
    "read:explanations",
    "read:policy",
    "read:decisions",
    "read:releases",
    "read:trail",
    "read:people",
    "read:panel",
    "read:dossiers",
    "write:alerts",
    "write:releases",
    "write:erasures",
]
SCOPES: tuple[Scope, ...] = get_args(Scope)
WORDS: Mapping[Scope, str] = MappingProxyType(
    {
        "read:audits": marked("Connections, what their syncs read, and audits without special categories."),
        "read:special": marked("Also what audits say of special categories (Article 9 of the GDPR)."),
        "read:alerts": marked("What somebody should know of, and what was done about it."),
        "read:answers": marked("What reps answer to the check of a score, and whether more for one group."),
        "read:remedies": marked("Which remedies were tried, and what came of it."),
        "read:explanations": marked("What drives the score, as far as it can be explained."),
        "read:policy": marked(
            "Policy, stream and their versions, the documents made from them, the decision log."
        ),
        "read:decisions": marked(
            "The entries of the decision log: each score, under the pseudonym of its lead."
        ),
        "read:releases": marked("The ledger of what was shared, and what is in it."),
        "read:trail": marked("Who did what."),
        "read:people": marked("Who may sign in."),
        "read:panel": marked("What the panel says of one lead, by its record id."),
        "read:dossiers": marked("All that is held of one lead, by its record id."),
        "write:alerts": marked("Acknowledge and waive alerts."),
        "write:releases": marked("Make figures that may be shared."),
        "write:erasures": marked("Erase one lead for good, by its record id."),
    }
)
# What a token's holder needs: a token shows what the pages show, and does what they let the holder do.
NEEDS: Mapping[Scope, Right] = MappingProxyType(
    {
        "read:audits": "audits",
        "read:special": "special",
        "read:alerts": "rules",
        "read:answers": "rules",
        "read:remedies": "rules",
        "read:explanations": "audits",
        "read:policy": "rules",
        "read:decisions": "rules",
        "read:releases": "rules",
        "read:trail": "rules",
        "read:people": "people",
        "read:panel": "change",
        "read:dossiers": "change",
        "write:alerts": "change",
        "write:releases": "change",
        "write:erasures": "change",
    }
)
BY_ROLE: Mapping[Role, frozenset[Scope]] = MappingProxyType(
    {role: frozenset(one for one in SCOPES if NEEDS[one] in rights) for role, rights in RIGHTS.items()}
)


def allowed(scopes: Collection[str], *roles: str) -> frozenset[Scope]:
    """Of some scopes those that every one of the roles may have; a role that is not known may have none."""
    within = [BY_ROLE.get(role, frozenset[Scope]()) for role in roles]  # type: ignore[call-overload]
    return frozenset(one for one in SCOPES if one in scopes and all(one in each for each in within))


def too_much(scopes: Collection[str], role: str) -> tuple[str, ...]:
    """Of some scopes those that the role may not have, or that there are not."""
    return tuple(sorted(set(scopes) - allowed(scopes, role)))
