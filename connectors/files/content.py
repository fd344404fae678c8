"""The bytes of a file: unpacked, and named when they are damaged."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from audit.schema import BadInput

_GZIP = b"\x1f\x8b"


def read_content(path: Path) -> bytes:
    """The whole file, unpacked if it is gzip. BadInput says what is wrong with it."""
    with readable(path):
        content = path.read_bytes()
    if content.startswith(_GZIP):
        content = _unpack(path, content)
    elif content and path.suffix.casefold() == ".gz":
        msg = f"{path.name}: the name says gzip, but the file is not; rename it or pack it again"
        raise BadInput(msg)
    return content


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say in one sentence, as BadInput, why the file cannot be read in the block."""
    try:
        yield
    except FileNotFoundError:
        msg = f"{path}: there is no such file; check the name and the folder"
    except IsADirectoryError:
        msg = f"{path}: this is a folder; name one CSV, Excel or Parquet file in it"
    except PermissionError:
        msg = f"{path}: the file may not be read; give yourself permission to read it"
    except OSError as error:
        msg = f"{path}: the file cannot be read ({error.strerror}); check the name and the disk"
    else:
        return
    raise BadInput(msg)


def check_file(path: Path) -> None:
    """BadInput where this is nothing that can be read twice: a pipe gives its bytes once.

    A folder passes, for reading it says what it is.
    """
    try:
        mode = path.stat().st_mode
    except ValueError:
        msg = f"{path!r}: this name is not valid; check it"
        raise BadInput(msg) from None
    if not (S_ISREG(mode) or S_ISDIR(mode)):
        msg = f"{path}: this is not a file but a pipe or a device; save the rows to a file and name that"
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
