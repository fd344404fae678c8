"""Write flags back: list ids with their current flags, recompute the keys, write what differs.

A contact without a flag is cleared: what an earlier audit said of it no longer stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.hubspot.answers import record_number
from connectors.hubspot.client import PAGE, HubSpotClient
from connectors.hubspot.flag_properties import (
    CLEARED,
    NAMES,
    SHADOW,
    comparable,
    differs,
    ensure,
    plain,
    written,
)
from connectors.hubspot.listing import every_contact
from connectors.hubspot.shadow_property import shadow_property
from connectors.hubspot.writing import Update, Writer
from connectors.pseudonym import Keyring, LeadKey
from connectors.source import NO_SHADOW, Flag, Receipt, Shadow
from connectors.tally import ShadowChange, Tally, shadow_change


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What each contact should hold. ``name`` is the property of the shadow score, empty without one."""

    keyring: Keyring
    flags: Mapping[LeadKey, Flag]
    shadow: Shadow
    name: str

    def of(self, record_id: str) -> Mapping[str, str]:
        key = self.keyring.lead_key(record_id)
        flag = self.flags.get(key)
        values = CLEARED if flag is None else written(flag)
        if not self.name:
            return values
        score = None if flag is None else self.shadow.get(key)
        return {**values, self.name: "" if score is None else plain(score)}


def publish(
    client: HubSpotClient, keyring: Keyring, flags: Mapping[LeadKey, Flag], shadow: Shadow = NO_SHADOW
) -> Receipt:
    """Write the flags of every contact that is in the portal and not archived, with their shadow scores.

    Raises
    ------
    Refused, Busy
        The write-back stopped midway; doing it again writes only what is still different.
    """
    own = shadow_property(client, ensure(client).get(SHADOW), wanted=bool(shadow))
    tally = Tally()
    wanted = _Wanted(keyring=keyring, flags=flags, shadow=shadow, name=own.name)
    writer = Writer(client=client, tally=tally, wanted=wanted.of)
    waiting: list[Update] = []
    for page in every_contact(client, (*NAMES, own.name) if own.name else NAMES):
        for record in page:
            tally.listed += 1
            waiting += _update(record, wanted, writer)
        while len(waiting) >= PAGE:
            writer.write(waiting[:PAGE])
            waiting = waiting[PAGE:]
    if waiting:
        writer.write(waiting)
    return replace(tally.receipt(), notes=(own.note,) if own.note else ())


def _update(record: Mapping[str, Any], wanted: _Wanted, writer: Writer) -> list[Update]:
    """The update that a listed contact needs: one, or none."""
    record_id, tally = record_number(record), writer.tally
    if not record_id:
        tally.unknown += 1
        return []
    values, found = wanted.of(record_id), record.get("properties")
    current = found if isinstance(found, dict) else {}
    change = _change(current, values)
    if not differs(current, values):
        tally.kept(wanted.flags.get(wanted.keyring.lead_key(record_id)))
        tally.shadow[change] += 1
        return []
    writer.changes[record_id] = change
    return [{"id": record_id, "properties": dict(values)}]


def _change(current: Mapping[str, Any], values: Mapping[str, str]) -> ShadowChange:
    return shadow_change(comparable(SHADOW, current.get(SHADOW)), values.get(SHADOW, ""))
