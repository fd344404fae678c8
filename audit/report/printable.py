"""Text that a page, a chart and a terminal can show, whatever characters a name from the data has."""

from __future__ import annotations

_SYMBOLS = 0x2400  # the block "Control Pictures": a visible sign for each control character
_KEPT = "\t\n\r"

_PICTURES = {
    **{code: chr(_SYMBOLS + code) for code in range(0x20) if chr(code) not in _KEPT},
    0x7F: "\N{SYMBOL FOR DELETE}",
    **dict.fromkeys((*range(0x80, 0xA0), 0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}"),
}


def printable(text: str) -> str:
    r"""The text with a visible sign in place of every control character but tab and line end.

    SVG is XML, which has no such characters (XML 1.0, 2.2), and a terminal would obey them.

    Examples
    --------
    >>> printable("ur\x0cban")
    'ur␌ban'
    """
    return text.translate(_PICTURES)
