"""Records of any type: list, read one, create, update, archive, merge, erase.

References
----------
HubSpot, "CRM objects" and the contacts guide: pages are ordered by record id, ``after`` is the id of
the next record, at most 100 per page, 50 with history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot import deeds
from connectors.sandbox.hubspot.asking import (
    HISTORY_MAXIMUM,
    LIST_MAXIMUM,
    body_object,
    cursor,
    not_found,
    objects_in,
    page_limit,
    type_ids,
    wanted_by_query,
    wants_archived,
)
from connectors.sandbox.hubspot.associations import PLAIN, PRIMARY
from connectors.sandbox.hubspot.kinds import COMPANIES, CONTACTS, LEADS, TASKS, Kind
from connectors.sandbox.hubspot.records import Records
from connectors.sandbox.hubspot.replies import empty, invalid, problem, reply
from connectors.sandbox.hubspot.shown import Wanted, associated, shown
from connectors.sandbox.hubspot.world import World
from connectors.sandbox.hubspot.writes import checked, refuse_unmet

DATED = "2026-09"
_PAIRS = {number: pair for table in (PLAIN, PRIMARY) for pair, number in table.items()}


def list_objects(world: World, request: Request, kind: Kind) -> Response:
    """One page of records in the order of their ids."""
    records, wanted = world.tables[kind], wanted_by_query(world, request, kind)
    most = HISTORY_MAXIMUM if wanted.history else LIST_MAXIMUM
    limit = page_limit(request.args.get("limit", "10"), most)
    start = cursor(request.args.get("after", "0"))
    found = list(islice(records.live(start, archived=wants_archived(request)), limit + 1))
    document: dict[str, Any] = {"results": [full(world, kind, number, wanted) for number in found[:limit]]}
    if len(found) > limit:
        after = str(found[limit if not world.control.repeat_pages else limit - 1])
        link = f"{request.base_url}?limit={limit}&after={after}"
        document["paging"] = {"next": {"after": after, "link": link}}
    return reply(document)


def read_object(world: World, request: Request, kind: Kind, name: str) -> Response:
    """One record by id, or by a unique property with ``idProperty``; a merged id leads to the winner."""
    number = located(world.tables[kind], name, request.args.get("idProperty"), wants_archived(request))
    if number is None:
        raise not_found()
    return reply(full(world, kind, number, wanted_by_query(world, request, kind)))


def create_object(world: World, request: Request, kind: Kind) -> Response:
    """A new record; it comes last in the order of ids."""
    return reply(created(world, kind, body_object(request), dated=DATED in request.path), 201)


def created(world: World, kind: Kind, body: Mapping[str, Any], *, dated: bool) -> dict[str, Any]:
    """Make one record of a body. Raises Problem (400, 409)."""
    return prepared(world, kind, body, dated=dated)()


def prepared(
    world: World, kind: Kind, body: Mapping[str, Any], *, dated: bool
) -> Callable[[], dict[str, Any]]:
    """Check a body; what is returned makes the record. Raises Problem (400, 409)."""
    records = world.tables[kind]
    values = checked(records.definitions, body.get("properties"))
    if dated:
        refuse_unmet(world.control, lambda _: None, values)
    _refuse_known(records, values, None)
    joints = list(_joints(world, kind, body.get("associations")))
    if kind is LEADS:
        _check_lead(values, joints)
    if kind is TASKS:
        _check_task(values)
    return lambda: full(world, kind, deeds.create(world, kind, values, joints), Wanted(names=tuple(values)))


def update_object(world: World, request: Request, kind: Kind, name: str) -> Response:
    """Change one record."""
    number = located(world.tables[kind], name, request.args.get("idProperty"))
    if number is None:
        raise not_found()
    values = writable(
        world, kind, number, body_object(request).get("properties", {}), dated=DATED in request.path
    )
    deeds.change(world, kind, number, values)
    return reply(full(world, kind, number, Wanted(names=tuple(values))))


def archive_object(world: World, request: Request, kind: Kind, name: str) -> Response:
    """Into the recycling bin; archiving what is not there succeeds as well."""
    del request
    number = world.tables[kind].find(name)
    if number is not None:
        deeds.archive(world, kind, number)
    return empty()


def merge_objects(world: World, request: Request, kind: Kind) -> Response:
    """Two records become one."""
    body, records = body_object(request), world.tables[kind]
    winner = records.find(str(body.get("primaryObjectId", "")))
    loser = records.find(str(body.get("objectIdToMerge", "")))
    if winner is None or loser is None:
        raise not_found()
    if winner == loser:
        message = "A record cannot be merged into itself"
        raise invalid(message)
    deeds.merge(world, kind, winner, loser)
    return reply(full(world, kind, winner, Wanted(names=kind.defaults)))


def erase_contact(world: World, request: Request, kind: Kind = CONTACTS) -> Response:
    """Delete for good (GDPR), by id or by e-mail; an unknown e-mail is accepted too."""
    body = body_object(request)
    name, by = str(body.get("objectId", "")), body.get("idProperty")
    records = world.tables[kind]
    number = located(records, name, by)
    if number is None and not by:
        number = located(records, name, None, archived=True)
    if number is not None:
        deeds.erase(world, number)
    return empty()


def located(records: Records, name: str, by: object = None, archived: bool = False) -> int | None:
    """The record of an id or of a unique property's value. Raises Problem (400) for another property."""
    if by is None or by in ("", "hs_object_id"):
        return records.find(name, archived=archived)
    definition = records.definitions.get(str(by))
    if definition is None or not definition.unique:
        message = f"idProperty {by} is not a unique property"
        raise invalid(message)
    return records.with_value(definition.name, name)


def full(world: World, kind: Kind, number: int, wanted: Wanted) -> dict[str, Any]:
    """A record as the API shows it, with the associations that were asked for."""
    document = shown(world.tables[kind], number, wanted, world.portal)
    blocks = associated(world.associations, kind, number, wanted.others)
    return {**document, "associations": blocks} if blocks else document


def writable(world: World, kind: Kind, number: int, properties: object, *, dated: bool) -> dict[str, str]:
    """The values to store in a record. Raises Problem (400, 409)."""
    records = world.tables[kind]
    values = checked(records.definitions, properties)
    if dated:
        refuse_unmet(world.control, lambda name: records.text(number, name), values)
    _refuse_known(records, values, number)
    return values


def _check_lead(values: Mapping[str, str], joints: Sequence[deeds.Joint]) -> None:
    primary = {PRIMARY[LEADS, CONTACTS], PRIMARY[LEADS, COMPANIES]}
    if not values.get("hs_lead_name") or not any(primary & set(types) for _, _, types in joints):
        message = "A lead wants a name and an association to a primary contact or company"
        raise invalid(message)


def _check_task(values: Mapping[str, str]) -> None:
    if not values.get("hs_timestamp"):
        message = "Error creating TASK. Some required properties were not set."
        raise problem(400, "VALIDATION_ERROR", message, context={"properties": ["hs_timestamp"]})


def _refuse_known(records: Records, values: Mapping[str, str], own: int | None) -> None:
    for name, value in values.items():
        if value and records.definitions[name].unique:
            other = records.with_value(name, value)
            if other not in (None, own):
                raise problem(409, "CONFLICT", f"Contact already exists. Existing ID: {other}")


def _joints(world: World, kind: Kind, listed: object) -> Iterator[deeds.Joint]:
    for one in objects_in(listed):
        types, end = type_ids(one.get("types")), one.get("to")
        other = next((_PAIRS[number][1] for number in types if _starts(number, kind)), None)
        name = str(end.get("id", "")) if isinstance(end, dict) else ""
        number = None if other is None else world.tables[other].find(name)
        if other is None or number is None:
            message = "An association names a type or a record that does not exist"
            raise invalid(message)
        yield other, number, types


def _starts(number: int, kind: Kind) -> bool:
    return number in _PAIRS and _PAIRS[number][0] is kind
