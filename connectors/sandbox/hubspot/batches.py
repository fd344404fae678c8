"""Up to 100 contacts at once: read with 207 for what is not there, update in whole or in part.

References
----------
HubSpot, "CRM objects", batch endpoints: results are in no order of the inputs; ``errors`` names
the ids under ``context.ids``.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.contacts import Contact
from connectors.sandbox.hubspot.objects import DATED, body_object, elapsed, names_of, not_found, write
from connectors.sandbox.hubspot.replies import Problem, empty, invalid, reply
from connectors.sandbox.hubspot.world import World

MAXIMUM = 100
_Input = Mapping[str, Any]


def read_batch(world: World, request: Request) -> Response:
    """The contacts of up to 100 ids, shuffled."""
    body = body_object(request)
    names, history = names_of(body.get("properties")), names_of(body.get("propertiesWithHistory"))
    world.control.requested.update(names, history)
    find = world.contacts.with_email if body.get("idProperty") == "email" else world.contacts.find
    asked = {name: find(name) for name in (str(one.get("id")) for one in _inputs(body))}
    found = {contact.number: contact for contact in asked.values() if contact is not None}
    missing = [name for name, contact in asked.items() if contact is None]
    results = [world.contacts.shown(contact, names, history) for contact in found.values()]
    random.shuffle(results)
    return _answer(results, [_missing(missing)] if missing else [])


def update_batch(world: World, request: Request) -> Response:
    """Change up to 100 contacts: all or none with 400, or each for itself with 207 (a knob)."""
    inputs = _inputs(body_object(request))
    dated = DATED in request.path
    if world.control.partial_updates:
        return _update_each(world, inputs, dated=dated)
    contacts = [_existing(world, one) for one in inputs]
    kept = [(contact, dict(contact.values), list(contact.history)) for contact in contacts]
    try:
        for contact, one in zip(contacts, inputs, strict=True):
            write(world, contact, one.get("properties", {}), dated=dated)
    except Problem:
        for contact, values, history in kept:
            contact.values, contact.history = values, history
        raise
    return _answer([_written(world, contact, one) for contact, one in zip(contacts, inputs, strict=True)], [])


def archive_batch(world: World, request: Request) -> Response:
    """Archive up to 100 contacts."""
    for one in _inputs(body_object(request)):
        contact = world.contacts.find(str(one.get("id")))
        if contact is not None:
            world.contacts.archive(contact)
    return empty()


def _update_each(world: World, inputs: Sequence[_Input], *, dated: bool) -> Response:
    results, errors = [], []
    for one in inputs:
        try:
            contact = _existing(world, one)
            write(world, contact, one.get("properties", {}), dated=dated)
            results.append(_written(world, contact, one))
        except Problem as found:
            errors.append(_error(found, str(one.get("id"))))
    return _answer(results, errors)


def _answer(results: list[dict[str, Any]], errors: list[dict[str, Any]]) -> Response:
    document: dict[str, Any] = {"status": "COMPLETE", "results": results, **elapsed()}
    if errors:
        document |= {"numErrors": len(errors), "errors": errors}
    return reply(document, 207 if errors else 200)


def _missing(ids: list[str]) -> dict[str, Any]:
    message = (
        "Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid."
    )
    return {"status": "error", "category": "OBJECT_NOT_FOUND", "message": message, "context": {"ids": ids}}


def _error(found: Problem, record_id: str) -> dict[str, Any]:
    body = found.response.get_json()
    return {
        "status": "error",
        "category": body["category"],
        "message": body["message"],
        "context": {"ids": [record_id]},
    }


def _written(world: World, contact: Contact, one: _Input) -> dict[str, Any]:
    return world.contacts.shown(contact, tuple(one.get("properties") or ()))


def _existing(world: World, one: _Input) -> Contact:
    contact = world.contacts.find(str(one.get("id")))
    if contact is None:
        raise not_found()
    return contact


def _inputs(body: Mapping[str, Any]) -> list[_Input]:
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(one, dict) for one in inputs):
        message = "inputs must be a list of objects"
        raise invalid(message)
    if len(inputs) > MAXIMUM:
        message = f"The maximum number of inputs is {MAXIMUM}"
        raise invalid(message)
    return inputs
