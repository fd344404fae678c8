"""Keyed digests of leads: they prove later that a given lead was meant, and tell nobody else anything.

A mark is HMAC-SHA-256 of a lead's pseudonym under a key of the organisation, cut to 8 bytes. To test
whether a person was among them takes the record id and the organisation's keys; without them it is noise.
"""

from __future__ import annotations

from collections.abc import Iterable

from connectors.pseudonym import Keyring, LeadKey

BYTES = 8
_DOMAIN = "fairlead/deletion"


def mark(keyring: Keyring, lead: LeadKey) -> bytes:
    """The mark of one lead."""
    return bytes.fromhex(keyring.pseudonym(_DOMAIN, lead.hex))[:BYTES]


def marks(keyring: Keyring, leads: Iterable[LeadKey]) -> bytes:
    """The marks of some leads, each once, in order: nothing tells which came first."""
    return b"".join(sorted({mark(keyring, lead) for lead in leads}))


def holds(found: bytes, one: bytes) -> bool:
    """Whether a mark is among some."""
    return any(found[at : at + BYTES] == one for at in range(0, len(found), BYTES))
