"""Text in whatever encoding a spreadsheet chose, as UTF-8."""

from __future__ import annotations

import codecs

from audit.schema import BadInput

_CHUNK = 1 << 24
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def to_utf8(content: bytes, name: str) -> tuple[bytes, tuple[str, ...]]:
    """The text as UTF-8 without a byte order mark, and a note where the encoding was not UTF-8.

    A text that is not valid UTF-8 is read as Windows-1252, which is what "Latin-1" exports are.
    """
    if content.startswith(codecs.BOM_UTF8):
        content = content.removeprefix(codecs.BOM_UTF8)
    if content.startswith(_UTF16):
        content = _from_utf16(content, name)
        _check_text(content, name)
        return content, (f"{name} was read as UTF-16.",)
    _check_text(content, name)
    if _is_utf8(content):
        return content, ()
    note = f"{name} is not UTF-8 and was read as Windows-1252 (Latin-1); check names with accents."
    return _from_windows(content).encode(), (note,)


def _check_text(content: bytes, name: str) -> None:
    if b"\0" in content:
        msg = f"{name}: the file is not text; save it as CSV (UTF-8), Excel (.xlsx) or Parquet"
        raise BadInput(msg)


def _is_utf8(content: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _CHUNK):
            decoder.decode(content[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _from_utf16(content: bytes, name: str) -> bytes:
    try:
        return content.decode("utf-16").encode()
    except UnicodeError:
        msg = f"{name}: the UTF-16 text is damaged or cut off; save it again as UTF-8"
        raise BadInput(msg) from None


def _from_windows(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:  # five bytes mean nothing in Windows-1252
        return content.decode("latin-1")
