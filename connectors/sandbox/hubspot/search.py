"""Search: an index that lags, in pages, never beyond ten thousand results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.asking import body_object, wanted_by_body
from connectors.sandbox.hubspot.filters import Filters
from connectors.sandbox.hubspot.indexing import Index, Mask
from connectors.sandbox.hubspot.kinds import Kind
from connectors.sandbox.hubspot.replies import invalid, reply
from connectors.sandbox.hubspot.shown import shown
from connectors.sandbox.hubspot.world import World

MAXIMUM = 200
CAP = 10_000
_LONGEST_BODY = 3_000
_Places = NDArray[np.intp]


def search_objects(world: World, request: Request, kind: Kind) -> Response:
    """One page of the records that match."""
    if len(request.get_data()) > _LONGEST_BODY:
        message = "The search request is longer than 3000 characters"
        raise invalid(message)
    body = body_object(request)
    limit, after = _window(body)
    wanted = wanted_by_body(world, request, kind, {"properties": body.get("properties")})
    records = world.tables[kind]
    records.index.settle(world.clock.milliseconds())
    mask = Filters(index=records.index, associations=world.associations).any_group(body.get("filterGroups"))
    places = _sorted(records.index, body, mask & _saying(records.index, str(body.get("query") or "")))
    page = [records.numbers[place] for place in places[after : after + limit]]
    document: dict[str, Any] = {
        "total": len(places),
        "results": [shown(records, number, wanted, world.portal) for number in page],
    }
    if after + limit < len(places):
        document["paging"] = {"next": {"after": str(after + limit)}}
    return reply(document)


def _saying(index: Index, query: str) -> Mask:
    words, records = query.lower(), index.records
    mask = np.full(len(records.numbers), not words, np.bool_)
    for name in records.kind.searched if words else ():
        mask |= np.array([words in (text or "").lower() for text in index.texts(name)], np.bool_)
    return mask


def _sorted(index: Index, body: Mapping[str, Any], mask: Mask) -> _Places:
    places, sorts = np.flatnonzero(mask), body.get("sorts") or []
    if not sorts:
        return places
    first = _sort(sorts[0]) if isinstance(sorts, list) and len(sorts) == 1 else None
    name = first.get("propertyName") if isinstance(first, dict) else None
    if not isinstance(first, dict) or str(name) not in index.records.definitions:
        message = "sorts takes one property that exists"
        raise invalid(message)
    backwards = first.get("direction") == "DESCENDING"
    if name == "hs_object_id":
        return places[::-1] if backwards else places
    return _by_property(index, str(name), places, backwards=backwards)


def _by_property(index: Index, name: str, places: _Places, *, backwards: bool) -> _Places:
    """In the order of a property; records without a value come last either way."""
    if index.records.definitions[name].type in {"number", "date", "datetime"}:
        keys = index.floats(name)[places]
        absent = np.isnan(keys)
        return places[np.lexsort((-keys if backwards else keys, absent))]
    texts = index.texts(name)
    have = [place for place in places if texts[place] is not None]
    ordered = sorted(have, key=lambda place: str(texts[place]).lower(), reverse=backwards)
    return np.array([*ordered, *(place for place in places if texts[place] is None)], np.intp)


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
