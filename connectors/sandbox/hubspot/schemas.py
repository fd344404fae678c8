"""Property definitions of any object type and their groups: list, read, create, update, archive."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.asking import body_object, not_found, wants_archived
from connectors.sandbox.hubspot.batches import answer, inputs_of
from connectors.sandbox.hubspot.definitions import FIELD_TYPES, Definition, option
from connectors.sandbox.hubspot.kinds import Kind
from connectors.sandbox.hubspot.records import Records
from connectors.sandbox.hubspot.replies import Problem, empty, invalid, problem, reply
from connectors.sandbox.hubspot.world import World

_SENSITIVITIES = ("non_sensitive", "sensitive", "highly_sensitive")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}\Z")


def list_properties(world: World, request: Request, kind: Kind) -> Response:
    """Every property of one sensitivity, non-sensitive ones unless asked otherwise."""
    wanted = request.args.get("dataSensitivity", "non_sensitive")
    if wanted not in _SENSITIVITIES:
        message = f"dataSensitivity must be one of {', '.join(_SENSITIVITIES)}"
        raise invalid(message)
    records, archived = world.tables[kind], wants_archived(request)
    definitions = records.archived_definitions if archived else records.definitions
    found = [one.document() for one in definitions.values() if one.sensitivity == wanted]
    return reply({"results": [{**one, "archived": archived} for one in found]})


def read_property(world: World, request: Request, kind: Kind, name: str) -> Response:
    """One property."""
    del request
    return reply(_known(world, kind, name).document())


def create_property(world: World, request: Request, kind: Kind) -> Response:
    """A new property."""
    return reply(_created(world.tables[kind], body_object(request)), 201)


def create_properties(world: World, request: Request, kind: Kind) -> Response:
    """Several new properties; 207 where some were refused."""
    results, errors = [], []
    for body in inputs_of(body_object(request)):
        try:
            results.append(_created(world.tables[kind], dict(body)))
        except Problem as found:
            told = found.response.get_json()
            named = {key: told[key] for key in ("category", "message")}
            errors.append({"status": "error", **named, "context": {"name": [str(body.get("name"))]}})
    return answer(world, results, errors, 201)


def read_properties(world: World, request: Request, kind: Kind) -> Response:
    """Several properties by name; 207 where some are not there."""
    names = [str(one.get("name")) for one in inputs_of(body_object(request))]
    definitions = world.tables[kind].definitions
    found = [definitions[name].document() for name in names if name in definitions]
    lacking = [name for name in names if name not in definitions]
    error = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "Property does not exist"}
    errors = [{**error, "context": {"name": lacking}}] if lacking else []
    return answer(world, found, errors)


def update_property(world: World, request: Request, kind: Kind, name: str) -> Response:
    """Change the label, the group or the options of a property."""
    definition, body = _known(world, kind, name), body_object(request)
    definition.label = str(body.get("label", definition.label))
    definition.group = str(body.get("groupName", definition.group))
    if "options" in body:
        definition.options = _options(body)
    return reply(definition.document())


def archive_property(world: World, request: Request, kind: Kind, name: str) -> Response:
    """Take a property away; HubSpot's own stay."""
    del request
    if _known(world, kind, name).native:
        message = "A property that HubSpot defines cannot be archived"
        raise invalid(message)
    world.tables[kind].drop_property(name)
    return empty()


def list_groups(world: World, request: Request, kind: Kind) -> Response:
    """Every property group."""
    del request
    return reply({"results": [_group(name, label) for name, label in world.tables[kind].groups.items()]})


def read_group(world: World, request: Request, kind: Kind, name: str) -> Response:
    """One property group."""
    del request
    groups = world.tables[kind].groups
    if name not in groups:
        raise not_found()
    return reply(_group(name, groups[name]))


def create_group(world: World, request: Request, kind: Kind) -> Response:
    """A new property group."""
    body, groups = body_object(request), world.tables[kind].groups
    name = str(body.get("name", ""))
    if name in groups:
        raise problem(409, "CONFLICT", f"A group named '{name}' already exists.")
    if not _NAME.match(name) or not body.get("label"):
        message = "a group wants a name of lower-case letters, digits and underscores, and a label"
        raise invalid(message)
    groups[name] = str(body["label"])
    return reply(_group(name, groups[name]), 201)


def _known(world: World, kind: Kind, name: str) -> Definition:
    definitions = world.tables[kind].definitions
    if name not in definitions:
        raise not_found()
    return definitions[name]


def _created(records: Records, body: dict[str, Any]) -> dict[str, Any]:
    name = str(body.get("name", ""))
    if name in records.definitions or name in records.archived_definitions:
        raise problem(409, "CONFLICT", f"A property named '{name}' already exists.")
    _check(records, body)
    records.definitions[name] = Definition(
        name=name,
        label=str(body["label"]),
        type=str(body["type"]),
        field_type=str(body["fieldType"]),
        group=str(body["groupName"]),
        options=_options(body),
        sensitivity=str(body.get("dataSensitivity") or "non_sensitive"),
        unique=body.get("hasUniqueValue") is True,
    )
    return records.definitions[name].document()


def _group(name: str, label: str) -> dict[str, Any]:
    return {"name": name, "label": label, "displayOrder": -1, "archived": False}


def _check(records: Records, body: dict[str, Any]) -> None:
    lacking = [name for name in ("name", "label", "type", "fieldType", "groupName") if not body.get(name)]
    fits = body.get("fieldType") in FIELD_TYPES.get(str(body.get("type")), ())
    if lacking or not fits or not _NAME.match(str(body["name"])):
        message = "Invalid property definition"
        raise invalid(message)
    if body["groupName"] not in records.groups:
        message = "The property group does not exist"
        raise invalid(message)


def _options(body: dict[str, Any]) -> list[dict[str, Any]]:
    listed = [one for one in body.get("options") or () if isinstance(one, dict) and "value" in one]
    return [{**option(str(one["value"]), place), **one} for place, one in enumerate(listed)]
