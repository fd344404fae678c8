"""The object types of the stand-in's portal, and how HubSpot names what all of them have.

References
----------
HubSpot, "Object type ids" and the guides of contacts, companies, deals, leads and tasks (which are under
the scopes of contacts). Contacts alone call
their modification date ``lastmodifieddate``.
"""

from __future__ import annotations

from dataclasses import dataclass

# What a portal has bought, least first.
TIERS = ("free", "starter", "pro", "enterprise")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One object type. ``tier`` is the least that a portal must have bought to see it.

    ``scoped_as`` is the object whose scopes it is under, where that is another one.
    """

    name: str
    singular: str
    type_id: str
    created: str
    modified: str
    defaults: tuple[str, ...]
    searched: tuple[str, ...]
    first_id: int
    tier: str = "free"
    scoped_as: str = ""

    @property
    def scope(self) -> str:
        """The object's name within scopes."""
        return self.scoped_as or self.name

    @property
    def always(self) -> tuple[str, ...]:
        """The properties that every answer holds."""
        return (self.created, "hs_object_id", self.modified)


CONTACTS = Kind(
    name="contacts",
    singular="contact",
    type_id="0-1",
    created="createdate",
    modified="lastmodifieddate",
    defaults=("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    searched=("firstname", "lastname", "email", "phone", "company"),
    first_id=41_300_101_000,
)
COMPANIES = Kind(
    name="companies",
    singular="company",
    type_id="0-2",
    created="createdate",
    modified="hs_lastmodifieddate",
    defaults=("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
    searched=("name", "domain"),
    first_id=22_700_400_000,
)
DEALS = Kind(
    name="deals",
    singular="deal",
    type_id="0-3",
    created="createdate",
    modified="hs_lastmodifieddate",
    defaults=(
        "amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate", "hs_object_id",
        "pipeline",
    ),
    searched=("dealname",),
    first_id=31_900_200_000,
)  # fmt: skip
LEADS = Kind(
    name="leads",
    singular="lead",
    type_id="0-136",
    created="hs_createdate",
    modified="hs_lastmodifieddate",
    defaults=("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
    searched=("hs_lead_name",),
    first_id=394_500_300_000,
    tier="pro",
)
TASKS = Kind(
    name="tasks",
    singular="task",
    type_id="0-27",
    created="hs_createdate",
    modified="hs_lastmodifieddate",
    defaults=("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
    searched=("hs_task_subject",),
    first_id=81_200_600_000,
    scoped_as="contacts",
)
KINDS = (CONTACTS, COMPANIES, DEALS, LEADS, TASKS)
_BY_NAME = {name.lower(): kind for kind in KINDS for name in (kind.name, kind.singular, kind.type_id)}


def kind_of(name: str) -> Kind | None:
    """The type of a name in a path: plural, singular or the type id."""
    return _BY_NAME.get(name.lower())
