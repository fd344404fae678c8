"""The nearest valid name to a misspelt one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that ``word`` most probably stands for, or None where none is near.

    Case, spaces, hyphens and underscores do not count as differences.
    """
    plain = {_plain(name): name for name in reversed(list(names))}
    close = difflib.get_close_matches(_plain(word), plain, n=1, cutoff=0.6)
    return plain[close[0]] if close else None


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character not in " _-")
