"""Which lead the demo shows first: one whose panel has something to say."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.errors import Refused
from connectors.source import FlagStatus
from webapp.crms import NAMES
from webapp.demo.world import World
from webapp.store.rows import Crm, FlagRow

# Enough to find one; a large file must not delay the start.
LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleLead:
    """A lead of a stand-in org: the address of its page there, and what we know of it."""

    crm: Crm
    page: str = field(repr=False)
    flag: FlagRow | None


def example_lead(world: World, crm: Crm, status: FlagStatus = "review") -> ExampleLead:
    """The first open lead with this status; else the first lead that an audit said something about."""
    standin = world.salesforce if crm == "salesforce" else world.hubspot
    repository = world.services.repository
    connection = repository.connection_for(crm, standin.organisation)
    if connection is None:
        msg = f"the demo is not connected to its stand-in for {NAMES[crm]}"
        raise Refused(msg)
    keyring = world.services.keyring(connection)
    found: ExampleLead | None = None
    for record_id in standin.record_ids()[:LOOKED_AT]:
        flag = repository.flag(connection.id, keyring.lead_key(record_id).hex)
        wanted = flag is not None and flag.status == status and standin.is_open(record_id)
        if found is None or wanted:
            found = ExampleLead(crm=crm, page=standin.lead_page(record_id), flag=flag)
        if wanted:
            break
    if found is None:
        msg = f"the stand-in for {NAMES[crm]} holds no lead"
        raise Refused(msg)
    return found
