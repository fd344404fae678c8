"""The secrets of an organisation that releases need: one seals the exact counts, one signs what leaves."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.release import public_text, signed
from audit.schema import BadInput
from connectors.pseudonym import derive
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.services import Services
from webapp.store.releases import ReleasedRow
from webapp.store.rows import ConnectionRow

COUNTS = "release counts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Seals and signs for one organisation. Over files there are no secrets: nothing is sealed or signed.

    What seals outlives a rotation of the organisation's key and is gone when that key is destroyed. What
    signs comes from the master key, as with the decision log: releases of before can still be told by it.
    """

    box: SecretsBox | None = None
    key: Ed25519PrivateKey | None = field(default=None, repr=False)

    @property
    def public_key(self) -> str | None:
        """The key that proves these releases (32 bytes in base64)."""
        return None if self.key is None else public_text(self.key)

    def sign(self, text: str) -> str:
        """The text of a release, signed where there is a key."""
        return text if self.key is None else signed(text, self.key)

    def seal(self, text: str, asked: str) -> bytes:
        """What stays inside of a release; ``asked``, the digest of its request, binds it to its line."""
        plain = text.encode()
        return plain if self.box is None else self.box.seal(plain, asked)

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
            if row.counts and self.box is None:
                return row.counts.decode()
            if row.counts and self.box is not None:
                return self.box.open(row.counts, row.asked).decode()
        except (Unreadable, UnicodeDecodeError):
            pass
        raise BadInput(_gone(row))


def vault_of(opened: Services, connection: ConnectionRow) -> Vault:
    """The secrets of one organisation. Raises BadInput where its key was destroyed."""
    secret = opened.keyring(connection).key_for(COUNTS)
    return Vault(box=SecretsBox(master=secret, purpose=COUNTS), key=signing_key(opened, connection))


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
