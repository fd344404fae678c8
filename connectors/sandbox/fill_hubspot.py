"""Leads as a HubSpot portal holds them: contacts with a lifecycle stage."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from connectors.hubspot.flag_properties import NAMES as FLAGS
from connectors.policy.coarsen import Coarsen
from connectors.policy.map import Map
from connectors.sandbox.fields import Value
from connectors.sandbox.filling import Crm, Leads, at_office_hours
from connectors.sandbox.hubspot.native import native

WON, LOST, OPEN = "customer", "other", "lead"
_NATIVE = frozenset(definition.name for definition in native())


def _standard(leads: Leads) -> Mapping[str, Sequence[Value]]:
    touched = at_office_hours(leads.last_activity)
    became = zip(leads.outcome, leads.last_activity, leads.created, strict=True)
    return {
        "firstname": leads.people.first,
        "lastname": leads.people.last,
        "company": leads.people.company,
        "email": leads.people.email,
        "phone": leads.people.phone,
        "lifecyclestage": [_stage(outcome) for outcome in leads.outcome],
        "hs_lifecyclestage_customer_date": at_office_hours(
            [(day or born) if outcome else None for outcome, day, born in became]
        ),
        "createdate": at_office_hours(leads.created),
        "notes_last_contacted": touched,
        "num_contacted_notes": [None if moment is None else 1 for moment in touched],
        "hs_email_optout": ["true" if opted_out else None for opted_out in leads.opted_out],
    }


def _stage(outcome: bool | None) -> str:
    if outcome is None:
        return OPEN
    return WON if outcome else LOST


def _custom_name(column: str) -> str:
    """A property's internal name: lower-case letters, digits, underscores; never a native one."""
    name = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")[:90]
    return name if name[:1].isalpha() and name not in _NATIVE else f"lead_{name}"


HUBSPOT = Crm(
    name="hubspot",
    object="contacts",
    created="createdate",
    opted_out="hs_email_optout",
    outcome=("lifecyclestage", Map(vocabulary=((WON, "1"), (LOST, "0"), (OPEN, "")))),
    worked=("notes_last_contacted", Coarsen(by="presence")),
    native=MappingProxyType(
        {
            "zip": "zip",
            "country": "country",
            "gender": "gender",
            "industry": "industry",
            "seniority": "seniority",
        }
    ),
    standard=_standard,
    custom_name=_custom_name,
    taken=_NATIVE.union(FLAGS),
)
