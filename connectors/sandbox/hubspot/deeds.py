"""What happens to records, with all that follows from it: by a call, by a person, by a workflow.

References
----------
HubSpot, guides of the objects: a lifecycle stage set by an integration moves forward only; a deal's
stage says whether it is won; a lead whose last primary association goes is deleted with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from connectors.sandbox.hubspot.associations import PRIMARY
from connectors.sandbox.hubspot.clock import stamp
from connectors.sandbox.hubspot.events import Happening
from connectors.sandbox.hubspot.kinds import CONTACTS, DEALS, LEADS, Kind
from connectors.sandbox.hubspot.pipelines import consequences
from connectors.sandbox.hubspot.records import Records
from connectors.sandbox.hubspot.world import World

_STAGES = (
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer",
    "evangelist",
)  # fmt: skip
_CUSTOMER_DATES = ("hs_lifecyclestage_customer_date", "hs_v2_date_entered_customer")
_NOTHING: Mapping[str, Any] = MappingProxyType({})
# An association to make: the other type, its record, the ids of the types.
Joint = tuple[Kind, int, tuple[int, ...]]


def create(
    world: World,
    kind: Kind,
    values: Mapping[str, str],
    joints: Iterable[Joint] = (),
    source: str = "INTEGRATION",
) -> int:
    """A new record with its associations."""
    records = world.tables[kind]
    more = consequences(world.pipelines, kind, values.get("dealstage"))
    number = records.add({**values, **more}, world.control.index_seconds, source)
    for other, one, types in joints:
        associate(world, (kind, other), number, one, types)
    _tell(world, "creation", kind, number)
    return number


def change(
    world: World, kind: Kind, number: int, values: Mapping[str, str], source: str = "INTEGRATION"
) -> None:
    """New values of a record, and what follows from them."""
    records = world.tables[kind]
    kept = {name: value for name, value in values.items() if not _backwards(records, number, name, value)}
    kept |= consequences(world.pipelines, kind, kept.get("dealstage"))
    if kind is CONTACTS and kept.get("lifecyclestage") == "customer":
        moment = stamp(world.clock.now())
        kept |= dict.fromkeys(_CUSTOMER_DATES, moment)
    _write(world, kind, number, kept, source)


def archive(world: World, kind: Kind, number: int) -> None:
    """Into the recycling bin; the modification date stays."""
    world.tables[kind].archived[number] = world.clock.milliseconds()
    _tell(world, "deletion", kind, number)
    if kind is not LEADS:
        _orphans(world, kind, number)


def restore(world: World, kind: Kind, number: int) -> None:
    """Out of the recycling bin."""
    world.tables[kind].unarchive(number)
    _tell(world, "restore", kind, number)


def erase(world: World, number: int) -> None:
    """Delete a contact for good (GDPR)."""
    _orphans(world, CONTACTS, number)
    world.tables[CONTACTS].erase(number)
    world.associations.leave(CONTACTS, number)
    _tell(world, "privacyDeletion", CONTACTS, number)
    _tell(world, "deletion", CONTACTS, number)


def merge(world: World, kind: Kind, winner: int, loser: int) -> None:
    """One record takes the other's id, associations and, where it has none itself, values."""
    records = world.tables[kind]
    own, other = records.values(winner), records.values(loser)
    filled = {name: value for name, value in other.items() if name not in own}
    ids = [*own.get("hs_merged_object_ids", "").split(";"), str(loser)]
    joined = ";".join(one for one in ids if one)
    records.gone.add(loser)
    records.merged[loser] = winner
    world.associations.move(kind, loser, winner)
    lag = world.control.index_seconds
    records.change(winner, {**filled, "hs_merged_object_ids": joined}, lag, "MERGE_OBJECTS")
    told = {"primaryObjectId": winner, "mergedObjectIds": [loser], "newObjectId": winner}
    _tell(world, "merge", kind, winner, more={**told, "numberOfPropertiesMoved": len(filled)})


def associate(world: World, pair: tuple[Kind, Kind], one: int, other: int, types: Iterable[int] = ()) -> None:
    """Two records belong together."""
    world.associations.join(pair, one, other, types)
    _tell_association(world, pair, one, other, removed=False)
    _count_deals(world, pair, one, other)


def dissociate(world: World, pair: tuple[Kind, Kind], one: int, other: int) -> None:
    """Two records belong together no more."""
    world.associations.part(pair, one, other)
    _tell_association(world, pair, one, other, removed=True)
    _count_deals(world, pair, one, other)
    if LEADS in pair:
        _archive_orphan(world, one if pair[0] is LEADS else other)


def _count_deals(world: World, pair: tuple[Kind, Kind], one: int, other: int) -> None:
    if set(pair) == {CONTACTS, DEALS}:
        contact = one if pair[0] is CONTACTS else other
        total = len(world.associations.of((CONTACTS, DEALS), contact))
        lag = world.control.index_seconds
        world.contacts.change(contact, {"num_associated_deals": str(total)}, lag, "CALCULATED")


def _orphans(world: World, kind: Kind, number: int) -> None:
    """Leads whose primary record this was go with it."""
    leads = list(world.associations.of((kind, LEADS), number)) if (kind, LEADS) != (LEADS, LEADS) else []
    for lead in leads:
        pair = (LEADS, kind)
        if PRIMARY.get(pair) in world.associations.of(pair, lead).get(number, set()):
            world.associations.part(pair, lead, number)
            _archive_orphan(world, lead)


def _archive_orphan(world: World, lead: int) -> None:
    records = world.tables[LEADS]
    kept = (PRIMARY.get(pair) in types for pair, _, types in world.associations.everything(LEADS, lead))
    if lead not in records.archived and lead not in records.gone and not any(kept):
        archive(world, LEADS, lead)


def _backwards(records: Records, number: int, name: str, value: str) -> bool:
    if records.kind is not CONTACTS or name != "lifecyclestage":
        return False
    before = records.text(number, name)
    return value in _STAGES and before in _STAGES and _STAGES.index(value) < _STAGES.index(before)


def _write(world: World, kind: Kind, number: int, values: Mapping[str, str], source: str) -> None:
    """Store values, and tell of those that became others."""
    records, lag = world.tables[kind], world.control.index_seconds
    told = values if world.webhooks.target else ()
    before = {name: records.text(number, name) or "" for name in told}
    records.change(number, values, lag, source)
    for name, earlier in before.items():
        if earlier != (value := values[name]):
            guarded = records.definitions[name].sensitivity != "non_sensitive"
            shown = {"propertyValue": "REDACTED" if guarded else value}
            world.webhooks.note(
                Happening(
                    what="propertyChange",
                    kind=kind,
                    number=number,
                    source=source,
                    name=name,
                    sensitive=guarded,
                    more=shown,
                )
            )


def _tell(world: World, what: str, kind: Kind, number: int, more: Mapping[str, Any] = _NOTHING) -> None:
    flag = {"creation": "NEW", "deletion": "DELETED"}.get(what)
    told = {**more, **({"changeFlag": flag} if flag else {})}
    world.webhooks.note(Happening(what=what, kind=kind, number=number, more=told))


def _tell_association(world: World, pair: tuple[Kind, Kind], one: int, other: int, *, removed: bool) -> None:
    for kinds, first, second in ((pair, one, other), ((pair[1], pair[0]), other, one)):
        types = world.associations.of(kinds, first).get(second, set())
        more = {
            "associationType": f"{kinds[0].singular}_to_{kinds[1].singular}".upper(),
            "fromObjectId": first,
            "toObjectId": second,
            "associationRemoved": removed,
            "isPrimaryAssociation": PRIMARY.get(kinds) in types,
        }
        _tell(world, "associationChange", kinds[0], first, more)
