"""From the v3 and v4 paths that hubspot-api-client 12.0.0 knows to the dated ones.

References
----------
HubSpot, "API reference overview" (developers.hubspot.com/docs/api-reference/latest/overview):
``/{api}/{YYYY-MM}/...``; v1 to v3 go unsupported in September 2027. The dated form is not uniform,
so each family of paths is written out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

UNDATED = "v3"
# It has no undated form: the version is a part of its name while it is in beta.
SCORING = "/marketing/lead-scoring/2026-09-beta/"
_NOUNS: Mapping[str, str] = MappingProxyType({"deals": "deal", "leads": "lead", "tasks": "task"})
_DATED = (
    (re.compile(r"^/crm/v[34]/objects/"), "/crm/objects/{}/"),
    (re.compile(r"^/crm/v3/properties/"), "/crm/properties/{}/"),
    (re.compile(r"^/crm/v4/associations/"), "/crm/associations/{}/"),
    (re.compile(r"^/crm/v3/exports/"), "/crm/exports/{}/"),
    (re.compile(r"^/crm/v3/owners"), "/crm/owners/{}"),
    (re.compile(r"^/crm/v3/pipelines/"), "/crm/pipelines/{}/"),
    (re.compile(r"^/oauth/v1/token$"), "/oauth/{}/token"),
)


def dated(path: str, version: str) -> str:
    """The path of the same call in a dated API version; unchanged for ``v3``.

    Raises
    ------
    LookupError
        No dated form is known. Calling the undated path would work until HubSpot removes it, so
        it is refused here, where a test sees it.
    """
    if version == UNDATED or path.startswith(SCORING):
        return path
    for pattern, replacement in _DATED:
        if pattern.match(path):
            return pattern.sub(replacement.format(version), path, count=1)
    # Only the head of the path: what follows may be a record id.
    msg = f"no {version} path is known for {'/'.join(path.split('/')[:4])}"
    raise LookupError(msg)


def operation(path: str) -> str:
    """What a call does, in words for a message (the path itself may hold a record id)."""
    noun = next((noun for part, noun in _NOUNS.items() if f"/{part}" in path), "contact")
    if "/properties/" in path:
        return "property definitions" if noun == "contact" else f"{noun} property definitions"
    if "/associations/" in path or "/lead-scoring/" in path:
        return "list of associations" if "/associations/" in path else "rules of the score"
    if path.endswith("/tasks"):
        return "making of a task"
    words = {"search": "search", "read": "read", "update": "update"}
    return f"{noun} {words.get(path.rsplit('/', 1)[-1], 'list')}"


def repeatable(method: str, path: str) -> bool:
    """Whether a call that broke off may be made again: reading, and writing values, but never making."""
    return method != "POST" or path.rsplit("/", 1)[-1] in {"search", "read", "update"}
