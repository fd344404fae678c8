"""The ids of the contacts that changed since a moment, though a million changed in one millisecond.

HubSpot's search returns at most 10,000 results, and bulk jobs stamp more records than that with one
modification time, so a cursor on the time alone loses rows or never ends. The window of time is
fixed and the cursor is the record id: filter on both, order by id, begin again after the last id.

References
----------
HubSpot, "CRM search": 200 per page, 10,000 per query, results a few moments behind. The rule is the
one that Airbyte's connector settled on after losing rows (airbytehq/airbyte pull request 44899).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.hubspot.client import SEARCH_PAGE, HubSpotClient, cursor

MODIFIED = "lastmodifieddate"
# The search index is behind by moments; what it had not seen last time lies in the overlap.
OVERLAP = timedelta(minutes=10)
CAP = 10_000


def changed_ids(client: HubSpotClient, since: datetime, until: datetime) -> Iterator[list[str]]:
    """Pages of ids, each id once, of contacts modified between ``since`` (less an overlap) and ``until``."""
    last = 0
    while True:
        newest = last
        for page in _window(client, _body(since - OVERLAP, until, last)):
            ids = sorted({int(record["id"]) for record in page if int(record["id"]) > newest})
            if ids:
                newest = ids[-1]
                yield [str(number) for number in ids]
        if newest == last:
            return
        last = newest


def _window(client: HubSpotClient, body: Mapping[str, Any]) -> Iterator[list[Mapping[str, Any]]]:
    """The pages of one query, up to the cap."""
    after: str | None = None
    while True:
        document = client.search({**body, **cursor(after)})
        yield list(document.get("results") or ())
        after = ((document.get("paging") or {}).get("next") or {}).get("after")
        if after is None or int(after) + SEARCH_PAGE > CAP:
            return


def _body(since: datetime, until: datetime, last: int) -> dict[str, Any]:
    filters = [
        {"propertyName": MODIFIED, "operator": "GTE", "value": _milliseconds(since)},
        {"propertyName": MODIFIED, "operator": "LTE", "value": _milliseconds(until)},
        {"propertyName": "hs_object_id", "operator": "GT", "value": str(last)},
    ]
    return {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": ["hs_object_id"],
        "limit": SEARCH_PAGE,
    }


def _milliseconds(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))
