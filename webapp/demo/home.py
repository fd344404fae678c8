"""The demo's own folder: secrets that it makes for itself, the database, the lake."""

from __future__ import annotations

import base64
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where one demo keeps its state between two starts."""

    folder: Path

    @property
    def data(self) -> Path:
        """The data folder of the product (database and lake)."""
        return self.folder / "data"

    def open_for(self, contents_digest: str) -> bool:
        """Make the folder ready for these contents; True when it already holds their audit.

        Other contents than last time start with an empty folder.
        """
        mark = self.folder / "contents"
        if mark.exists() and mark.read_text() == contents_digest:
            return True
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.data.mkdir(parents=True)
        return False

    def remember(self, contents_digest: str) -> None:
        """Note that the audit of these contents is complete."""
        (self.folder / "contents").write_text(contents_digest)

    def password(self) -> str:
        """The admin's password, made at the first start."""
        return self._secret("password", lambda: secrets.token_urlsafe(12))

    def secret_key(self) -> str:
        """What signs sessions."""
        return self._secret("secret_key", lambda: secrets.token_urlsafe(48))

    def master_key(self) -> str:
        """What every other key is derived from: 32 bytes, base64."""
        return self._secret("master_key", lambda: base64.b64encode(secrets.token_bytes(32)).decode())

    def _secret(self, name: str, make: Callable[[], str]) -> str:
        path = self.folder / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(make())
        return path.read_text()
