"""The demo's own folder: secrets that it makes for itself, the database, the lake."""

from __future__ import annotations

import base64
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audit.schema import BadInput
from connectors.locking import Locked, locked

ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where one demo keeps its state between two starts."""

    folder: Path

    @property
    def data(self) -> Path:
        """The data folder of the product (database and lake)."""
        return self.folder / "data"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other demo out of this folder for as long as the block runs.

        Raises
        ------
        BadInput
            One is running there.
        """
        try:
            with locked(self.folder, "running", wait=False):
                yield
        except Locked:
            msg = f"a demo is running in {self.folder} already; stop it, or start this one in another folder"
            raise BadInput(msg) from None

    def open_for(self, contents_digest: str) -> bool:
        """Make the folder ready for these contents, for its owner only; True when it holds their audit.

        Other contents than last time start with an empty folder.
        """
        mark = self.folder / "contents"
        if mark.exists() and mark.read_text() == contents_digest:
            self.folder.chmod(0o700)
            return True
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(mode=0o700, parents=True)
        self.data.mkdir(mode=0o700)
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
