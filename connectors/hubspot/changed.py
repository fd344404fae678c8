"""The ids of the records that changed within a time, though a million changed in one millisecond.

HubSpot's search returns at most 10,000 results, and bulk jobs stamp more records than that with one
modification time, so a cursor on the time alone loses rows or never ends. The window of time is
fixed and the cursor is the record id: filter on both, order by id, begin again after the last id of
every page. An offset would skip rows: a record that changes meanwhile leaves the window, and all
behind it move up.

References
----------
HubSpot, "CRM search": 200 per page, 10,000 per query, results a few moments behind; contacts call their
modification date ``lastmodifieddate``, every other object ``hs_lastmodifieddate``. The rule is the one
that Airbyte's connector settled on after losing rows (airbytehq/airbyte pull request 44899).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from connectors.errors import Busy
from connectors.hubspot.answers import Document, objects, record_number, total_of
from connectors.hubspot.client import OBJECT, SEARCH_PAGE, HubSpotClient

MODIFIED, MODIFIED_ELSEWHERE = "lastmodifieddate", "hs_lastmodifieddate"
# The search index is behind by moments; what it had not seen last time lies in the overlap.
OVERLAP = timedelta(minutes=10)
# A page that is not what was asked for is asked for again: it may be the one before, sent twice.
TRIES, PAUSE = 4, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A time, both ends included, in which records of one object were modified."""

    since: datetime
    until: datetime
    kind: str = OBJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Ids of changed records, rising; ``left`` is how many there were, these and those behind them."""

    ids: tuple[int, ...]
    left: int


def changes(client: HubSpotClient, window: Window, last: int = 0) -> Iterator[Page]:
    """Pages of the records that changed within a window, behind the id ``last``, each once.

    Raises
    ------
    Busy
        A page is again and again not what was asked for: going on would lose records or never end.
    """
    while (page := _page(client, window, last)).ids:
        last = page.ids[-1]
        yield page


def changed_ids(client: HubSpotClient, since: datetime, until: datetime) -> Iterator[list[str]]:
    """Pages of ids, each id once, of contacts modified between ``since`` (less an overlap) and ``until``.

    Raises
    ------
    Busy
        As `changes` does.
    """
    for page in changes(client, Window(since=since - OVERLAP, until=until)):
        yield [str(number) for number in page.ids]


def _page(client: HubSpotClient, window: Window, last: int) -> Page:
    """The ids of one page, rising, all above ``last``; none where there are no more.

    A page that is shorter than it says counts when it comes so twice: the index may hold what is gone.
    """
    before: list[int] | None = None
    for tried in range(TRIES):
        client.pause(PAUSE if tried else 0.0)
        document = client.search(_body(window, last), window.kind)
        ids, left = _ids(document), total_of(document)
        fresh = tuple(one for one in ids if one > last)
        rising = all(low < high for low, high in pairwise([0, *ids]))
        whole = len(ids) >= min(SEARCH_PAGE, left) or ids == before
        if rising and whole and (fresh or not (ids or left)):
            return Page(ids=fresh, left=left)
        before = ids
    noun = window.kind.removesuffix("s")
    msg = f"HubSpot's {noun} search does not answer in the order of the ids"
    raise Busy(msg, retry_after=60.0)


def _ids(document: Document) -> list[int]:
    return [int(record_number(record) or 0) for record in objects(document, "results")]


def _body(window: Window, last: int) -> Mapping[str, Any]:
    modified = MODIFIED if window.kind == OBJECT else MODIFIED_ELSEWHERE
    filters = [
        {"propertyName": modified, "operator": "GTE", "value": _milliseconds(window.since)},
        {"propertyName": modified, "operator": "LTE", "value": _milliseconds(window.until)},
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
