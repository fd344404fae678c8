"""Leads as a Salesforce org holds them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from connectors.policy.coarsen import Coarsen
from connectors.policy.map import Map
from connectors.sandbox.fields import Value
from connectors.sandbox.filling import Crm, Leads, at_office_hours
from connectors.sandbox.salesforce.objects import PACKAGE

WON, LOST = "Closed - Converted", "Closed - Not Converted"
OPEN, WORKING = "Open - Not Contacted", "Working - Contacted"


def _standard(leads: Leads) -> Mapping[str, Sequence[Value]]:
    won = [outcome is True for outcome in leads.outcome]
    return {
        "FirstName": leads.people.first,
        "LastName": leads.people.last,
        "Company": leads.people.company,
        "Email": leads.people.email,
        "Phone": leads.people.phone,
        "Status": [_status(*pair) for pair in zip(leads.outcome, leads.worked, strict=True)],
        "IsConverted": won,
        "ConvertedDate": [
            str(day or born) if is_won else None
            for is_won, day, born in zip(won, leads.last_activity, leads.created, strict=True)
        ],
        "CreatedDate": at_office_hours(leads.created),
        "LastActivityDate": [None if day is None else str(day) for day in leads.last_activity],
        "HasOptedOutOfEmail": tuple(leads.opted_out),
    }


def _status(outcome: bool | None, worked: bool | None) -> str:
    if outcome is None:
        return WORKING if worked else OPEN
    return WON if outcome else LOST


def _custom_name(column: str) -> str:
    """A custom field's API name: letters, digits and single underscores, 40 characters, ``__c``."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", column).strip("_")
    name = "_".join(word[:1].upper() + word[1:] for word in words.split("_"))
    return f"{name if name[:1].isalpha() else f'X{name}'}"[:37].rstrip("_") + "__c"


SALESFORCE = Crm(
    name="salesforce",
    object="Lead",
    created="CreatedDate",
    opted_out="HasOptedOutOfEmail",
    outcome=("Status", Map(vocabulary=((WON, "1"), (LOST, "0"), (WORKING, ""), (OPEN, "")))),
    worked=("LastActivityDate", Coarsen(by="presence")),
    native=MappingProxyType(
        {
            "zip": "PostalCode",
            "country": "Country",
            "gender": "GenderIdentity",
            "source": "LeadSource",
            "industry": "Industry",
        }
    ),
    standard=_standard,
    custom_name=_custom_name,
    taken=frozenset(found.name.lower() for found in PACKAGE),
)
