"""The seniority that a job title says by its words, in many languages; never by anything but its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "tables" / "seniority.txt"
# Scripts that write no spaces between words: there a word is looked for anywhere in the title.
_UNSPACED = re.compile(r"[぀-ヿ㐀-鿿가-힯]")


def seniority_of(title: str) -> str | None:
    """The level of the longest phrase of the word list that the title holds; None where it holds none.

    Among phrases of equally many words (in scripts without spaces, letters) the file's earlier level is
    meant.
    """
    words = _words(title)
    runs = {
        " ".join(words[start:end]): end - start
        for start in range(len(words))
        for end in range(start + 1, min(len(words), start + _longest()) + 1)
    }
    spaced = [(-size, *_phrases()[run]) for run, size in runs.items() if run in _phrases()]
    unspaced = [(-len(word), *told) for word, told in _letters().items() if word in title]
    found = min(spaced or unspaced, default=None)
    return found[2] if found else None


def _words(text: str) -> list[str]:
    return re.findall(
        r"[^\W_]+(?:'[^\W_]+)?", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    )


@cache
def _listed() -> tuple[tuple[str, int, str], ...]:
    lines = [line for line in _FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    parted = (line.split("\t") for line in lines)
    return tuple(
        (phrase, place, level) for place, (level, words) in enumerate(parted) for phrase in words.split("|")
    )


@cache
def _phrases() -> Mapping[str, tuple[int, str]]:
    """Every phrase as its words, with the place and name of its level."""
    return {
        " ".join(_words(phrase)): (place, level)
        for phrase, place, level in reversed(_listed())
        if not _UNSPACED.search(phrase)
    }


@cache
def _letters() -> Mapping[str, tuple[int, str]]:
    return {
        phrase: (place, level) for phrase, place, level in reversed(_listed()) if _UNSPACED.search(phrase)
    }


@cache
def _longest() -> int:
    return max(phrase.count(" ") + 1 for phrase in _phrases())
