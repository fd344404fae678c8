"""The signature of a bundle: Ed25519 (RFC 8032) over its manifest, after a line that says what is signed."""

from __future__ import annotations

import base64
import binascii
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM = "Ed25519"
SIGNED = b"fairlead evidence bundle\n"
_PARTS = ("public_key", "signature")


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half of a key: 32 bytes in base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def signature_of(manifest: bytes, key: Ed25519PrivateKey) -> bytes:
    """The file that signs a manifest. The same manifest and key give the same bytes."""
    return _written(public_text(key), base64.b64encode(key.sign(SIGNED + manifest)).decode())


def _written(public: str, signed: str) -> bytes:
    told = {"algorithm": ALGORITHM, "public_key": public, "signature": signed}
    return (json.dumps(told, sort_keys=True, indent=1) + "\n").encode()


def signer_of(manifest: bytes, signature: bytes) -> str | None:
    """The public key that signed a manifest (base64); None where the signature is not good.

    Nothing signs the signature's own file. So it has to be written as Fairlead writes it, to the byte, or
    somebody could add to it who made the audit.
    """
    try:
        told = json.loads(signature)
        public, signed = (base64.b64decode(str(told[name]), validate=True) for name in _PARTS)
        Ed25519PublicKey.from_public_bytes(public).verify(signed, SIGNED + manifest)
    except (InvalidSignature, binascii.Error, ValueError, TypeError, KeyError, RecursionError):
        return None
    names = [base64.b64encode(one).decode() for one in (public, signed)]
    return names[0] if _written(*names) == signature else None
