"""Contact property definitions and their groups: list, read, create, update."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.definitions import FIELD_TYPES, Definition, option
from connectors.sandbox.hubspot.objects import body_object, not_found
from connectors.sandbox.hubspot.replies import invalid, problem, reply
from connectors.sandbox.hubspot.world import World

_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}\Z")


def list_properties(world: World, request: Request) -> Response:
    """Every property of one sensitivity, non-sensitive ones unless asked otherwise."""
    wanted = request.args.get("dataSensitivity", "non_sensitive")
    found = [one.document() for one in world.definitions.values() if one.sensitivity == wanted]
    return reply({"results": found})


def read_property(world: World, request: Request, name: str) -> Response:
    """One property."""
    del request
    if name not in world.definitions:
        raise not_found()
    return reply(world.definitions[name].document())


def create_property(world: World, request: Request) -> Response:
    """A new property."""
    body = body_object(request)
    name = str(body.get("name", ""))
    if name in world.definitions:
        raise problem(409, "CONFLICT", f"A property named '{name}' already exists.")
    _check(world, body)
    world.definitions[name] = Definition(
        name=name,
        label=str(body["label"]),
        type=str(body["type"]),
        field_type=str(body["fieldType"]),
        group=str(body["groupName"]),
        options=_options(body),
    )
    return reply(world.definitions[name].document(), 201)


def update_property(world: World, request: Request, name: str) -> Response:
    """Change the label or the options of a property."""
    if name not in world.definitions:
        raise not_found()
    body = body_object(request)
    definition = world.definitions[name]
    definition.label = str(body.get("label", definition.label))
    if "options" in body:
        definition.options = _options(body)
    return reply(definition.document())


def list_groups(world: World, request: Request) -> Response:
    """Every property group."""
    del request
    return reply({"results": [_group(name, label) for name, label in world.groups.items()]})


def create_group(world: World, request: Request) -> Response:
    """A new property group."""
    body = body_object(request)
    name = str(body.get("name", ""))
    if name in world.groups:
        raise problem(409, "CONFLICT", f"A group named '{name}' already exists.")
    if not _NAME.match(name) or not body.get("label"):
        message = "a group wants a name of lower-case letters, digits and underscores, and a label"
        raise invalid(message)
    world.groups[name] = str(body["label"])
    return reply(_group(name, world.groups[name]), 201)


def _group(name: str, label: str) -> dict[str, Any]:
    return {"name": name, "label": label, "displayOrder": -1, "archived": False}


def _check(world: World, body: dict[str, Any]) -> None:
    lacking = [name for name in ("name", "label", "type", "fieldType", "groupName") if not body.get(name)]
    fits = body.get("fieldType") in FIELD_TYPES.get(str(body.get("type")), ())
    if lacking or not fits or not _NAME.match(str(body["name"])):
        message = "Invalid property definition"
        raise invalid(message)
    if body["groupName"] not in world.groups:
        message = "The property group does not exist"
        raise invalid(message)


def _options(body: dict[str, Any]) -> list[dict[str, Any]]:
    listed = [one for one in body.get("options") or () if isinstance(one, dict) and "value" in one]
    return [{**option(str(one["value"]), place), **one} for place, one in enumerate(listed)]
