"""A reason that somebody types: what of it a reader sees, and whether it is one."""

from __future__ import annotations

from webapp.language import decimal, gettext

FEWEST_WORDS, LONGEST = 3, 500


def typed_reason(text: str) -> str:
    """The text with single spaces, without what no reader sees."""
    return " ".join("".join(filter(_is_shown, text)).split())


def is_written(reason: str) -> bool:
    """Whether it has enough words with a letter in them: a reason of signs is none."""
    return sum(any(letter.isalpha() for letter in word) for word in reason.split()) >= FEWEST_WORDS


def too_long(reason: str) -> str:
    """What to say of a reason with too many characters; "" of any other."""
    if len(reason) <= LONGEST:
        return ""
    return gettext(
        "The reason has %(n)s characters; shorten it to %(longest)s at most.",
        n=decimal(len(reason)),
        longest=LONGEST,
    )


def _is_shown(letter: str) -> bool:
    """Whether a reader sees it, or it parts words: a reason of invisible letters is none."""
    return letter.isprintable() or letter.isspace()
