"""What a request asks for: its body, its page, the properties and the associations that it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from werkzeug.wrappers import Request

from connectors.sandbox.hubspot.kinds import Kind, kind_of
from connectors.sandbox.hubspot.replies import Problem, invalid, missing_scopes, problem
from connectors.sandbox.hubspot.shown import Wanted
from connectors.sandbox.hubspot.world import World

# Where the scopes of the call's token are kept while it is handled.
SCOPES = "stand_in.scopes"
LIST_MAXIMUM = 100
# With history a page or a batch holds half as many.
HISTORY_MAXIMUM = 50


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


def wanted_by_query(world: World, request: Request, kind: Kind) -> Wanted:
    """Properties as a comma list or a repeated key, the default ones where none is named."""
    names, history = _listed(request, "properties"), _listed(request, "propertiesWithHistory")
    note(world, request, kind, [*(names or kind.defaults), *history])
    others = [named_kind(name) for name in _listed(request, "associations")]
    return Wanted(names=names or kind.defaults, history=history, others=others)


def wanted_by_body(world: World, request: Request, kind: Kind, body: dict[str, Any]) -> Wanted:
    """Properties named in a body."""
    names, history = names_of(body.get("properties")), names_of(body.get("propertiesWithHistory"))
    note(world, request, kind, [*names, *history])
    return Wanted(names=names or kind.defaults, history=history)


def objects_in(listed: object) -> list[dict[str, Any]]:
    """A list of objects; nothing for what is absent. Raises Problem (400)."""
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        message = "Invalid input JSON"
        raise invalid(message)
    return listed


def type_ids(listed: object) -> tuple[int, ...]:
    """The ids of the association types in a list of specifications. Raises Problem (400)."""
    found = [one.get("associationTypeId") for one in objects_in(listed)]
    if not all(isinstance(one, int) for one in found):
        message = "An association type has no id"
        raise invalid(message)
    return tuple(one for one in found if isinstance(one, int))


def note(world: World, request: Request, kind: Kind, names: Iterable[str]) -> None:
    """Remember what was asked for. Raises Problem (403) for sensitive values without their scope."""
    definitions, asked = world.tables[kind].definitions, set(names)
    world.control.requested.update(asked)
    guarded = {definitions[name].sensitivity for name in asked & definitions.keys()} - {"non_sensitive"}
    needed = {f"crm.objects.{kind.name}.{level}.read.v2" for level in guarded}
    if needed - set(request.environ.get(SCOPES, ())):
        raise missing_scopes(sorted(needed))


def named_kind(name: str) -> Kind:
    """The object type of a name. Raises Problem (400)."""
    kind = kind_of(name)
    if kind is None:
        message = f"Unable to infer object type from: {name}"
        raise invalid(message)
    return kind


def wants_archived(request: Request) -> bool:
    """Whether archived records are asked for, in any spelling of true."""
    return request.args.get("archived", "").lower() == "true"


def page_limit(text: str, most: int) -> int:
    """The size of a page. Raises Problem (400)."""
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= most:
        message = f"limit must be between 1 and {most}"
        raise invalid(message)
    return int(text)


def cursor(text: str) -> int:
    """A cursor of a list, which is a number. Raises Problem (400)."""
    if not (text.isascii() and text.isdecimal()):
        message = "after is not a cursor of this list"
        raise invalid(message)
    return int(text)


def not_found() -> Problem:
    """404 OBJECT_NOT_FOUND."""
    return problem(404, "OBJECT_NOT_FOUND", "resource not found")


def _listed(request: Request, name: str) -> tuple[str, ...]:
    return tuple(one for part in request.args.getlist(name) for one in part.split(",") if one)
