"""Associations over HTTP: read many, read one record's, make, end.

References
----------
HubSpot, "Associations v4" and its dated form: 1,000 inputs to read, 2,000 to write; a record with many
associations has pages of its own; a record without any is named among the errors of a 207.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot import deeds
from connectors.sandbox.hubspot.asking import body_object, cursor, not_found, objects_in, page_limit, type_ids
from connectors.sandbox.hubspot.associations import PLAIN, Pair, type_documents
from connectors.sandbox.hubspot.batches import answer, inputs_of
from connectors.sandbox.hubspot.kinds import Kind
from connectors.sandbox.hubspot.replies import empty, invalid, reply
from connectors.sandbox.hubspot.world import World

READ_MAXIMUM, WRITE_MAXIMUM = 1_000, 2_000
PAGE = 500


def read_associations(world: World, request: Request, kind: Kind, other: Kind) -> Response:
    """The associated records of up to 1,000 records."""
    pair, results, lacking = _pair(kind, other), [], []
    for one in inputs_of(body_object(request), READ_MAXIMUM):
        number = world.tables[kind].find(str(one.get("id")))
        found = {} if number is None else world.associations.of(pair, number)
        start = cursor(str(one.get("after") or 0))
        if found:
            page = _page(world, pair, found, start, world.control.association_page)
            results.append({"from": {"id": str(number)}, **page})
        else:
            lacking.append(_none(pair, str(one.get("id"))))
    return answer(world, results, lacking)


def list_associations(world: World, request: Request, kind: Kind, name: str, other: Kind) -> Response:
    """One record's associations with records of another type."""
    pair, number = _pair(kind, other), world.tables[kind].find(name)
    if number is None:
        raise not_found()
    limit = page_limit(request.args.get("limit", str(PAGE)), PAGE)
    start = cursor(request.args.get("after", "0"))
    page = _page(world, pair, world.associations.of(pair, number), start, limit)
    return reply({"results": page["to"], **({"paging": page["paging"]} if "paging" in page else {})})


def join_many(world: World, request: Request, kind: Kind, other: Kind) -> Response:
    """Associations with the types that are given."""
    return _joined(world, request, _pair(kind, other))


def join_many_plainly(world: World, request: Request, kind: Kind, other: Kind) -> Response:
    """Associations without a label."""
    return _joined(world, request, _pair(kind, other), plain=True)


def part_many(world: World, request: Request, kind: Kind, other: Kind) -> Response:
    """Associations that end."""
    pair = _pair(kind, other)
    for one in inputs_of(body_object(request), WRITE_MAXIMUM):
        for target in objects_in(one.get("to")):
            number = _existing(world, kind, one.get("from"))
            deeds.dissociate(world, pair, number, _existing(world, other, target))
    return empty()


def join_one(world: World, request: Request, kind: Kind, other: Kind, **ids: str) -> Response:
    """One association with the types in the body, which is a list."""
    types = type_ids(request.get_json(force=True, silent=True))
    pair = _pair(kind, other)
    number, found = _ends(world, pair, ids)
    deeds.associate(world, pair, number, found, types)
    return reply(_labels(pair, number, found), 201)


def join_one_plainly(world: World, request: Request, kind: Kind, other: Kind, **ids: str) -> Response:
    """One association without a label."""
    del request
    pair = _pair(kind, other)
    number, found = _ends(world, pair, ids)
    deeds.associate(world, pair, number, found)
    return answer(world, [_default(pair, number, found)], [])


def part_one(world: World, request: Request, kind: Kind, other: Kind, **ids: str) -> Response:
    """One association ends."""
    del request
    number, found = world.tables[kind].find(ids["name"]), world.tables[other].find(ids["target"])
    if number is not None and found is not None:
        deeds.dissociate(world, _pair(kind, other), number, found)
    return empty()


def _joined(world: World, request: Request, pair: Pair, *, plain: bool = False) -> Response:
    inputs = inputs_of(body_object(request), WRITE_MAXIMUM)
    ends = [
        (_existing(world, pair[0], one.get("from")), _existing(world, pair[1], one.get("to")))
        for one in inputs
    ]
    for (number, found), one in zip(ends, inputs, strict=True):
        types = () if plain else type_ids(one.get("types"))
        deeds.associate(world, pair, number, found, types)
    shown = _default if plain else _labels
    return answer(world, [shown(pair, *found) for found in ends], [], 200 if plain else 201)


def _page(world: World, pair: Pair, found: Mapping[int, set[int]], start: int, limit: int) -> dict[str, Any]:
    rest = [number for number in found if number >= start]
    as_text = world.control.association_ids_as_text
    page: dict[str, Any] = {
        "to": [
            {
                "toObjectId": str(number) if as_text else number,
                "associationTypes": type_documents(pair, found[number]),
            }
            for number in rest[:limit]
        ]
    }
    if len(rest) > limit:
        page["paging"] = {"next": {"after": str(rest[limit])}}
    return page


def _none(pair: Pair, name: str) -> dict[str, Any]:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {pair[1].singular} is associated with {pair[0].singular} {name}.",
        "context": {
            "fromObjectId": [name],
            "fromObjectType": [pair[0].singular],
            "toObjectType": [pair[1].singular],
        },
        "links": {},
        "errors": [],
    }


def _labels(pair: Pair, number: int, found: int) -> dict[str, Any]:
    return {
        "fromObjectTypeId": pair[0].type_id,
        "fromObjectId": str(number),
        "toObjectTypeId": pair[1].type_id,
        "toObjectId": str(found),
        "labels": [],
    }


def _default(pair: Pair, number: int, found: int) -> dict[str, Any]:
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": PLAIN[pair]}
    return {"from": {"id": str(number)}, "to": {"id": str(found)}, "associationSpec": spec}


def _ends(world: World, pair: Pair, ids: Mapping[str, str]) -> tuple[int, int]:
    """The two records that a path names."""
    one, other = ({"id": ids[place]} for place in ("name", "target"))
    return _existing(world, pair[0], one), _existing(world, pair[1], other)


def _existing(world: World, kind: Kind, end: object) -> int:
    number = world.tables[kind].find(str(end.get("id"))) if isinstance(end, dict) else None
    if number is None:
        raise not_found()
    return number


def _pair(kind: Kind, other: Kind) -> Pair:
    if (kind, other) not in PLAIN:
        message = f"No association types exist from {kind.name} to {other.name}"
        raise invalid(message)
    return (kind, other)
