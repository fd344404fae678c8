"""A key file that signs evidence bundles on the command line: Ed25519 in PEM form, for its owner alone."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from audit.report.bundle import public_text
from audit.schema import BadInput


def public_file(path: Path) -> Path:
    """Where the public half of a key file stands."""
    return path.with_name(f"{path.name}.pub")


def make_key(path: Path) -> str:
    """Make a key file and, beside it, the file with its public half; the public key (base64).

    Raises
    ------
    BadInput
        One of the files is there already, or cannot be written. No key is ever written over.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = public_text(key)
    _new(public_file(path), f"{public}\n".encode(), 0o644)
    try:
        _new(path, pem, 0o600)
    except BadInput:
        public_file(path).unlink()
        raise
    return public


def read_key(path: Path) -> Ed25519PrivateKey:
    """The key in a file. Raises BadInput where there is none."""
    try:
        key: object = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        msg = f"{path}: there is no key to sign with; make one with: fairlead bundle-key new {path}"
        raise BadInput(msg)
    return key


def public_key(text: str) -> str:
    """A public key as somebody named it: itself in base64, or the file that holds it. Raises BadInput."""
    try:
        path = Path(text)
        said = (path.read_text() if path.is_file() else text).strip()
        Ed25519PublicKey.from_public_bytes(base64.b64decode(said, validate=True))
    except (OSError, ValueError):
        msg = (
            "--key: this is no public key; name the 44 signs that were published, or the file that holds them"
        )
        raise BadInput(msg) from None
    return said


def _new(path: Path, content: bytes, mode: int) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        msg = f"{path}: there is such a file already, and a key is never written over; choose another name"
        raise BadInput(msg) from None
    except OSError as error:
        msg = f"{path}: the key cannot be written there ({error.strerror}); choose another folder"
        raise BadInput(msg) from None
