"""How far a pull came, so that what lies on the disk meanwhile tells no record id.

HubSpot's place in a list is the id of a record. It must outlive the process; it is sealed with a key of
the organisation, and whoever has the folder alone reads nothing from it.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.pseudonym import Keyring

_NONCE = 12


def seal(keyring: Keyring, place: Mapping[str, Any]) -> str:
    """A place as text that only the same keyring can read (AES-GCM)."""
    nonce = secrets.token_bytes(_NONCE)
    return base64.b64encode(nonce + _box(keyring).encrypt(nonce, json.dumps(place).encode(), None)).decode()


def unseal(keyring: Keyring, text: object) -> dict[str, Any]:
    """The place of a sealed text; an empty one where it is none of this keyring."""
    try:
        raw = base64.b64decode(str(text), validate=True)
        place = json.loads(_box(keyring).decrypt(raw[:_NONCE], raw[_NONCE:], None))
    except (ValueError, InvalidTag):
        return {}
    return place if isinstance(place, dict) else {}


def _box(keyring: Keyring) -> AESGCM:
    return AESGCM(keyring.key_for("pull"))
