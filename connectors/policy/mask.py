"""What an admin sees of a value before the policy: its kind and about how long it is, no character of it.

There are few shapes, and their words are fixed. So however many values somebody tries, a shape tells which of
these few a value has, and nothing else: no character of it, and not its length.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from connectors.policy.blank import filled
from connectors.policy.day import day_of

_YES_NO = frozenset({"true", "false", "yes", "no"})
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LINK = re.compile(r"(?i)([a-z][a-z0-9+.-]*://|www\.)\S+")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?[0-9]*[.,][0-9]+")
_DIGITS = re.compile(r"\+?[0-9 ()./-]*[0-9][0-9 ()./-]*")
_CODE = re.compile(r"(?=.*[0-9])[A-Za-z0-9]+([ -][A-Za-z0-9]+)?")
_DAY, _CODE_LENGTH = 10, 12
_FEW_DIGITS, _SOME_DIGITS = 3, 6

YES_NO: Final = "yes or no"
MAIL: Final = "•••••@•••.•••"
LINK: Final = "https://•••"
DAY: Final = "####-##-##"
MOMENT: Final = "####-##-## ##:##"
FEW, SOME, MANY = "number of 1 to 3 digits", "number of 4 to 6 digits", "number of 7 digits or more"
DECIMAL: Final = "number with decimals"
DIGITS: Final = "digits and signs, as in a phone number"
CODE: Final = "code of letters and digits"
# The longest text of each shape, in characters; the last one has no end.
_TEXTS = MappingProxyType(
    {
        10: "text of 1 to 10 characters",
        40: "text of 11 to 40 characters",
        200: "text of 41 to 200 characters",
        1000: "text of 201 to 1,000 characters",
    }
)
LONG: Final = "text of more than 1,000 characters"
_NUMBERS: Final = (FEW, SOME, MANY, DECIMAL, DIGITS, CODE)
SHAPES: Final = (YES_NO, MAIL, LINK, DAY, MOMENT, *_NUMBERS, *_TEXTS.values(), LONG)
"""Everything that a mask can say."""


def mask(value: str | None) -> str | None:
    """The shape of a value, one of `SHAPES`; None where it is empty."""
    text = filled(value)
    if text is None:
        return None
    return _plain(text) or _numeric(text) or _text(text)


def _plain(text: str) -> str | None:
    if text.casefold() in _YES_NO:
        return YES_NO
    if _MAIL.fullmatch(text):
        return MAIL
    if _LINK.fullmatch(text):
        return LINK
    if day_of(text) is None:
        return None
    return DAY if len(text) == _DAY else MOMENT


def _numeric(text: str) -> str | None:
    if _WHOLE.fullmatch(text):
        length = len(text.lstrip("+-"))
        return FEW if length <= _FEW_DIGITS else SOME if length <= _SOME_DIGITS else MANY
    if _DECIMAL.fullmatch(text):
        return DECIMAL
    if _DIGITS.fullmatch(text):
        return DIGITS
    return CODE if len(text) <= _CODE_LENGTH and _CODE.fullmatch(text) else None


def _text(text: str) -> str:
    return next((words for longest, words in _TEXTS.items() if len(text) <= longest), LONG)
