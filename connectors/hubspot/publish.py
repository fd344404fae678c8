"""Write flags back: list ids with their current flags, recompute the keys, write what differs.

A contact without a flag is cleared: what an earlier audit said of it no longer stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.errors import Refused
from connectors.hubspot.answers import code_of, errors_of, named_ids, objects, record_number
from connectors.hubspot.client import PAGE, HubSpotClient
from connectors.hubspot.flag_properties import CLEARED, NAMES, STATUS, differs, ensure, written
from connectors.hubspot.listing import every_contact
from connectors.pseudonym import Keyring, LeadKey
from connectors.source import Flag, Receipt
from connectors.tally import Tally

# HubSpot answers these to a batch in which one record is wrong; the whole batch is then unwritten.
_ONE_IS_WRONG = frozenset(
    {"VALIDATION_ERROR", "OBJECT_NOT_FOUND", "CONFLICT", "HTTP_400", "HTTP_404", "HTTP_409"}
)
Update = Mapping[str, Any]


def publish(client: HubSpotClient, keyring: Keyring, flags: Mapping[LeadKey, Flag]) -> Receipt:
    """Write the flags of every contact that is in the portal and not archived.

    Raises
    ------
    Refused, Busy
        The write-back stopped midway; doing it again writes only what is still different.
    """
    ensure(client)
    tally = Tally()
    waiting: list[Update] = []
    for page in every_contact(client, NAMES):
        for record in page:
            tally.listed += 1
            waiting += _update(record, keyring, flags, tally)
        while len(waiting) >= PAGE:
            _write(client, waiting[:PAGE], tally)
            waiting = waiting[PAGE:]
    if waiting:
        _write(client, waiting, tally)
    return tally.receipt()


def _update(
    record: Mapping[str, Any], keyring: Keyring, flags: Mapping[LeadKey, Flag], tally: Tally
) -> list[Update]:
    """The update that a listed contact needs: one, or none."""
    record_id = record_number(record)
    if not record_id:
        tally.unknown += 1
        return []
    flag = flags.get(keyring.lead_key(record_id))
    wanted = CLEARED if flag is None else written(flag)
    current = record.get("properties")
    if not differs(current if isinstance(current, dict) else {}, wanted):
        tally.kept(flag)
        return []
    return [{"id": record_id, "properties": dict(wanted)}]


def _write(client: HubSpotClient, updates: Sequence[Update], tally: Tally) -> None:
    """Write one batch; where HubSpot refuses it for one bad record, halve it until that one is alone."""
    try:
        document = client.update(updates)
    except Refused as error:
        if error.code not in _ONE_IS_WRONG:
            raise
        if len(updates) == 1:
            tally.failed[error.code] += 1
            return
    else:
        _count(document, updates, tally)
        return
    middle = len(updates) // 2
    _write(client, updates[:middle], tally)
    _write(client, updates[middle:], tally)


def _count(document: Mapping[str, Any], updates: Sequence[Update], tally: Tally) -> None:
    """Count a batch that was written in whole or, with HTTP 207, in part."""
    asked = {update["id"]: update["properties"] for update in updates}
    done = asked.keys() & {record_number(record) for record in objects(document, "results")}
    for record_id in done:
        tally.took(asked[record_id][STATUS])
    left = asked.keys() - done
    for error in errors_of(document):
        named = named_ids(error) & left
        tally.failed[code_of(error, "category") or "UNKNOWN"] += len(named)
        left -= named
    tally.failed["NOT_CONFIRMED"] += len(left)
    tally.failed = +tally.failed
