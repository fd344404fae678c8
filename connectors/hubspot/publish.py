"""Write flags back: list ids with their current flags, recompute the keys, write what differs.

A contact without a flag is cleared: what an earlier audit said of it no longer stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.hubspot.answers import record_number
from connectors.hubspot.client import PAGE, HubSpotClient
from connectors.hubspot.flag_properties import CLEARED, NAMES, differs, ensure, written
from connectors.hubspot.listing import every_contact
from connectors.hubspot.writing import Update, Writer
from connectors.pseudonym import Keyring, LeadKey
from connectors.source import Flag, Receipt
from connectors.tally import Tally


def publish(client: HubSpotClient, keyring: Keyring, flags: Mapping[LeadKey, Flag]) -> Receipt:
    """Write the flags of every contact that is in the portal and not archived.

    Raises
    ------
    Refused, Busy
        The write-back stopped midway; doing it again writes only what is still different.
    """
    ensure(client)
    tally = Tally()
    writer = Writer(
        client=client, tally=tally, wanted=lambda name: _wanted(flags.get(keyring.lead_key(name)))
    )
    waiting: list[Update] = []
    for page in every_contact(client, NAMES):
        for record in page:
            tally.listed += 1
            waiting += _update(record, keyring, flags, tally)
        while len(waiting) >= PAGE:
            writer.write(waiting[:PAGE])
            waiting = waiting[PAGE:]
    if waiting:
        writer.write(waiting)
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
    wanted = _wanted(flag)
    current = record.get("properties")
    if not differs(current if isinstance(current, dict) else {}, wanted):
        tally.kept(flag)
        return []
    return [{"id": record_id, "properties": dict(wanted)}]


def _wanted(flag: Flag | None) -> Mapping[str, str]:
    return CLEARED if flag is None else written(flag)
