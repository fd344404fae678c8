"""The first account: whoever can read the data folder of a new installation may make it."""

from __future__ import annotations

import hmac
import os
from pathlib import Path
from secrets import choice

from connectors.locking import locked
from webapp.settings import Settings
from webapp.store.repository import UNAMBIGUOUS

CODE_FILE = "setup-code.txt"
GROUPS, GROUP_LENGTH = 4, 5


def code_file(settings: Settings) -> Path:
    """Where the one-time setup code waits until the first account is made."""
    return settings.data_dir / CODE_FILE


def setup_code(settings: Settings) -> str:
    """The one-time setup code (about 98 bits), made when there is none yet, in a file for its owner only."""
    path = code_file(settings)
    with locked(path, "setup"):
        # A crash or a full disk may have left the file empty: that is no code.
        if path.exists() and (code := path.read_text(encoding="utf-8").strip()):
            return code
        code = "-".join("".join(choice(UNAMBIGUOUS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{code}\n")
        return code


def is_setup_code(settings: Settings, typed: str) -> bool:
    """Whether this is the code, compared in constant time; dashes, blanks and case do not matter."""
    return hmac.compare_digest(_plain(typed), _plain(setup_code(settings)))


def forget_setup_code(settings: Settings) -> None:
    """Remove the code after it was used."""
    code_file(settings).unlink(missing_ok=True)


def _plain(code: str) -> bytes:
    return "".join(code.replace("-", "").split()).lower().encode()
