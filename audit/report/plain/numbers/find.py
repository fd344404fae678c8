"""Every number of an English text: no digit and no numeral is left out.

What is read: 12,345 and 12 345, 12.5 %, 3 to 4 points, 1.2 million, 12k, 1e-6, one in five, 2/3, half, two
thirds, twice, 1st, second, 26 November 2026, 2026-11-26, XIV. Not read are words that name no number (most,
many, few, both), a "one" that counts nothing, and "first". What is seen and not understood is a number that
stands in no facts: numerals of other languages, letters of other scripts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import zip_longest

from audit.report.plain.numbers.dates import MONTH, day, month_of
from audit.report.plain.numbers.foreign import FOREIGN
from audit.report.plain.numbers.model import Kind, Number
from audit.report.plain.numbers.words import (
    COUNTING,
    ORDINALS,
    PARTS,
    SCALES,
    TIMES,
    counted,
    part_of,
    roman,
)

Found = tuple[Kind, Fraction | None, bool]
_GROUPED = r"\d{1,3}(?:[,' ]\d{3})+(?!\d)(?:\.\d+)?"
_DIGITS = rf"(?:{_GROUPED}|\d+(?:[.,]\d+)*(?:e[+-]?\d+)?(?:\^-?\d+)?)"
_SCALE = r"(?:\s?(?:k|m|bn|thousand|million|billion|hundred|dozen)\b)?"
_UNIT = (
    r"(?:\s?[%‰]|[\s-]?per\s?cent(?:age)?(?:[\s-]points?)?\b|[\s-]?points?\b|\s?pp\b|\s?bps\b"
    r"|\s?basis points?\b|\s?times\b|\s?x\b|[\s-]?fold\b|(?:st|nd|rd|th)\b)?"
)
_WORDS = rf"(?:{COUNTING})(?:[\s-]+(?:and[\s-]+)?(?:{COUNTING}))*"
_MANY = rf"(?:{_DIGITS}|(?:{_WORDS})\b)"
_PART = "|".join(f"{word}s?" for word in PARTS) + "|halves"
_YEAR, _NTH = r"\d{4}", r"\d{1,2}(?:st|nd|rd|th)?"
# Stands for a sign that means a number and is no digit, and for a letter of another script, where there may
# be numerals in words.
_SIGN = "\ufffc"
_PATTERNS = {
    "iso": rf"(?<!\d){_YEAR}-\d{{2}}-\d{{2}}(?!\d)",
    "day_first": rf"\b{_NTH}\s(?:of\s)?{MONTH},?\s{_YEAR}\b",
    "month_first": rf"\b{MONTH}\s{_NTH},?\s{_YEAR}\b",
    "month": rf"\b{MONTH},?\s{_YEAR}\b",
    "dotted": r"(?<!\d)\d{1,2}\.\d{1,2}\.\d{4}(?!\d)",
    "slashed": r"(?<!\d)\d{1,4}/\d{1,2}/\d{2,4}(?!\d)",
    "in_many": rf"(?:{_DIGITS}|\b(?:{_WORDS}))\s(?:in|out of)\s(?:every\s)?{_MANY}{_UNIT}",
    "over": r"\d+/\d+",
    "digits": rf"{_DIGITS}{_SCALE}{_UNIT}",
    "parts": rf"\b(?:(?:a|an|{COUNTING})[\s-])(?:{_PART})\b|\bhal(?:f|v(?:es?|ed|ing))\b|\bquarters?\b",
    "every": r"\bevery\s(?:other|" + "|".join(ORDINALS) + r")\b",
    "sign": f"{_SIGN}+",
    "foreign": rf"\b(?:{FOREIGN})\b",
    "vague": r"\b(?:tens|dozens|hundreds|thousands|millions|billions|fortnights?|decades?|centur(?:y|ies))\b",
    "manifold": rf"\b(?:{COUNTING})-?fold\b",
    "words": rf"\b(?:{_WORDS})\b{_UNIT}",
    "multiple": r"\b(?:" + "|".join(TIMES) + r")[sd]?\b",
    "order": r"\b(?:" + "|".join(word for word in ORDINALS if word != "first") + r")\b",
}
_ANY = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS.items()))
_BETWEEN = re.compile(r"\s*(?:to|and|or|through|up to|-)\s*")
# What has no width of its own could stand inside of a number: joiners, turners, marks over a digit.
_UNSEEN = frozenset({"Cf", "Mn", "Me"})
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
# Counted things, also with one word between: "12 further findings".
_NOUN = re.compile(
    r"\s(?:\w+\s)?(lead|group|comparison|finding|warning|attribute|field|column|score|audit|hour|day|week|month|year)"
    r"s?\b"
)
_ONE = frozenset({"lead", "group", "comparison", "finding", "warning", "attribute"})
"""What a "one" before it counts; "one score" and "one field" are rather any of them."""
_ROMAN = re.compile(r"\b(?:[IVXLCDM]{2,}|[ivx]{2,})\b")
_HIGH = re.compile(f"[{''.join(_RAISED)}]+")
# Hyphens, dashes and the minus sign; the typographic apostrophe; the slash of a fraction.
_SLASH = "\N{FRACTION SLASH}"
_SAME = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        _SLASH: "/",
    }
)


def numbers_in(text: str) -> tuple[Number, ...]:
    """The numbers of a text in order; ``start`` and ``end`` are places in its `evened` form."""
    even = evened(text)
    found = [_number(one) for one in _ANY.finditer(even)]
    counting = [one for one in found if one is not None]
    return tuple(_shared(counting, even))


def evened(text: str) -> str:
    """The text in small letters, with one kind of space, dash and digit; "2½" becomes "2 1/2"."""
    raised = _HIGH.sub(lambda found: "^" + "".join(_RAISED[one] for one in found[0]), text)
    spaced = "".join(f" {one}" if _SLASH in unicodedata.normalize("NFKC", one) else one for one in raised)
    signed = "".join(_SIGN if unicodedata.name(one, "").startswith("ROMAN") else one for one in spaced)
    told = _ROMAN.sub(lambda found: str(roman(found[0]) or found[0]), unicodedata.normalize("NFKC", signed))
    plain = told.casefold().translate(_SAME)
    seen = (one for one in plain if unicodedata.category(one) not in _UNSEEN)
    return "".join(_SIGN if _odd(one) else " " if one.isspace() else one for one in seen)


def _odd(one: str) -> bool:
    other = one.isalpha() and not unicodedata.name(one, "LATIN").startswith("LATIN")
    return other or (not one.isdecimal() and unicodedata.numeric(one, None) is not None)


def _number(match: re.Match[str]) -> Number | None:
    """The number of a match; None for a "one" that counts nothing."""
    name, text = str(match.lastgroup), match[0]
    after = _NOUN.match(match.string, match.end())
    if text == "one" and (after is None or after[1] not in _ONE):
        return None
    kind, value, rough = _READ[name](text)
    return Number(
        start=match.start(),
        end=match.end(),
        text=text,
        kind=kind,
        value=value,
        rough=rough,
        noun=after[1] if after and kind == "plain" else "",
    )


def _shared(found: list[Number], text: str) -> Iterator[Number]:
    """Give the first end of a range the unit of its second: "3 to 4 %" are two shares."""
    for one, after in zip_longest(found, found[1:]):
        if (
            after is None
            or one.kind != "plain"
            or after.kind not in ("share", "points", "times")
            or after.rough
        ):
            yield one
        elif one.value is not None and _BETWEEN.fullmatch(text[one.end : after.start]):
            scale = 100 if after.kind == "share" else 1
            yield replace(one, kind=after.kind, value=one.value / scale)
        else:
            yield one


def _value(digits: str) -> Fraction | None:
    """Digits as a number: 12,345; 12 345; 12.5; 12,5; 1e-6; 10^6. None where they are odd."""
    if re.fullmatch(_GROUPED, digits):
        return Fraction(re.sub(r"[,' ]", "", digits))
    base, _, power = digits.partition("^")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}", base):
        base = base.replace(".", "")
    base = re.sub(r"^(\d+),(\d+)$", r"\1.\2", base)
    if not re.fullmatch(r"\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?", base) or len(power) > 3:
        return None
    return (
        Fraction(base) ** (int(power) if power else 1)
        if Fraction(base) or not power.startswith("-")
        else None
    )


def _digits(text: str) -> Found:
    digits, scale, unit = _split(text)
    value = _value(digits)
    return _with_unit(None if value is None else value * scale, unit)


def _split(text: str) -> tuple[str, int, str]:
    """Digits, the scale of "k" or "million", and the unit."""
    whole = re.match(_DIGITS, text)
    digits = whole[0] if whole else text
    rest = text[len(digits) :]
    scaled = re.match(_SCALE, rest)
    word = scaled[0].strip() if scaled else ""
    scale = {"k": 1_000, "m": 10**6, "bn": 10**9, **SCALES}.get(word, 1)
    return digits, scale, rest[len(scaled[0]) if scaled else 0 :].strip(" -")


_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("times", "x", "fold"), "times"),
    **dict.fromkeys(("st", "nd", "rd", "th"), "ordinal"),
}


def _with_unit(value: Fraction | None, unit: str) -> Found:
    if unit.endswith(("points", "point", "pp", "bps")):
        hundredth = unit.startswith(("basis", "bps"))
        return "points", None if value is None else value / (100 if hundredth else 1), False
    if unit == "‰":
        return "share", None if value is None else value / 1000, False
    if unit.startswith(("%", "per")):
        return "share", None if value is None else value / 100, False
    return _KINDS.get(unit, "plain"), value, False


def _words(text: str) -> Found:
    words = re.match(rf"(?:{_WORDS})\b", text)
    said = words[0] if words else text
    return _with_unit(counted(said), text[len(said) :].strip(" -"))


def _in_many(text: str) -> Found:
    some, many = re.split(r" (?:in|out of) (?:every )?", text, maxsplit=1)
    if not re.fullmatch(_MANY, many):
        return "share", None, False
    top, bottom = (_value(one) if one[0].isdigit() else counted(one) for one in (some, many))
    return "share", top / bottom if top is not None and bottom else None, False


def _over(text: str) -> Found:
    top, bottom = text.split("/")
    return "share", Fraction(int(top), int(bottom)) if int(bottom) else None, False


def _parts(text: str) -> Found:
    *number, word = re.split(r"[\s-]", text)
    times = 1 if not number or number[0] in ("a", "an") else counted(number[0])
    return "share", Fraction(times) / part_of(word), True


def _every(text: str) -> Found:
    word = text.rsplit(maxsplit=1)[-1]
    return "share", Fraction(1, 2 if word == "other" else ORDINALS[word]), True


def _multiple(text: str) -> Found:
    word = next(word for word in TIMES if text.startswith(word))
    return "times", Fraction(TIMES[word]), False


def _day_first(text: str) -> Found:
    number, month, year = text.replace(" of ", " ").replace(",", "").split()
    return "date", day(year, month, re.sub(r"\D", "", number)), False


def _month_first(text: str) -> Found:
    month, number, year = text.replace(",", "").split()
    return "date", day(year, month, re.sub(r"\D", "", number)), False


def _month(text: str) -> Found:
    month, year = text.replace(",", "").split()
    return "date", month_of(year, month), False


_READ: dict[str, Callable[[str], Found]] = {
    "iso": lambda text: ("date", day(*text.split("-")), False),
    "day_first": _day_first,
    "month_first": _month_first,
    "month": _month,
    "dotted": lambda text: ("date", day(*reversed(text.split("."))), False),
    "slashed": lambda _: ("date", None, False),
    "in_many": _in_many,
    "over": _over,
    "digits": _digits,
    "parts": _parts,
    "every": _every,
    "sign": lambda _: ("plain", None, False),
    "foreign": lambda _: ("plain", None, False),
    "vague": lambda _: ("plain", None, False),
    "manifold": lambda text: ("times", counted(re.sub(r"-?fold", "", text)), False),
    "words": _words,
    "multiple": _multiple,
    "order": lambda text: ("ordinal", Fraction(ORDINALS[text]), False),
}
