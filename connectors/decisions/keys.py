"""The keys of one organisation's log."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.pseudonym import derive

STATE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeys:
    """What seals the secrets of leads, and what signs the lines.

    ``secret`` is the organisation's own key for its log (`Keyring.key_for`): without it nothing that was
    logged can be read. ``signers`` are the installation's secrets for the signatures of this log, the one in
    force first, then former ones.
    """

    secret: bytes = field(repr=False)
    signers: tuple[bytes, ...] = field(repr=False)

    @property
    def signing(self) -> tuple[Ed25519PrivateKey, ...]:
        """What signs the lines, and what signed them before."""
        return tuple(Ed25519PrivateKey.from_private_bytes(derive(one, "signing")) for one in self.signers)

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
