"""Encryption at rest: AES-256-GCM (NIST SP 800-38D) under a key derived from the master key."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.pseudonym import derive

NONCE_BYTES = 12
VERSION = b"\x01"


class Unreadable(Exception):
    """A sealed value does not open: another master key, another owner, or altered bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsBox:
    """Seals values for one purpose. ``owner`` is authenticated: a value moved to another row does not open.

    A sealed value is a version byte, a random 96-bit nonce, then the ciphertext with its tag.
    """

    master: bytes = field(repr=False)
    purpose: str

    def seal(self, plain: bytes, owner: str) -> bytes:
        """Encrypt ``plain`` for ``owner``."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + self._cipher().encrypt(nonce, plain, owner.encode())

    def open(self, sealed: bytes, owner: str) -> bytes:
        """Decrypt. Raises Unreadable, never says why."""
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if sealed[:1] != VERSION or len(nonce) != NONCE_BYTES:
            raise Unreadable
        try:
            return self._cipher().decrypt(nonce, body, owner.encode())
        except InvalidTag:
            raise Unreadable from None

    def _cipher(self) -> AESGCM:
        return AESGCM(derive(self.master, f"sealed/{self.purpose}"))
