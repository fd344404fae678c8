"""A record id that a person typed into a form, or at a prompt, becomes a lead key at once."""

from __future__ import annotations

from audit.schema import BadInput
from connectors.hubspot.answers import number_of
from connectors.hubspot.inbound import CONTACT, lead_of
from connectors.pseudonym import Keyring, LeadKey


def typed_lead(text: str, keyring: Keyring) -> LeadKey:
    """The key of the contact whose record id was typed.

    Raises
    ------
    BadInput
        It is no such id; what was typed is not repeated.
    """
    record_id = number_of(text.strip())
    if not record_id:
        msg = (
            "The record id of a HubSpot contact is a whole number of up to 19 digits. "
            "Copy it from the contact's page: Actions, View record ID."
        )
        raise BadInput(msg)
    return lead_of(keyring, CONTACT, record_id)
