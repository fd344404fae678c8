"""Whether a value points at a person: by its shape, by what is within it, or as it could say anything.

A short text may hold what would not be kept by itself: "call +1 415 555 2671", "see example.com/in/jane".
What is found is a net, not a proof, and stands behind the judgement by name and type
(`connectors.policy.identifying`), never in place of it.
"""

from __future__ import annotations

import re
import unicodedata

from connectors.policy.looks import IDENTIFYING, is_card, looks_like

# Whatever points at somebody has a figure, an @ or a dot with letters behind it; most values have none.
_HINT = re.compile(r"[\d@]|\w\.[^\W\d]|://")
_AROUND = "\"'`.,;:!?()[]{}<>|"
_CALLED = re.compile(
    r"(?<![\w.])\+\s?\d(?:[\s().\-/]{0,2}\d){6,}"  # with its country
    r"|\(\d{2,5}\)\s?\d(?:[\s.\-/]?\d){5,}"  # (555) 123-4567
    r"|(?<![\d.,/-])\d{3}[-.]\d{3}[-.]\d{4}(?!\d)"  # 555-123-4567
    r"|(?<![\d.,/-])0\d{2,4}[\s/\-]+\d(?:[\s.\-/]?\d){4,}"  # 0171 1234567
    r"|(?<![\d.,/-])0\d(?:[\s.]\d\d){4}(?!\d)"  # 01 23 45 67 89
    r"|\b(?:tel|telefon|telephone|phone|call|text|mobile?|mobil\w*|cell|handy|fon|fax|whatsapp|anruf\w*)\b"
    r"\W{0,3}(?:[^\W\d]+\W{1,2}){0,2}\d(?:[\s().\-/]{0,2}\d){5,}",  # a number that is called so
    re.IGNORECASE,
)
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){3,8}", re.IGNORECASE)
# A phone number in a text is known by more than its gaps: so are versions and dates written.
_ALONE = IDENTIFYING - {"phone"}
_SHORT, _FEW_WORDS = 60, 6


def identifies(value: str) -> bool:
    """Whether a value plainly points at a person, holds what does, or is a text that could say anything.

    A list of short choices, as a CRM writes several of them (``a;b;c``), is no such text.

    Examples
    --------
    >>> identifies("call +1 415 555 2671"), identifies("1000-5000 employees")
    (True, False)
    """
    shape = looks_like(value)
    if shape in IDENTIFYING or (shape == "free text" and not _are_choices(value)):
        return True
    return shape in {"text", "name", "free text"} and _holds_one(unicodedata.normalize("NFKC", value))


def _are_choices(text: str) -> bool:
    parts = text.split(";")
    return len(parts) > 1 and all(
        len(part) <= _SHORT and part.count(" ") <= _FEW_WORDS and "\n" not in part for part in parts
    )


def _holds_one(text: str) -> bool:
    """Whether a part of a text is an address, a number or an id of a person."""
    if _HINT.search(text) is None:
        return False
    words = (word.strip(_AROUND) for word in re.split(r"[\s;,|=]+", text))
    return any(looks_like(word) in _ALONE for word in words) or _holds_number(text)


def _holds_number(text: str) -> bool:
    if _CALLED.search(text) or any(is_card(found[0]) for found in _CARD.finditer(text)):
        return True
    return any(_is_account(found[0].split(" ")) for found in _IBAN.finditer(text))


def _is_account(parts: list[str]) -> bool:
    """Whether an account number is at the start: the words behind it look like more of it."""
    return any(is_card("".join(parts[:end])) for end in range(1, len(parts) + 1))
