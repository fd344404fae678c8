"""Which lead the demo shows first: one whose panel has something to say."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.pseudonym import LeadKey
from webapp.demo.world import World
from webapp.store.rows import Crm, FlagRow

TELLING = ("review", "insufficient_data", "ok")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleLead:
    """A lead of a stand-in org: the address of its page there, and what we know of it."""

    crm: Crm
    page: str = field(repr=False)
    key: LeadKey
    flag: FlagRow | None


def example_lead(world: World, crm: Crm, status: str = "") -> ExampleLead:
    """The first lead with this flag status; without one, the most telling status there is."""
    standin = world.salesforce if crm == "salesforce" else world.hubspot
    repository = world.services.repository
    connection = repository.connection_for(crm, standin.organisation)
    ids = standin.record_ids()
    if connection is None:
        return ExampleLead(crm=crm, page=standin.lead_page(ids[0]), key=LeadKey(b""), flag=None)
    keyring = world.services.keyring(connection)
    flags = repository.flags(connection.id)
    keys = {record_id: keyring.lead_key(record_id) for record_id in ids}
    wanted = (status,) if status else TELLING
    ranked = sorted(
        (wanted.index(flags[key].status), not standin.is_open(record_id), place, record_id)
        for place, (record_id, key) in enumerate(keys.items())
        if key in flags and flags[key].status in wanted
    )
    chosen = ranked[0][-1] if ranked else ids[0]
    return ExampleLead(
        crm=crm,
        page=standin.lead_page(chosen),
        key=keys[chosen],
        flag=repository.flag(connection.id, keys[chosen].hex),
    )
