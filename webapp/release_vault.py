"""The secrets of an organisation that releases need: one seals the exact counts, one signs what leaves."""

from __future__ import annotations

import base64
import hmac
from contextlib import suppress
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.release import public_text, signed
from audit.schema import BadInput
from connectors.pseudonym import derive
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.services import Services
from webapp.store.key_rows import KeyDestroyed
from webapp.store.releases import PLAIN_DIGEST, Owner, ReleasedRow, Releases, owner_of
from webapp.store.rows import ConnectionRow

COUNTS, REQUESTS = "release counts", "release requests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Seals and signs for one organisation. Over files there are no secrets: nothing is sealed or signed.

    What seals outlives a rotation of the organisation's key and is gone when that key is destroyed. What
    signs comes from the master key, as with the decision log: releases of before can still be told by it.
    """

    box: SecretsBox | None = None
    key: Ed25519PrivateKey | None = field(default=None, repr=False)
    requests: bytes | None = field(default=None, repr=False)

    @property
    def public_key(self) -> str | None:
        """The key that proves these releases (32 bytes in base64)."""
        return None if self.key is None else public_text(self.key)

    def sign(self, text: str) -> str:
        """The text of a release, signed where there is a key."""
        return text if self.key is None else signed(text, self.key)

    def asked(self, digest: str) -> str:
        """The digest of a request as the ledger has it: its HMAC-SHA-256 under a key of the organisation.

        Of small counts somebody who has the ledger could guess the digest itself. Over files there is no
        key, and the counts lie beside it.
        """
        if self.requests is None:
            return digest
        made = hmac.digest(self.requests, digest.encode(), "sha256")
        return base64.urlsafe_b64encode(made).decode().rstrip("=")

    def seal(self, text: str, asked: str) -> bytes:
        """What stays inside of a release; ``asked``, the digest of its request, binds it to its line."""
        plain = text.encode()
        return plain if self.box is None else self.box.seal(plain, asked)

    def opened(self, sealed: bytes, asked: str) -> str:
        """What `seal` sealed. Raises Unreadable where it is another's."""
        return (sealed if self.box is None else self.box.open(sealed, asked)).decode()

    def open(self, row: ReleasedRow) -> str:
        """What stays inside of an earlier release.

        Raises
        ------
        BadInput
            It is gone, or its key is.
        """
        if row.basis:
            return row.basis
        try:
            if row.counts:
                return self.opened(row.counts, row.asked)
        except (Unreadable, UnicodeDecodeError):
            pass
        raise BadInput(_gone(row))


def vault_of(opened: Services, connection: ConnectionRow) -> Vault:
    """The secrets of one organisation. Raises BadInput where its key was destroyed."""
    keyring = opened.keyring(connection)
    box = SecretsBox(master=keyring.key_for(COUNTS), purpose=COUNTS)
    return Vault(box=box, key=signing_key(opened, connection), requests=keyring.key_for(REQUESTS))


def bring_up(releases: Releases, owner: Owner, vault: Vault) -> None:
    """Key the digests that an older version kept as they are, and seal counts that it kept in the clear.

    What does not open stays as it is: whoever needs it says so.
    """
    for row in releases.all(owner):
        old = len(row.asked) == PLAIN_DIGEST and vault.requests is not None
        if not old and not (row.basis and vault.box is not None):
            continue
        asked = vault.asked(row.asked) if old else row.asked
        with suppress(BadInput):
            kept = bool(row.basis or row.counts)
            releases.seal_line(row, asked, vault.seal(vault.open(row), asked) if kept else None)


def bring_all_up(opened: Services) -> None:
    """As `bring_up` for every live connection."""
    old = opened.releases.owners_of_old()
    for connection in opened.repository.connections() if old else ():
        owner = owner_of(connection)
        if connection.state != "disconnected" and owner in old:
            with suppress(KeyDestroyed):
                bring_up(opened.releases, owner, vault_of(opened, connection))


def signing_key(opened: Services, connection: ConnectionRow) -> Ed25519PrivateKey:
    """What signs the releases of an organisation."""
    name = f"releases/{len(connection.crm)}:{connection.crm}/{connection.organisation}"
    return Ed25519PrivateKey.from_private_bytes(derive(opened.settings.master, name))


def _gone(row: ReleasedRow) -> str:
    return (
        f"The exact counts behind the release of {row.made_at:%Y-%m-%d} are gone: they went with the key of "
        "this organisation when it was disconnected. A new release could be subtracted from that one and "
        "nobody could check it, so hand out that one again, or share with noise."
    )
