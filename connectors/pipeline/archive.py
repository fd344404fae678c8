"""The ``.skops`` file as an archive: what it may weigh, packed and unpacked, before it is read."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np

from audit.schema import BadInput
from connectors.files.content import check_file, readable

LARGEST_FILE = 256 * 2**20
LARGEST_UNPACKED = 1024 * 2**20
LARGEST_SCHEMA = 64 * 2**20
MOST_PARTS = 20_000
SCHEMA = "schema.json"
_ZIP = b"PK\x03\x04"
_PICKLED = (b"\x80", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_PICKLE_NAMES = {".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle"}
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, RuntimeError)
"""What Python's zipfile raises at a file that is cut off, encrypted or made up."""


def read_archive(path: Path) -> bytes:
    """The whole file, once its parts are known to be of a bearable size.

    Raises
    ------
    BadInput
        The file cannot be read, is a pickle, is too large, would unpack to too much, or is damaged.
    """
    with readable(path):
        check_file(path)
        size = path.stat().st_size
        start = b"" if path.is_dir() else _start(path)
    _refuse_pickle(path, start)
    if size > LARGEST_FILE:
        msg = f"{path.name}: the file has {_mib(size)}; a pipeline may have {_mib(LARGEST_FILE)} at most"
        raise BadInput(msg)
    with readable(path):
        content = path.read_bytes()
    if not content.startswith(_ZIP):
        msg = f'{path.name}: this is no .skops file; write one with skops.io.dump(pipeline, "pipeline.skops")'
        raise BadInput(msg)
    try:
        _check_parts(path.name, content)
    except DAMAGED:
        raise damaged(path.name) from None
    return content


def damaged(name: str) -> BadInput:
    """The refusal of a file that is cut off or made up."""
    return BadInput(f"{name}: the file is cut off or damaged; copy it again, or save the pipeline once more")


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8)


def _refuse_pickle(path: Path, start: bytes) -> None:
    pickled = start.startswith(_PICKLED) or path.suffix.casefold() in _PICKLE_NAMES
    if pickled:
        msg = (
            f"{path.name}: a pickle (or joblib) file can run any program when it is opened, so it is never"
            ' read; save the pipeline with skops.io.dump(pipeline, "pipeline.skops") and name that file'
        )
        raise BadInput(msg)


def _check_parts(name: str, content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        _check_sizes(name, parts)
        if SCHEMA not in archive.namelist():
            msg = f"{name}: this archive is no pipeline (it has no {SCHEMA}); save one with skops.io.dump"
            raise BadInput(msg)
        if archive.getinfo(SCHEMA).file_size > LARGEST_SCHEMA:
            raise _too_much(name)
        for part in parts:
            if part.filename.endswith(".npy"):
                _check_array(name, archive, part)
            elif part.filename.endswith(".npz"):
                _check_packed_arrays(name, archive.read(part))


def _check_packed_arrays(name: str, content: bytes) -> None:
    """A sparse matrix is an archive in the archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check_sizes(name, archive.infolist())
        for part in archive.infolist():
            _check_array(name, archive, part)


def _check_sizes(name: str, parts: list[zipfile.ZipInfo]) -> None:
    """Python's zipfile gives no more bytes of a part than the part itself says."""
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise _too_much(name)
    if len({part.filename for part in parts}) < len(parts):
        raise damaged(name)


def _check_array(name: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """An array says how large it is, and numpy makes room for that before it reads on: it must be true."""
    with archive.open(part) as file:
        try:
            version = np.lib.format.read_magic(file)
            read = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            shape, _, kind = read(file)
        except ValueError:
            raise damaged(name) from None
    size = kind.itemsize
    for one in shape:
        size *= int(one)
    if kind.hasobject or min(shape, default=0) < 0 or size > part.file_size:
        raise damaged(name)


def _too_much(name: str) -> BadInput:
    return BadInput(
        f"{name}: unpacked, the file would be too large (more than {_mib(LARGEST_UNPACKED)} or {MOST_PARTS:,}"
        " parts); save a smaller pipeline"
    )


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
