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
    """The secrets of one organisation: one of its first generation, and one for each rotation since.

    Every key is derived by HKDF-SHA256 (RFC 5869). Each purpose has a key of its own, so that a
    pseudonymised field never equals a lead key. Pseudonyms are layered: that of a generation is the HMAC,
    under its key, of that of the generation before. So what is held can be moved on without the record ids
    (`Rekeying`), and an old key alone tells nothing of a new pseudonym (docs/adr/0008).

    ``master`` is the secret of generation ``first``, ``later`` are those after it. ``own`` is the secret
    behind `key_for` where ``master`` is not the organisation's alone, ``installation`` the one behind
    `lasting` where ``master`` is not the installation's.

    Derived keys live as long as the keyring and nowhere else: they show in no ``repr``, play no
    part in equality, and a keyring cannot be pickled.
    """

    crm: str
    organisation: str
    master: bytes = field(repr=False)
    later: tuple[bytes, ...] = field(default=(), repr=False)
    first: int = 1
    own: bytes = field(default=b"", repr=False)
    installation: bytes = field(default=b"", repr=False)
    _derived: dict[tuple[int, str], bytes] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def generation(self) -> int:
        """The number of the generation in force."""
        return self.first + len(self.later)

    def lead_key(self, record_id: str) -> LeadKey:
        """The pseudonym of one record id: HMAC-SHA256 truncated to 16 bytes, of each generation in turn."""
        return LeadKey(self._digest("lead", record_id))

    def pseudonym(self, domain: str, value: str) -> str:
        """The pseudonym of a field value; equal values of one domain stay equal (operator ``key``)."""
        return self._digest(f"field/{domain}", value).hex()

    def lasting(self, domain: str, value: str) -> str:
        """A name for a thing that is no person's: neither a rotation nor a destroyed key changes it."""
        secret = derive(self.installation or self.master, self._info(f"field/{domain}"))
        return hmac.digest(secret, value.encode(), hashlib.sha256)[:KEY_BYTES].hex()

    def key_for(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose of the organisation, such as its decision log.

        It stays the same through rotations, and is gone for good once the organisation's key is destroyed.
        """
        return derive(self.own or self.master, self._info(f"key/{purpose}"))

    def forward(self, lead: LeadKey, since: int) -> LeadKey:
        """What a pseudonym of generation ``since`` is now. Raises ValueError for one that is not held."""
        if not self.first <= since <= self.generation:
            msg = f"generation {since} is none of this keyring"
            raise ValueError(msg)
        return LeadKey(self._onward("lead", lead.digest, since - self.first + 1))

    def rekeying(self) -> Rekeying:
        """The step from the generation before to the one in force. Raises ValueError in the first one."""
        if not self.later:
            msg = "the first generation has none before it"
            raise ValueError(msg)
        return Rekeying(keyring=self)

    def _digest(self, purpose: str, value: str) -> bytes:
        return self._onward(purpose, self._link(0, purpose, value.encode(errors="surrogatepass")), 1)

    def _onward(self, purpose: str, digest: bytes, number: int) -> bytes:
        """The pseudonym in force out of that of link ``number - 1``."""
        for link in range(number, 1 + len(self.later)):
            digest = self._link(link, purpose, digest)
        return digest

    def _link(self, number: int, purpose: str, value: bytes) -> bytes:
        secret = self._derived.get((number, purpose))
        if secret is None:
            root = self.later[number - 1] if number else self.master
            secret = self._derived[number, purpose] = derive(root, self._info(purpose))
        return hmac.digest(secret, value, hashlib.sha256)[:KEY_BYTES]

    def _info(self, purpose: str) -> str:
        # Lengths keep the parts apart: organisation "a/b" must not share keys with "a".
        return "/".join(f"{len(part)}:{part}" for part in (self.crm, self.organisation, purpose))

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: the secrets must not leave the process by accident."""
        msg = "a keyring is not serialised: make it again from the master key"
        raise TypeError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rekeying:
    """Moves pseudonyms of the generation before to the one in force; no record id is needed."""

    keyring: Keyring

    def lead(self, digest: str) -> str:
        """The lead key (hexadecimal text) out of the one before."""
        return self._moved("lead", digest)

    def value(self, domain: str, digest: str) -> str:
        """The pseudonym of a field value out of the one before."""
        return self._moved(f"field/{domain}", digest)

    def _moved(self, purpose: str, digest: str) -> str:
        return self.keyring._onward(purpose, bytes.fromhex(digest), len(self.keyring.later)).hex()  # noqa: SLF001 - its other half


def derive(master: bytes, info: str) -> bytes:
    """A 32-byte key for one purpose. Raises ValueError when the master key is under 32 bytes."""
    if len(master) < 32:
        msg = "the master key must be at least 32 bytes long"
        raise ValueError(msg)
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"fairlead/" + info.encode()).derive(master)
