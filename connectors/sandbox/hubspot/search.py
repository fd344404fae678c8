"""Search: a snapshot that lags, in pages, never beyond ten thousand results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.contacts import DEFAULT_PROPERTIES, Contact
from connectors.sandbox.hubspot.filters import any_group, sort_key
from connectors.sandbox.hubspot.objects import body_object, names_of
from connectors.sandbox.hubspot.replies import invalid, reply
from connectors.sandbox.hubspot.world import World

MAXIMUM = 200
CAP = 10_000
_LONGEST_BODY = 3_000


def search_contacts(world: World, request: Request) -> Response:
    """One page of the contacts that match."""
    if len(request.get_data()) > _LONGEST_BODY:
        message = "The search request is longer than 3000 characters"
        raise invalid(message)
    body = body_object(request)
    limit, after = _window(body)
    names = tuple(names_of(body.get("properties"))) or DEFAULT_PROPERTIES
    world.control.requested.update(names)
    found = _sorted(world, body, _matching(world, body))
    shown = [world.contacts.shown(contact, names) for contact in found[after : after + limit]]
    document: dict[str, Any] = {"total": len(found), "results": shown}
    if after + limit < len(found):
        document["paging"] = {"next": {"after": str(after + limit)}}
    return reply(document)


def _matching(world: World, body: Mapping[str, Any]) -> list[Contact]:
    test = any_group(world.definitions, body.get("filterGroups"))
    now = world.clock.now()
    words = str(body.get("query") or "").lower()
    known = ((contact, contact.searchable(now)) for contact in world.contacts.live())
    return [
        contact for contact, values in known if values is not None and test(values) and _says(values, words)
    ]


def _says(values: Mapping[str, str], words: str) -> bool:
    return not words or any(
        words in values.get(name, "").lower() for name in ("firstname", "lastname", "email")
    )


def _sorted(world: World, body: Mapping[str, Any], found: list[Contact]) -> list[Contact]:
    sorts = body.get("sorts") or []
    if not sorts:
        return found
    first = _sort(sorts[0]) if isinstance(sorts, list) else None
    if len(sorts) > 1 or not isinstance(first, dict) or first.get("propertyName") not in world.definitions:
        message = "sorts takes one property that exists"
        raise invalid(message)
    key = sort_key(world.definitions[first["propertyName"]])
    backwards = first.get("direction") == "DESCENDING"
    return sorted(found, key=lambda contact: key(contact.values), reverse=backwards)


def _sort(one: object) -> object:
    """A sort as an object; the libraries also send it as JSON text or as "name" and "-name"."""
    if not isinstance(one, str):
        return one
    with suppress(ValueError):
        return json.loads(one)
    return {
        "propertyName": one.removeprefix("-"),
        "direction": "DESCENDING" if one[:1] == "-" else "ASCENDING",
    }


def _window(body: Mapping[str, Any]) -> tuple[int, int]:
    limit, after = str(body.get("limit", 10)), str(body.get("after") or 0)
    if not limit.isdecimal() or not 0 <= int(limit) <= MAXIMUM:
        message = f"limit must be at most {MAXIMUM}"
        raise invalid(message)
    if not after.isdecimal() or int(after) + int(limit) > CAP:
        message = f"Search returns at most {CAP} results"
        raise invalid(message)
    return int(limit), int(after)
