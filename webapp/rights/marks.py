"""Keyed digests of leads: they prove later that a given lead was meant, and tell nobody else anything.

A mark is HMAC-SHA-256 of a lead's pseudonym under a key of the organisation, cut to 8 bytes. To test
whether a person was among them takes the record id and the organisation's keys; without them it is noise.
Once the organisation's key is destroyed, nobody can test it any more.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from connectors.pseudonym import Keyring, LeadKey

BYTES = 8
_PURPOSE = "deletion marks"


def mark(keyring: Keyring, lead: LeadKey) -> bytes:
    """The mark of one lead."""
    return hmac.digest(keyring.key_for(_PURPOSE), lead.digest, hashlib.sha256)[:BYTES]


def marks(keyring: Keyring, leads: Iterable[LeadKey]) -> bytes:
    """The marks of some leads, each once, in order: nothing tells which came first."""
    key = keyring.key_for(_PURPOSE)
    made = {hmac.digest(key, lead.digest, hashlib.sha256)[:BYTES] for lead in leads}
    return b"".join(sorted(made))


def holds(found: bytes, one: bytes) -> bool:
    """Whether a mark is among some."""
    return any(found[at : at + BYTES] == one for at in range(0, len(found), BYTES))
