"""Contacts that were archived since a moment. Search never shows them, and their modification date stays.

References
----------
HubSpot, "CRM objects": ``archived=true`` lists what is in the recycling bin, with ``archivedAt``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from connectors.errors import Busy
from connectors.hubspot.answers import Document, following, objects, record_number
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.walking import ID
from connectors.pseudonym import Keyring, LeadKey


def archived(client: HubSpotClient, keyring: Keyring, since: datetime) -> Iterator[LeadKey]:
    """The contacts that are archived, since a moment or nobody says when.

    Raises
    ------
    Refused, Busy
        As the gate does; Busy also where the pages do not advance.
    """
    after, asked = None, set[str]()
    while True:
        document = client.page(ID, after=after, archived=True)
        for record in objects(document, "results"):
            one = record_number(record)
            if one and record.get("archived") is not False and _is_new(record, since):
                yield keyring.lead_key(one)
        after = following(document)
        if after is None:
            return
        if after in asked:
            msg = "HubSpot's list of archived contacts does not advance"
            raise Busy(msg, retry_after=60.0)
        asked.add(after)


def _is_new(record: Document, since: datetime) -> bool:
    try:
        moment = datetime.fromisoformat(str(record.get("archivedAt")))
    except ValueError:
        return True
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) >= since
