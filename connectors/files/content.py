"""The bytes of a file: unpacked, and named when they are damaged."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from audit.schema import BadInput

_GZIP = b"\x1f\x8b"


def read_content(path: Path) -> bytes:
    """The whole file, unpacked if it is gzip. BadInput says what is wrong with it."""
    content = _read(path)
    if content.startswith(_GZIP):
        content = _unpack(path, content)
    elif content and path.suffix.casefold() == ".gz":
        msg = f"{path.name}: the name says gzip, but the file is not; rename it or pack it again"
        raise BadInput(msg)
    return content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        msg = f"{path}: there is no such file; check the name and the folder"
    except IsADirectoryError:
        msg = f"{path}: this is a folder; name one CSV, Excel or Parquet file in it"
    except PermissionError:
        msg = f"{path}: the file may not be read; give yourself permission to read it"
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the name is not valid"
        msg = f"{path}: the file cannot be read ({reason}); check the name and the disk"
    raise BadInput(msg)


def _unpack(path: Path, content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except EOFError:
        msg = (
            f"{path.name}: the file ends in the middle (cut off after {len(content):,} bytes); copy it again"
        )
    except (gzip.BadGzipFile, zlib.error):
        msg = f"{path.name}: the gzip file is damaged, so what it holds cannot be trusted; copy it again"
    raise BadInput(msg)
