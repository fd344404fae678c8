"""A reason that somebody types: what of it a reader sees, and how many words of letters it has."""

from __future__ import annotations

FEWEST_WORDS = 3


def typed_reason(text: str) -> str:
    """The text with single spaces, without what no reader sees."""
    return " ".join("".join(filter(_is_shown, text)).split())


def written_words(reason: str) -> int:
    """How many words with a letter in them there are: a reason of signs is none."""
    return sum(any(letter.isalpha() for letter in word) for word in reason.split())


def _is_shown(letter: str) -> bool:
    """Whether a reader sees it, or it parts words: a reason of invisible letters is none."""
    return letter.isprintable() or letter.isspace()
