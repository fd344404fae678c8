"""The digest of a file, and the proof that it stayed the same while it was read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.schema import BadInput
from connectors.files.content import check_file, readable


@contextmanager
def held_still(path: Path) -> Iterator[str]:
    """The SHA-256 of a file, in hexadecimal, which holds for all that is read of it in the block.

    Raises
    ------
    BadInput
        The file cannot be read, or was changed before the end of the block: then what was read may
        be neither the old nor the new one.
    """
    with readable(path):
        check_file(path)
        before = _identity(path.stat())
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    yield digest
    with readable(path):
        after = _identity(path.stat())
    if after != before:
        msg = f"{path.name}: the file was changed while it was read; run it again when the file is complete"
        raise BadInput(msg)


def _identity(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
