"""What was deleted and what was changed between two moments: the replication resources.

Source: developer.salesforce.com, api_rest, resources_getdeleted and resources_getupdated. Both lag behind:
``latestDateCovered`` is where the next call starts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from flask import Response, request

from connectors.sandbox.salesforce.api import answered, api_blueprint, viewer
from connectors.sandbox.salesforce.clock import rest_datetime
from connectors.sandbox.salesforce.errors import ApiError, not_found
from connectors.sandbox.salesforce.schema import ObjectDef
from connectors.sandbox.salesforce.state import state

routes = api_blueprint("replication")
DELETED_DAYS, UPDATED_DAYS = 15, 30
WRONG_DATE = "INVALID_REPLICATION_DATE"
Window = tuple[datetime, datetime]


@routes.get("/sobjects/<name>/deleted", strict_slashes=False)
def deleted(version: str, name: str) -> Response:  # noqa: ARG001 - address
    """Ids of the records that went, each with its moment."""
    definition = _definition(name)
    start, end = _window(DELETED_DAYS)
    found = sorted((moment, key) for key, moment in _gone(definition) if start <= moment < end)
    _check_count(len(found))
    oldest = state().org.clock.now() - timedelta(days=DELETED_DAYS)
    return answered(
        {
            "deletedRecords": [{"id": key, "deletedDate": rest_datetime(moment)} for moment, key in found],
            "earliestDateAvailable": rest_datetime(oldest),
            "latestDateCovered": rest_datetime(end),
        }
    )


@routes.get("/sobjects/<name>/updated", strict_slashes=False)
def updated(version: str, name: str) -> Response:  # noqa: ARG001 - address
    """Ids of the records that were made or changed and are still there."""
    definition = _definition(name)
    start, end = _window(UPDATED_DAYS)
    first, last = rest_datetime(start), rest_datetime(end)
    rows = state().org.rows(definition, viewer())
    ids = [str(row["Id"]) for row in rows if first <= str(row.get("SystemModstamp")) < last]
    _check_count(len(ids))
    return answered({"ids": ids, "latestDateCovered": rest_datetime(end)})


def _definition(name: str) -> ObjectDef:
    """A replicateable object. Raises ApiError 404."""
    try:
        definition = state().org.object_named(name, viewer())
    except ApiError:
        raise not_found() from None
    if not {"isdeleted", "systemmodstamp"} <= set(definition.fields):
        raise not_found()
    return definition


def _gone(definition: ObjectDef) -> Iterator[tuple[str, datetime]]:
    """Deleted records: those in the recycle bin, and those that left it."""
    org, hidden = state().org, viewer().hidden_records
    org.empty_old_bin()
    for row in org.rows(definition, viewer(), deleted=True):
        if row.get("IsDeleted"):
            yield str(row["Id"]), _moment(str(row["SystemModstamp"]))
    for record_id, moment in org.purged.get(definition.name, {}).items():
        if record_id not in hidden:
            yield record_id, moment


def _window(days: int) -> Window:
    """Start and end, cut to minutes, the end no later than what is covered. Raises ApiError 400."""
    now = state().org.clock.now()
    start, end = (_asked(name).replace(second=0, microsecond=0) for name in ("start", "end"))
    if start >= end:
        raise ApiError(400, WRONG_DATE, "startDate must precede endDate by more than one minute")
    if start < now - timedelta(days=days, minutes=1):
        raise ApiError(400, WRONG_DATE, f"startDate cannot be more than {days} days ago")
    if start < state().org.switches.replication_since:
        raise ApiError(400, WRONG_DATE, "startDate before org replication enabled date")
    covered = now - timedelta(seconds=state().org.switches.replication_lag)
    return start, max(start, min(end, covered.replace(microsecond=0)))


def _asked(name: str) -> datetime:
    text = request.args.get(name, "")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)", text):
        raise ApiError(400, "INVALID_REQUEST_PARAMETER", f"{name} is missing or no ISO 8601 date-time")
    return _moment(text)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _check_count(count: int) -> None:
    """Raises ApiError 400 where the window holds too many."""
    if count > state().org.switches.replication_ids:
        raise ApiError(400, "EXCEEDED_ID_LIMIT", "Too many records in the window: choose a shorter one")
