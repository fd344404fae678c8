"""English numerals: words that count, part, multiply and order."""

from __future__ import annotations

import re
from fractions import Fraction

_SMALL = (
    *(
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDER = (
    *(
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
    ),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth"),
    *("nineteenth", "twentieth"),
)
# "fortytwo" and "fourty" are no words, and yet read as numbers.
_JOINED = {
    f"{tens}{unit}": 10 * place + more
    for place, tens in enumerate(_TENS, start=2)
    for more, unit in enumerate(_SMALL[1:10], start=1)
}
_MISSPELT = {"fourty": 40, "ninty": 90, "fourtyfour": 44, "fivety": 50}
UNITS = (
    {word: place for place, word in enumerate(_SMALL)}
    | {word: 10 * place for place, word in enumerate(_TENS, start=2)}
    | _JOINED
    | _MISSPELT
)
SCALES = {
    "hundred": 100,
    "dozen": 12,
    "thousand": 1_000,
    "million": 10**6,
    "billion": 10**9,
    "lakh": 10**5,
    "crore": 10**7,
    "trillion": 10**12,
}
PAIRS = {"couple": 2, "pair": 2}
ORDINALS = {word: place for place, word in enumerate(_ORDER, start=1)}
_HALVES = ("half", "halve", "halved", "halving")
PARTS = (
    dict.fromkeys(_HALVES, 2)
    | {"quarter": 4, "hundredth": 100, "thousandth": 1_000}
    | {word: place for word, place in ORDINALS.items() if place > 2}
)
TIMES = {
    "twice": 2,
    "thrice": 3,
    "double": 2,
    "doubling": 2,
    "treble": 3,
    "triple": 3,
    "tripling": 3,
    "quadruple": 4,
    "quadrupling": 4,
    "quintuple": 5,
    "sextuple": 6,
}
# The longest first, or "forty" would be all that is read of "fortytwo".
COUNTING = "|".join(sorted((*UNITS, *SCALES, *PAIRS), key=lambda word: (-len(word), word)))
ROMAN = r"m{0,4}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_LETTERS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1_000}
_BREAK = re.compile(r"[\s-]+(?:and[\s-]+)?")


def counted(words: str) -> Fraction:
    """The value of numerals in a row: "two hundred and five" is 205, "a dozen" 12."""
    whole, part = 0, 0
    for word in _BREAK.split(words.strip()):
        if word in SCALES:
            part = max(part, 1) * SCALES[word]
            if SCALES[word] >= 1_000:
                whole, part = whole + part, 0
        else:
            part += UNITS.get(word, PAIRS.get(word, 0))
    return Fraction(whole + part)


def part_of(word: str) -> int:
    """The number of parts that a word divides by: "thirds" 3, "halves" 2, "quarter" 4."""
    return PARTS.get(word) or PARTS[word.removesuffix("s")]


def roman(letters: str) -> Fraction | None:
    """The value of a numeral in Roman letters: "XIV" is 14; None where there is no such number."""
    small = letters.lower()
    if not small or not re.fullmatch(ROMAN, small):
        return None
    values = [_LETTERS[one] for one in small]
    signed = (-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
    return Fraction(sum(signed))
