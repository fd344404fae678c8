"""Whether a text says any number that its facts do not hold.

It is strict: a number must stand in the facts with the same value and kind. 12 % is not 12.3 %, and 12 leads
are neither 12 points nor 12 groups. Whether a number is said of the right thing, no such check can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from audit.report.plain.numbers.dates import months_of
from audit.report.plain.numbers.find import numbers_in
from audit.report.plain.numbers.model import Number

_NAMES = re.compile(r"'[^'\n]+'|\u201c[^\u201d\n]+\u201d")
_OTHER_SCRIPT = re.compile(r"\w*[^\W\d_a-zA-Z\u00aa-\u024f]\w*")


def unfounded(text: str, facts: Iterable[str]) -> tuple[str, ...]:
    """The numbers of a text that do not stand in the facts, as they are written; none where all is well.

    Names in quotes that the facts quote as well are names and no numbers: '65+', 'ZIP 94'.
    So are words in another script that stand in the facts.
    """
    told = "\n".join(facts)
    names = {*_NAMES.findall(told), *_OTHER_SCRIPT.findall(told)}
    known = numbers_in(_without(told, names))
    return tuple(one.text for one in numbers_in(_without(text, names)) if not _stands(one, known))


def _without(text: str, names: set[str]) -> str:
    """The text with quoted names out of it; longer ones first, since one may begin like another."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "\u2026")
    return text


def _stands(one: Number, known: tuple[Number, ...]) -> bool:
    return one.value is not None and any(_same(one, other) for other in known)


def _same(one: Number, other: Number) -> bool:
    if one.value is None or other.value is None or one.kind != other.kind:
        return False
    if one.noun and other.noun and one.noun != other.noun:
        return False
    if one.kind == "date" and one.value < 0 < other.value:
        return one.value == months_of(other.value)
    # "A third" may stand for 33.3 %: rounded to as many digits as the fact has.
    return one.value == other.value or (one.rough and _rounds_to(one, other))


def _rounds_to(one: Number, other: Number) -> bool:
    digits = len(other.text.partition("%")[0].strip().partition(".")[2])
    return one.value is not None and round(one.value * 100, digits) == (other.value or 0) * 100
