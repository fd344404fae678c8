"""A policy that comes as a file: its text, or a sentence about what is wrong with the file."""

from __future__ import annotations

import re

from werkzeug.datastructures import FileStorage

from audit.schema import BadInput
from webapp.language import decimal, gettext
from webapp.views.drafting import LONGEST_TEXT

LARGEST = 4 * LONGEST_TEXT
"""Bytes: no text of the allowed length is longer in UTF-8."""
HEADER = "# Fairlead policy export"
_OURS = re.compile(rf"\A{re.escape(HEADER)}[^\n]*\n")


def uploaded_policy(file: FileStorage | None) -> str:
    """The text of a file with the line ends of the editor, without the line that an export begins with.

    Raises
    ------
    BadInput
        No file was chosen, it is too large, or it is no text in UTF-8.
    """
    if file is None or not file.filename:
        msg = gettext("Choose a file first: a policy as Fairlead exports it, ending in .toml.")
        raise BadInput(msg)
    held = file.stream.read(LARGEST + 1)
    if len(held) > LARGEST:
        msg = gettext(
            "The file is larger than %(largest)s kB, which no policy is; choose another one.",
            largest=decimal(LARGEST // 1000),
        )
        raise BadInput(msg)
    try:
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError:
        msg = gettext("The file is no text in UTF-8; save it as UTF-8 in your editor, then import it again.")
        raise BadInput(msg) from None
    if "\0" in text or not text.strip():
        msg = gettext("The file holds no text of a policy; choose another one.")
        raise BadInput(msg)
    return _OURS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def exported(text: str, version: int, digest: str, label: str) -> str:
    """The text of a saved version with a first line that says what it is."""
    return f"{HEADER}: version {version} of {label}, sha256 of the text below this line {digest}\n{text}"
