"""The seal of an organisation: what of it lies on the disk opens with this and with nothing else.

Notes are sealed by AES-256-GCM (NIST SP 800-38D), Parquet files by Parquet's own modular encryption
(`connectors.sealed_parquet`). Whatever is sealed is bound to its organisation, its generation and its
name: moved elsewhere, changed or cut short, it does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.schema import BadInput
from connectors.counting import NOTHING, Changes, Numbers
from connectors.pseudonym import derive

_NONCE = 12
DOES_NOT_OPEN = (
    "the stored leads do not open with the key of this organisation: a file was changed, or is from another "
    "time than the database; put the data folder and the database of one moment back, or disconnect, connect "
    "again and pull everything"
)


class DoesNotOpen(BadInput):
    """Something on the disk was not sealed by this seal under this name, or was changed since."""

    def __init__(self) -> None:
        super().__init__(DOES_NOT_OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Seals many small values of one kind."""

    kind: str
    _cipher: AESGCM = field(repr=False)
    _marking: bytes = field(repr=False)

    def lock(self, plain: bytes, name: str = "") -> bytes:
        """A value as nobody else can read or change it: a random nonce, then cipher and tag."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, f"{self.kind}/{name}".encode())

    def unlock(self, sealed: bytes, name: str = "") -> bytes:
        """The value. Raises DoesNotOpen where it was sealed under another name or key, or was changed."""
        nonce, body = sealed[:_NONCE], sealed[_NONCE:]
        if len(nonce) != _NONCE:
            raise DoesNotOpen
        try:
            return self._cipher.decrypt(nonce, body, f"{self.kind}/{name}".encode())
        except InvalidTag:
            raise DoesNotOpen from None

    def mark(self, text: str) -> bytes:
        """16 bytes by which a value is found again; equal for equal texts, and telling nothing of them."""
        return hmac.digest(self._marking, text.encode(), hashlib.sha256)[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One generation of one organisation (``owner``: its CRM and its id).

    With ``takes_plain`` what an earlier version of Fairlead wrote in the clear may still be read. ``known``
    is how far the database knows that the leads have come: an older state of them is not read.
    """

    owner: str
    generation: int
    secret: bytes = field(repr=False)
    takes_plain: bool = False
    known: Numbers = NOTHING

    @property
    def parquet_key(self) -> bytes:
        """The key of the Parquet files (AES-256-GCM)."""
        return self._key("parquet")

    def cells(self, kind: str) -> Cells:
        """What seals the values of one kind."""
        return cells(self._key(f"cells/{kind}"), kind)

    def _key(self, purpose: str) -> bytes:
        return derive(self.secret, f"{len(self.owner)}:{self.owner}/{self.generation}/{purpose}")


# The seal in force of an organisation, by its CRM and its id. Raises BadInput where its key was destroyed.
SealFor = Callable[[str, str], Seal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where the leads of one organisation lie, and what seals them.

    ``changes`` is what was written, for the database to know. With ``lenient`` a state that is older than
    what the database knows may be opened, so that it can be brought in line.
    """

    path: Path
    seal: Seal
    changes: Changes = field(default_factory=Changes, compare=False, repr=False)
    lenient: bool = False

    def within(self, name: str) -> Home:
        """A folder in it."""
        return Home(path=self.path / name, seal=self.seal)


def folder_name(organisation: str) -> str:
    """The name of an organisation's folder, whatever its id."""
    safe = quote(organisation, safe="").replace(".", "%2E")
    return safe if len(safe) <= 120 else hashlib.sha256(organisation.encode()).hexdigest()


def cells(key: bytes, kind: str) -> Cells:
    """What seals values of one kind under a key (32 bytes) that nothing else uses."""
    return Cells(kind=kind, _cipher=AESGCM(derive(key, "cell")), _marking=derive(key, "mark"))


def passing_cells(kind: str) -> Cells:
    """As `cells`, under a key that this process alone knows: for files that end with it."""
    return cells(secrets.token_bytes(32), kind)
