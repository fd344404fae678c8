"""The application over a fresh installation, and a client that fills in forms as a browser does."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp.environment import settings_from
from webapp.settings import Settings

PASSWORD = "four words in a row"
START = datetime(2026, 11, 20, 9, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def settings_for(folder: Any, **changes: str) -> Settings:
    """Settings of a fresh installation in a folder; changes are environment variables without prefix."""
    environ = {
        "FAIRLEAD_SECRET_KEY": "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9",
        "FAIRLEAD_MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
        "FAIRLEAD_DATA_DIR": str(folder),
        **{f"FAIRLEAD_{name}": value for name, value in changes.items()},
    }
    return settings_from(environ)


@dataclass(frozen=True, slots=True)
class Browser:
    """A person's browser: it posts forms with the token that the page gave it."""

    client: FlaskClient

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def submit(
        self, page: str, fields: dict[str, str], to: str | None = None, **options: Any
    ) -> TestResponse:
        """Open ``page``, take its form token and post ``fields``."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(page, **options).text)
        token = {"csrf_token": found.group(1)} if found else {}
        return self.client.post(to or page, data={**token, **fields}, **options)

    def sign_in(self, password: str = PASSWORD, **options: Any) -> TestResponse:
        return self.submit("/login", {"name": "Ada", "password": password}, **options)
