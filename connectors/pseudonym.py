"""Record ids become keyed pseudonyms; there is no lookup table to steal."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import NoReturn

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
    Derived keys live as long as the keyring and nowhere else: they show in no ``repr``, play no
    part in equality, and a keyring cannot be pickled.
    """

    crm: str
    organisation: str
    master: bytes = field(repr=False)
    _derived: dict[str, bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    def lead_key(self, record_id: str) -> LeadKey:
        """The pseudonym of one record id: HMAC-SHA256 truncated to 16 bytes."""
        return LeadKey(self._digest("lead", record_id))

    def pseudonym(self, domain: str, value: str) -> str:
        """The pseudonym of a field value; equal values of one domain stay equal (operator ``key``)."""
        return self._digest(f"field/{domain}", value).hex()

    def _digest(self, purpose: str, value: str) -> bytes:
        secret = self._derived.get(purpose)
        if secret is None:
            # Lengths keep the parts apart: organisation "a/b" must not share keys with "a".
            parts = (self.crm, self.organisation, purpose)
            info = "/".join(f"{len(part)}:{part}" for part in parts)
            secret = self._derived[purpose] = derive(self.master, info)
        return hmac.digest(secret, value.encode(errors="surrogatepass"), hashlib.sha256)[:KEY_BYTES]

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: the master key must not leave the process by accident."""
        msg = "a keyring is not serialised: make it again from the master key"
        raise TypeError(msg)


def derive(master: bytes, info: str) -> bytes:
    """A 32-byte key for one purpose. Raises ValueError when the master key is under 32 bytes."""
    if len(master) < 32:
        msg = "the master key must be at least 32 bytes long"
        raise ValueError(msg)
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"fairlead/" + info.encode()).derive(master)
