"""The ids of the contacts that changed since a moment, though a million changed in one millisecond.

HubSpot's search returns at most 10,000 results, and bulk jobs stamp more records than that with one
modification time, so a cursor on the time alone loses rows or never ends. The window of time is
fixed and the cursor is the record id: filter on both, order by id, begin again after the last id of
every page. An offset would skip rows: a contact that changes meanwhile leaves the window, and all
behind it move up.

References
----------
HubSpot, "CRM search": 200 per page, 10,000 per query, results a few moments behind. The rule is the
one that Airbyte's connector settled on after losing rows (airbytehq/airbyte pull request 44899).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import Busy
from connectors.hubspot.answers import objects, record_number, total_of
from connectors.hubspot.client import SEARCH_PAGE, HubSpotClient

MODIFIED = "lastmodifieddate"
# The search index is behind by moments; what it had not seen last time lies in the overlap.
OVERLAP = timedelta(minutes=10)


def changed_ids(client: HubSpotClient, since: datetime, until: datetime) -> Iterator[list[str]]:
    """Pages of ids, each id once, of contacts modified between ``since`` (less an overlap) and ``until``.

    Raises
    ------
    Busy
        A page is not what was asked for: going on would lose contacts or never end.
    """
    last = 0
    while ids := _page(client, _body(since - OVERLAP, until, last), last):
        last = ids[-1]
        yield [str(number) for number in ids]


def _page(client: HubSpotClient, body: Mapping[str, Any], last: int) -> list[int]:
    """The ids of one page, rising, all above ``last``; none where there are no more."""
    document = client.search(body)
    ids = [int(record_number(record) or 0) for record in objects(document, "results")]
    rising = all(before < after for before, after in zip([last, *ids], ids, strict=False))
    if not rising or (not ids and total_of(document)):
        msg = "HubSpot's contact search does not answer in the order of the ids"
        raise Busy(msg, retry_after=60.0)
    return ids


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
