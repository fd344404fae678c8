"""The keys of one organisation's log, all out of one secret."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.pseudonym import derive

STATE = 8


@dataclass(frozen=True, slots=True)
class LogKeys:
    """What seals the secrets of leads and signs the lines.

    ``secret`` is the organisation's key for its decision log (`Keyring.key_for`): without it nothing can be
    read or added any more, while the chain can still be verified.
    """

    secret: bytes = field(repr=False)

    @property
    def signing(self) -> Ed25519PrivateKey:
        """What signs the lines."""
        return Ed25519PrivateKey.from_private_bytes(derive(self.secret, "decision-log/signing"))

    @property
    def sealing(self) -> AESGCM:
        """What the secrets of the leads are sealed with."""
        return AESGCM(derive(self.secret, "decision-log/sealing"))

    @property
    def marking(self) -> bytes:
        """What makes marks that say whether a lead has changed, and nothing else."""
        return derive(self.secret, "decision-log/marking")


def mark(marking: bytes, text: str) -> bytes:
    """A mark of what is known of a lead's scores."""
    return hashlib.blake2b(text.encode(errors="surrogatepass"), key=marking, digest_size=STATE).digest()
