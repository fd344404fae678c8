"""Contacts: list, read one, create, update, archive, erase.

References
----------
HubSpot, "CRM objects" and the contacts guide: pages are ordered by record id, ``after`` is the id of
the next record, at most 100 per page.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.contacts import DEFAULT_PROPERTIES, Contact
from connectors.sandbox.hubspot.replies import Problem, empty, invalid, problem, reply
from connectors.sandbox.hubspot.world import World
from connectors.sandbox.hubspot.writes import checked, refuse_unmet

LIST_MAXIMUM = 100
DATED = "2026-09"


def list_contacts(world: World, request: Request) -> Response:
    """One page of contacts in the order of their ids."""
    history = [name for part in request.args.getlist("propertiesWithHistory") for name in part.split(",")]
    limit = _limit(request.args.get("limit", "10"), LIST_MAXIMUM // 2 if any(history) else LIST_MAXIMUM)
    start = _start(request.args.get("after", "0"))
    names = asked(world, request)
    archived = request.args.get("archived", "").lower() == "true"
    found = list(islice(world.contacts.live(start, archived=archived), limit + 1))
    shown = [world.contacts.shown(contact, names, history) for contact in found[:limit]]
    document: dict[str, Any] = {"results": shown}
    if len(found) > limit:
        after = str(found[limit if not world.control.repeat_pages else limit - 1].number)
        link = f"{request.base_url}?limit={limit}&after={after}"
        document["paging"] = {"next": {"after": after, "link": link}}
    return reply(document)


def read_contact(world: World, request: Request, name: str) -> Response:
    """One contact by id, or by e-mail with ``idProperty=email``."""
    if request.args.get("idProperty") == "email":
        contact = world.contacts.with_email(name)
    else:
        contact = world.contacts.find(name)
    if contact is None:
        raise not_found()
    return reply(world.contacts.shown(contact, asked(world, request)))


def create_contact(world: World, request: Request) -> Response:
    """A new contact; it comes last in the order of ids."""
    values = checked(world.definitions, body_object(request).get("properties") or {})
    number = max(world.contacts.by_number, default=0) + 1
    contact = world.contacts.add(number, values)
    contact.indexed_at = world.clock.now() + world.control.index_seconds
    return reply(world.contacts.shown(contact, tuple(values)), 201)


def update_contact(world: World, request: Request, name: str) -> Response:
    """Change one contact."""
    contact = world.contacts.find(name)
    if contact is None:
        raise not_found()
    properties = body_object(request).get("properties", {})
    write(world, contact, properties, dated=DATED in request.path)
    return reply(world.contacts.shown(contact, tuple(properties)))


def archive_contact(world: World, request: Request, name: str) -> Response:
    """Into the recycling bin; archiving what is not there succeeds as well."""
    del request
    contact = world.contacts.find(name)
    if contact is not None:
        world.contacts.archive(contact)
    return empty()


def erase_contact(world: World, request: Request) -> Response:
    """Delete for good (GDPR), by id or by e-mail; an unknown e-mail is accepted too."""
    body = body_object(request)
    name = str(body.get("objectId", ""))
    by_email = body.get("idProperty") == "email"
    found = [one for one in world.contacts.by_number.values() if by_email and one.values.get("email") == name]
    contact = next(iter(found), None) if by_email else world.contacts.find(name)
    if contact is not None:
        world.contacts.erase(contact)
    return empty()


def write(world: World, contact: Contact, properties: object, *, dated: bool) -> None:
    """Check and store one contact's new values. Raises Problem (400)."""
    if not isinstance(properties, dict):
        message = "properties must be an object"
        raise invalid(message)
    values = checked(world.definitions, properties)
    if dated:
        refuse_unmet(world.control.required, contact, values)
    world.contacts.change(contact, values, world.control.index_seconds)


def asked(world: World, request: Request) -> tuple[str, ...]:
    """The properties of a query: a comma list, a repeated key, or the default ones."""
    named = [name for part in request.args.getlist("properties") for name in part.split(",") if name]
    names = tuple(named) or DEFAULT_PROPERTIES
    world.control.requested.update(names)
    return names


def body_object(request: Request) -> dict[str, Any]:
    """The JSON object of a request body. Raises Problem (400)."""
    document = request.get_json(force=True, silent=True)
    if not isinstance(document, dict):
        message = "Invalid input JSON"
        raise invalid(message)
    return document


def names_of(value: object) -> list[str]:
    """A list of names in a body; anything else is none."""
    return [str(name) for name in value] if isinstance(value, Sequence) and not isinstance(value, str) else []


def not_found() -> Problem:
    """404 OBJECT_NOT_FOUND."""
    return problem(404, "OBJECT_NOT_FOUND", "resource not found")


def elapsed() -> dict[str, str]:
    """The two times that a batch answer carries."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    return {"startedAt": moment, "completedAt": moment}


def _limit(text: str, most: int) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= most:
        message = f"limit must be between 1 and {most}"
        raise invalid(message)
    return int(text)


def _start(text: str) -> int:
    if not text.isdecimal():
        message = "after is not a cursor of this list"
        raise invalid(message)
    return int(text)
