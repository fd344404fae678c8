"""The zip of a bundle: one way to write it, so that whatever else is in a file shows.

The files are stored, not packed: compression libraries differ from one machine to the next, and what is not
packed cannot blow up. No time, no owner, no comment (PKWARE, APPNOTE.TXT 6.3.10).
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping

from audit.schema import BadInput

LARGEST = 512 * 1024 * 1024
MOST_FILES = 500
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
CUT = "it is no whole zip file: it was cut off, damaged, or is something else"
_DAY = 0x21  # 1 January 1980, the first day that a zip can name
_MADE_BY, _NEEDS, _MODE = 0x0314, 10, 0o100644 << 16
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")


def packed(files: Mapping[str, bytes]) -> bytes:
    """The zip of these files, by name. The same files give the same bytes everywhere.

    Raises
    ------
    ValueError
        A name is not a plain one, or there is more than a bundle may hold.
    """
    if not all(NAME.fullmatch(name) for name in files) or len(files) > MOST_FILES:
        msg = "a bundle holds at most 500 files with plain names"
        raise ValueError(msg)
    if sum(len(content) for content in files.values()) > LARGEST:
        msg = "a bundle holds at most 512 MB"
        raise ValueError(msg)
    body, index, names = bytearray(), bytearray(), sorted(files)
    for name in names:
        at, content = len(body), files[name]
        told = (_NEEDS, 0, 0, 0, _DAY, zlib.crc32(content), len(content), len(content), len(name), 0)
        body += _LOCAL.pack(b"PK\x03\x04", *told) + name.encode() + content
        index += _CENTRAL.pack(b"PK\x01\x02", _MADE_BY, *told, 0, 0, 0, _MODE, at) + name.encode()
    end = _END.pack(b"PK\x05\x06", 0, 0, len(names), len(names), len(index), len(body), 0)
    return bytes(body + index + end)


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a bundle in the order of the zip; nothing is written anywhere.

    Raises
    ------
    BadInput
        It is no whole zip, it would blow up or write outside a folder, or a file in it is damaged.
    """
    if len(data) > LARGEST:
        raise BadInput(_not("it is larger than 512 MB"))
    listed = _listed(data)
    _check_names([one.filename for one in listed])
    _check_sizes(listed, len(data))
    return {one.filename: _content(data, one) for one in listed}


def _listed(data: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            return opened.infolist()
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, struct.error):
        raise BadInput(_not(CUT)) from None


def _content(data: bytes, one: zipfile.ZipInfo) -> bytes:
    """What stands behind a local header; whether it is what it was, the digests tell better than a CRC."""
    if one.header_offset < 0 or one.header_offset + _LOCAL.size > len(data):
        raise BadInput(_not(CUT))
    *_, name, extra = _LOCAL.unpack_from(data, one.header_offset)
    begin = one.header_offset + _LOCAL.size + int(name) + int(extra)
    return data[begin : begin + one.file_size]


def _check_names(names: list[str]) -> None:
    if len(names) > MOST_FILES:
        raise BadInput(_not(f"it lists {len(names):,} files"))
    if len(set(names)) < len(names):
        raise BadInput(_not("two of its files have the same name"))
    if not all(NAME.fullmatch(name) for name in names):
        raise BadInput(_not("it names a file that would be written outside its folder or is no plain name"))


def _check_sizes(listed: list[zipfile.ZipInfo], whole: int) -> None:
    """What is stored as it is cannot be more than the file itself; anything packed is refused unread."""
    stored = all(
        one.compress_type == zipfile.ZIP_STORED
        and one.compress_size == one.file_size
        and not one.flag_bits & 1
        for one in listed
    )
    if not stored or sum(one.file_size for one in listed) > whole:
        raise BadInput(_not("its files are packed or encrypted, and might unfold to any size"))


def _not(reason: str) -> str:
    return f"this is no evidence bundle: {reason}; ask for the file again"
