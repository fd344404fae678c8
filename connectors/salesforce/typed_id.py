"""A record id that a person typed into a form, or at a prompt, becomes a lead key at once."""

from __future__ import annotations

from audit.schema import BadInput
from connectors.pseudonym import Keyring, LeadKey
from connectors.salesforce.ids import full_id
from connectors.salesforce.inbound import LEAD_PREFIX

SHAPE = "The record id of a Salesforce lead has 15 or 18 letters and digits and begins with 00Q"


def typed_lead(text: str, keyring: Keyring) -> LeadKey:
    """The key of the lead whose record id was typed, in its short or its long form.

    Raises
    ------
    BadInput
        It is no such id, or its last three characters do not fit; what was typed is not repeated.
    """
    try:
        record_id = full_id(text.strip())
    except ValueError as error:
        wrong = " A letter is wrong, or capitals are not as they were." if "checksum" in str(error) else ""
        msg = f"{SHAPE}.{wrong} Copy it from the address of the lead's page."
        raise BadInput(msg) from None
    if not record_id.startswith(LEAD_PREFIX):
        msg = f"{SHAPE}. This one is of another kind of record."
        raise BadInput(msg)
    return keyring.lead_key(record_id)
