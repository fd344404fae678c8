"""Who made a release: an Ed25519 signature (RFC 8032) in a line of its own.

What is signed is the text of the file without that line, byte for byte, so that nobody need agree on how to
write JSON: cut the second line away, and check what is left. The public key stands in the line. It proves
that nothing was changed since; that the release is of a certain organisation, it proves to whoever has
that organisation's key from elsewhere.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM = "Ed25519"
_FIRST = "{\n"
_LINE = re.compile(
    r' "signature": \{"algorithm": "Ed25519", "public_key": "([A-Za-z0-9+/]{43}=)", '
    r'"value": "([A-Za-z0-9+/]{86}==)"\},\n'
)
_NAMED = re.compile(r'"signature"\s*:')

State = Literal["signed", "unsigned", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a release is signed, and by which public key (32 bytes in base64; None where it is not)."""

    state: State
    public_key: str | None


def signed(text: str, key: Ed25519PrivateKey) -> str:
    """A release (`audit.release.to_json`) with the line that signs it. The same text gives the same line."""
    told = {
        "algorithm": ALGORITHM,
        "public_key": public_text(key),
        "value": base64.b64encode(key.sign(text.encode())).decode(),
    }
    line = f' "signature": {json.dumps(told)},\n'
    return _FIRST + line + text.removeprefix(_FIRST)


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half of a key, as it stands in a release."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def parted(text: str) -> tuple[str, Standing]:
    """A release without the line that signs it, and how it stands; needs nothing but the text."""
    line = _LINE.match(text, len(_FIRST)) if text.startswith(_FIRST) else None
    if line is None:
        return text, Standing(state="changed" if _NAMED.search(text) else "unsigned", public_key=None)
    rest = _FIRST + text[line.end() :]
    public, value = line.groups()
    if _NAMED.search(rest):
        return rest, Standing(state="changed", public_key=public)
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public))
        key.verify(base64.b64decode(value), rest.encode())
    except (InvalidSignature, ValueError):
        return rest, Standing(state="changed", public_key=public)
    return rest, Standing(state="signed", public_key=public)
