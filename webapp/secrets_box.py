"""Encryption at rest: AES-256-GCM (NIST SP 800-38D) under keys that can be changed.

Every sealed value names its key, so that old keys go on opening what they sealed while everything new
is sealed with the newest. `webapp.store.grants.DatabaseGrants.reseal` moves a value to the newest key.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.pseudonym import derive

NONCE_BYTES = 12
NAME_BYTES = 8
# Before keys had names, there was the master key alone.
UNNAMED, NAMED = b"\x01", b"\x02"


class Unreadable(Exception):
    """A sealed value does not open: a key that is not here, another owner, or altered bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsBox:
    """Seals values for one purpose. ``owner`` is authenticated: a value moved to another row does not open.

    ``keys`` are 32 bytes each, the newest first; without any, the master key seals. The master key
    opens what it sealed before, always; ``former`` master keys open, too. A sealed value is a version byte,
    8 bytes that name the key, a random 96-bit nonce, then the ciphertext with its tag.
    """

    master: bytes = field(repr=False)
    purpose: str
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    former: tuple[bytes, ...] = field(default=(), repr=False)

    def seal(self, plain: bytes, owner: str) -> bytes:
        """Encrypt ``plain`` for ``owner`` with the newest key."""
        key, nonce = self._known()[0], os.urandom(NONCE_BYTES)
        head = NAMED + _name(key)
        return head + nonce + AESGCM(key).encrypt(nonce, plain, head + owner.encode())

    def open(self, sealed: bytes, owner: str) -> bytes:
        """Decrypt. Raises Unreadable, never says why."""
        if sealed[:1] == UNNAMED:
            return self._unnamed(sealed[1:], owner.encode())
        head = sealed[: 1 + NAME_BYTES]
        key = next((key for key in self._known() if NAMED + _name(key) == head), None)
        if key is None:
            raise Unreadable
        return _decrypted(key, sealed[len(head) :], head + owner.encode())

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the newest key sealed it."""
        return sealed[: 1 + NAME_BYTES] == NAMED + _name(self._known()[0])

    def _unnamed(self, sealed: bytes, bound: bytes) -> bytes:
        for key in self._known()[len(self.keys) :]:
            with suppress(Unreadable):
                return _decrypted(key, sealed, bound)
        raise Unreadable

    def _known(self) -> tuple[bytes, ...]:
        """The keys of this purpose, newest first; those of the master key come last."""
        roots = (*self.keys, self.master, *self.former)
        return tuple(derive(key, f"sealed/{self.purpose}") for key in roots)


def _name(key: bytes) -> bytes:
    """What names a key of one purpose; it tells nothing of the key."""
    return sha256(b"fairlead sealing key" + key).digest()[:NAME_BYTES]


def _decrypted(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    if len(nonce) != NONCE_BYTES:
        raise Unreadable
    try:
        return AESGCM(key).decrypt(nonce, body, bound)
    except InvalidTag:
        raise Unreadable from None
