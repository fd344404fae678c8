"""A record id that a person typed into a form, or at a prompt, becomes a lead key at once."""

from __future__ import annotations

from audit.schema import BadInput
from connectors.hubspot.answers import number_of
from connectors.hubspot.inbound import CONTACT, LEAD, lead_of
from connectors.pseudonym import Keyring, LeadKey

OBJECTS = {"contact": (CONTACT, "contact", "contact's"), "lead": (LEAD, "lead", "lead's")}
"""The objects whose ids may be typed: HubSpot's type id, and how it is called."""


def typed_lead(text: str, keyring: Keyring, kind: str = "contact") -> LeadKey:
    """The key of the record whose id was typed: of a ``contact``, or of a ``lead`` of HubSpot's Leads object.

    The same number names another record in each of the two.

    Raises
    ------
    BadInput
        It is no such id; what was typed is not repeated.
    """
    if kind not in OBJECTS:
        msg = f"The kind of record must be one of {', '.join(OBJECTS)}."
        raise BadInput(msg)
    record_id, (type_id, noun, whose) = number_of(text.strip()), OBJECTS[kind]
    if not record_id:
        msg = (
            f"The record id of a HubSpot {noun} is a whole number of up to 19 digits. "
            f"Copy it from the {whose} page: Actions, View record ID."
        )
        raise BadInput(msg)
    return lead_of(keyring, type_id, record_id)
