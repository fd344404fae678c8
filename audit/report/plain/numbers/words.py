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
UNITS = {word: place for place, word in enumerate(_SMALL)} | {
    word: 10 * place for place, word in enumerate(_TENS, start=2)
}
SCALES = {"hundred": 100, "dozen": 12, "thousand": 1_000, "million": 10**6, "billion": 10**9}
PAIRS = {"couple": 2, "pair": 2}
ORDINALS = {word: place for place, word in enumerate(_ORDER, start=1)}
PARTS = {"half": 2, "halve": 2, "quarter": 4} | {word: place for word, place in ORDINALS.items() if place > 2}
TIMES = {"twice": 2, "thrice": 3, "double": 2, "treble": 3, "triple": 3, "quadruple": 4}
COUNTING = "|".join((*UNITS, *SCALES, *PAIRS))
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
