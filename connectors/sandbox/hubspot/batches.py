"""Up to 100 records at once: read with 207 for what is not there, write in whole or in part.

References
----------
HubSpot, "CRM objects", batch endpoints: results are in no order of the inputs; ``errors`` names
the ids under ``context.ids``.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot import deeds
from connectors.sandbox.hubspot.asking import (
    HISTORY_MAXIMUM,
    body_object,
    not_found,
    wanted_by_body,
    wants_archived,
)
from connectors.sandbox.hubspot.clock import stamp
from connectors.sandbox.hubspot.kinds import Kind
from connectors.sandbox.hubspot.objects import DATED, full, located, prepared, writable
from connectors.sandbox.hubspot.replies import Problem, empty, invalid, reply
from connectors.sandbox.hubspot.shown import Wanted
from connectors.sandbox.hubspot.world import World

MAXIMUM = 100
_Input = Mapping[str, Any]
_Document = dict[str, Any]
_Values = dict[str, str]


def read_batch(world: World, request: Request, kind: Kind) -> Response:
    """The records of up to 100 ids, shuffled."""
    body = body_object(request)
    wanted = wanted_by_body(world, request, kind, body)
    by, archived = body.get("idProperty"), wants_archived(request)
    inputs = inputs_of(body, HISTORY_MAXIMUM if wanted.history else MAXIMUM)
    asked = {name: located(world.tables[kind], name, by, archived) for name in map(_id, inputs)}
    found = list({number for number in asked.values() if number is not None})
    missing = [name for name, number in asked.items() if number is None]
    random.shuffle(found)
    results = [full(world, kind, number, wanted) for number in found]
    return answer(world, results, [_missing(kind, missing)] if missing else [])


def update_batch(world: World, request: Request, kind: Kind) -> Response:
    """Change up to 100 records: all or none with 400, or each for itself with 207 (a knob)."""
    inputs, dated = inputs_of(body_object(request)), DATED in request.path
    twice = [name for name, times in Counter(map(_id, inputs)).items() if times > 1]
    if twice:
        message = f"Duplicate IDs found in batch input: {twice}. IDs must be unique"
        raise invalid(message)

    def ready(one: _Input) -> Callable[[], _Document]:
        number, values = _change(world, kind, one, dated=dated)
        return lambda: _changed(world, kind, number, values)

    return _all_or_each(world, inputs, ready, 200)


def create_batch(world: World, request: Request, kind: Kind) -> Response:
    """Make up to 100 records."""
    inputs, dated = inputs_of(body_object(request)), DATED in request.path
    return _all_or_each(world, inputs, lambda one: prepared(world, kind, one, dated=dated), 201)


def upsert_batch(world: World, request: Request, kind: Kind) -> Response:
    """Change the records of a unique property's values, and make those that are not there."""
    inputs, dated = inputs_of(body_object(request)), DATED in request.path

    def ready(one: _Input) -> Callable[[], _Document]:
        number = located(world.tables[kind], _id(one), one.get("idProperty"))
        if number is None:
            make = prepared(world, kind, _completed(one), dated=dated)
            return lambda: {**make(), "new": True}
        values = writable(world, kind, number, one.get("properties", {}), dated=dated)
        return lambda: {**_changed(world, kind, number, values), "new": False}

    return _all_or_each(world, inputs, ready, 200)


def archive_batch(world: World, request: Request, kind: Kind) -> Response:
    """Archive up to 100 records."""
    for one in inputs_of(body_object(request)):
        number = world.tables[kind].find(_id(one))
        if number is not None:
            deeds.archive(world, kind, number)
    return empty()


def inputs_of(body: Mapping[str, Any], most: int = MAXIMUM) -> list[_Input]:
    """The inputs of a batch. Raises Problem (400)."""
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(one, dict) for one in inputs):
        message = "inputs must be a list of objects"
        raise invalid(message)
    if len(inputs) > most:
        message = f"The maximum number of inputs is {most}"
        raise invalid(message)
    return inputs


def answer(world: World, results: list[Any], errors: list[_Document], status: int = 200) -> Response:
    """The answer of a batch; 207 where some inputs failed."""
    moment = stamp(world.clock.now())
    document: _Document = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": moment,
        "completedAt": moment,
    }
    if errors:
        document |= {"numErrors": len(errors), "errors": errors}
    return reply(document, 207 if errors else status)


def _all_or_each(
    world: World, inputs: Sequence[_Input], ready: Callable[[_Input], Callable[[], _Document]], status: int
) -> Response:
    """Check every input before anything is written, or write each that holds."""
    if not world.control.partial_updates:
        return answer(world, [write() for write in [ready(one) for one in inputs]], [], status)
    results, errors = [], []
    for one in inputs:
        try:
            results.append(_traced(one, ready(one)()))
        except Problem as found:
            errors.append(_error(found, one))
    return answer(world, results, errors, status)


def _change(world: World, kind: Kind, one: _Input, *, dated: bool) -> tuple[int, _Values]:
    number = located(world.tables[kind], _id(one), one.get("idProperty"))
    if number is None:
        raise not_found()
    return number, writable(world, kind, number, one.get("properties", {}), dated=dated)


def _changed(world: World, kind: Kind, number: int, values: _Values) -> _Document:
    deeds.change(world, kind, number, values)
    return full(world, kind, number, Wanted(names=tuple(values)))


def _completed(one: _Input) -> _Input:
    """An input of an upsert with the property that it is known by."""
    own = {str(one.get("idProperty")): _id(one)} if one.get("idProperty") else {}
    return {**one, "properties": {**own, **(one.get("properties") or {})}}


def _traced(one: _Input, document: _Document) -> _Document:
    trace = one.get("objectWriteTraceId")
    return {**document, "objectWriteTraceId": trace} if trace else document


def _missing(kind: Kind, ids: list[str]) -> _Document:
    message = (
        f"Could not get some {kind.singular.upper()} objects, they may be deleted or not exist. "
        "Check that ids are valid."
    )
    return {"status": "error", "category": "OBJECT_NOT_FOUND", "message": message, "context": {"ids": ids}}


def _error(found: Problem, one: _Input) -> _Document:
    body, trace = found.response.get_json(), one.get("objectWriteTraceId")
    context = {"ids": [_id(one)] if "id" in one else [], **({"objectWriteTraceId": [trace]} if trace else {})}
    named = {name: body[name] for name in ("category", "message") if name in body}
    return {"status": "error", **named, "context": context, "links": {}, "errors": []}


def _id(one: _Input) -> str:
    return str(one.get("id"))
