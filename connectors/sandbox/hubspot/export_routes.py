"""Exports over HTTP: begin, look at the status, fetch the file.

References
----------
HubSpot, "Exports": one at a time, thirty in rolling 24 hours; the address needs no token and lives five
minutes; a file above two megabytes comes zipped; names and values are labels unless internal ones are
asked for. Assumed here: the 429 of the thirty-first, and the 409 of a second one at a time.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.asking import body_object, named_kind, names_of, not_found, note
from connectors.sandbox.hubspot.clock import stamp
from connectors.sandbox.hubspot.definitions import Definition
from connectors.sandbox.hubspot.exports import Export
from connectors.sandbox.hubspot.filters import Filters
from connectors.sandbox.hubspot.kinds import Kind, kind_of
from connectors.sandbox.hubspot.records import Records
from connectors.sandbox.hubspot.replies import invalid, problem, reply
from connectors.sandbox.hubspot.world import World

SCOPE = "crm.export"


def begin_export(world: World, request: Request) -> Response:
    """A task that makes a CSV of the records of a view."""
    body = body_object(request)
    kind, names = _asked(body)
    note(world, request, kind, names)
    now, control = world.clock.now(), world.control
    if world.exports.today(now) >= control.exports_daily:
        raise problem(429, "RATE_LIMITS", "You have reached the limit of exports of the last 24 hours.")
    if world.exports.running():
        raise problem(409, "CONFLICT", "Another export is under way.")
    task = world.exports.begun(now, control.export_polls, str(body["exportName"]), kind.name, tuple(names))
    internal = set(names_of(body.get("exportInternalValuesOptions")))
    _write(world, task, internal, body.get("publicCrmSearchRequest") or {})
    return reply({"id": task.id, "links": {"status": f"{_base(request)}/tasks/{task.id}/status"}}, 202)


def export_status(world: World, request: Request, name: str) -> Response:
    """Where a task stands; a complete one gives an address that lives for a while."""
    task = _task(world, name)
    now = world.clock.now()
    if task.ended is None:
        task.looks -= 1
        task.ended = now if task.looks <= 0 else None
    document: dict[str, Any] = {"status": task.status(), **_times(task, now)}
    if task.ended is not None:
        ticket = world.exports.ticket(task, now + world.control.export_url_seconds)
        document["result"] = f"{request.host_url}exported/{ticket}"
    return reply(document)


def read_export(world: World, request: Request, name: str) -> Response:
    """What a task is about."""
    del request
    task = _task(world, name)
    moments = dict.fromkeys(("createdAt", "updatedAt"), stamp(task.began))
    shown = {"id": task.id, "exportName": task.name, "exportType": "VIEW", "exportState": task.status()}
    about = {"objectType": task.kind, "objectProperties": list(task.columns), "recordCount": task.rows}
    return reply({**shown, **about, **moments})


def exported_file(world: World, request: Request, ticket: str) -> Response:
    """The file, without a token, while its address lives."""
    del request
    task = world.exports.file(ticket, world.clock.now())
    if task is None:
        return Response("<Error><Code>AccessDenied</Code></Error>", 403, content_type="application/xml")
    kind = "application/zip" if task.file_name.endswith(".zip") else "text/csv;charset=utf-8"
    return Response(
        task.as_file,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{task.file_name}"'},
    )


def _asked(body: dict[str, Any]) -> tuple[Kind, list[str]]:
    lacking = [
        name
        for name in ("exportName", "exportType", "format", "language", "objectType", "objectProperties")
        if not body.get(name)
    ]
    kind = kind_of(str(body.get("objectType")))
    if lacking or kind is None or body["exportType"] != "VIEW" or body["format"] != "CSV":
        message = (
            "Invalid export: a VIEW in CSV of a known object type, with a name, a language and properties"
        )
        raise invalid(message)
    return named_kind(kind.name), names_of(body["objectProperties"])


def _task(world: World, name: str) -> Export:
    if name not in world.exports.tasks:
        raise not_found()
    return world.exports.tasks[name]


def _times(task: Export, now: float) -> dict[str, str]:
    ended = now if task.ended is None else task.ended
    began = dict.fromkeys(("startedAt", "requestedAt"), stamp(task.began))
    return {**began, "completedAt": stamp(ended)}


def _base(request: Request) -> str:
    return request.base_url


def _write(world: World, task: Export, internal: set[str], search: dict[str, Any]) -> None:
    """Make the file, zipped where it is large."""
    records = world.tables[named_kind(task.kind)]
    records.index.settle(world.clock.milliseconds())
    mask = Filters(index=records.index, associations=world.associations).any_group(search.get("filterGroups"))
    numbers = [records.numbers[place] for place in np.flatnonzero(mask)]
    task.rows = len(numbers)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_heads(records, task.columns, "NAMES" in internal))
    writer.writerows(_rows(records, numbers, task.columns, "VALUES" in internal))
    raw, name = text.getvalue().encode(), f"hubspot-crm-exports-{task.id}"
    zipped = len(raw) > world.control.export_zip_bytes
    task.as_file = _zipped(f"{name}.csv", raw) if zipped else raw
    task.file_name = f"{name}.zip" if zipped else f"{name}.csv"


def _heads(records: Records, columns: tuple[str, ...], internal: bool) -> list[str]:
    labels = [records.definitions[name].label if name in records.definitions else name for name in columns]
    return ["Record ID", *(columns if internal else labels)]


def _rows(
    records: Records, numbers: list[int], columns: tuple[str, ...], internal: bool
) -> Iterator[list[str]]:
    definitions = [records.definitions.get(name) for name in columns]
    for number in numbers:
        values = [records.text(number, name) or "" for name in columns]
        shown = values if internal else [_label(*pair) for pair in zip(definitions, values, strict=True)]
        yield [str(number), *shown]


def _label(definition: Definition | None, value: str) -> str:
    options = definition.options if definition is not None else ()
    return next((str(one["label"]) for one in options if one["value"] == value), value)


def _zipped(name: str, raw: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, raw)
    return packed.getvalue()
