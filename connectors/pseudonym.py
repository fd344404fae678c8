"""Record ids become keyed pseudonyms; there is no lookup table to steal."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 16


@dataclass(frozen=True, slots=True, order=True)
class LeadKey:
    """The pseudonym of one lead in one organisation: 16 bytes that only the keyring can make.

    Its ``repr`` shows nothing, so that a log line or a traceback cannot carry it.
    """

    digest: bytes = field(repr=False)

    @property
    def hex(self) -> str:
        """32 hexadecimal digits, the form that tables and the database hold."""
        return self.digest.hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The secrets of one organisation, derived from the master key (HKDF-SHA256, RFC 5869).

    Each purpose has a key of its own, so that a pseudonymised field never equals a lead key.
    """

    crm: str
    organisation: str
    master: bytes = field(repr=False)

    def lead_key(self, record_id: str) -> LeadKey:
        """The pseudonym of one record id: HMAC-SHA256 truncated to 16 bytes."""
        return LeadKey(self._digest("lead", record_id))

    def pseudonym(self, domain: str, value: str) -> str:
        """The pseudonym of a field value; equal values of one domain stay equal (operator ``key``)."""
        return self._digest(f"field/{domain}", value).hex()

    def _digest(self, purpose: str, value: str) -> bytes:
        secret = derive(self.master, f"{self.crm}/{self.organisation}/{purpose}")
        return hmac.digest(secret, value.encode(), hashlib.sha256)[:KEY_BYTES]


def derive(master: bytes, info: str) -> bytes:
    """A 32-byte key for one purpose. Raises ValueError when the master key is under 32 bytes."""
    if len(master) < 32:
        msg = "the master key must be at least 32 bytes long"
        raise ValueError(msg)
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"fairlead/" + info.encode()).derive(master)
