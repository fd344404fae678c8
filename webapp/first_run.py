"""The first account: whoever can read the data folder of a new installation may make it."""

from __future__ import annotations

import hmac
import os
from pathlib import Path

from connectors.locking import locked
from webapp.settings import Settings
from webapp.store.typed_codes import new_code, plain_code

CODE_FILE = "setup-code.txt"


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
        code = new_code()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{code}\n")
        return code


def is_setup_code(settings: Settings, typed: str) -> bool:
    """Whether this is the code, compared in constant time."""
    wanted = plain_code(setup_code(settings)).encode()
    return hmac.compare_digest(plain_code(typed).encode(), wanted)


def forget_setup_code(settings: Settings) -> None:
    """Remove the code after it was used."""
    code_file(settings).unlink(missing_ok=True)
