"""The ids of a portal's first contacts, for a sample."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.hubspot.answers import following, objects, record_number
from connectors.hubspot.client import PAGE, HubSpotClient
from connectors.hubspot.walking import ID


def first_pages(client: HubSpotClient, contacts: int) -> Iterator[list[str]]:
    """The ids of the first contacts in the order of their ids, so many at most, page by page."""
    left, after = contacts, None
    while left > 0:
        page = client.page(ID, limit=min(left, PAGE), after=after)
        records = objects(page, "results")
        yield [record_number(record) for record in records if record.get("archived") is not True]
        left, after = left - len(records), following(page)
        if after is None or not records:
            return
