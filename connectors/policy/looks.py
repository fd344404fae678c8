"""What a value looks like, by its shape alone: a mail address, a phone number, a card number, a free text ...

It is a net, not a proof: a first name looks like any word. So it stands behind the judgement by name and
type, never in place of it.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from typing import Literal

from connectors.policy.day import day_of

Looks = Literal[
    "empty",
    "mail",
    "phone",
    "web",
    "id",
    "ip",
    "card",
    "name",
    "free text",
    "number",
    "date",
    "yes or no",
    "text",
]

LONG, MANY_WORDS = 120, 12
PART = 3
"""So many first characters of a value are no name and no address."""
_MAIL = re.compile(r"[^\s@]+\s?@\s?[^\s@]+\.[^\s@]{2,}|mailto:.*", re.IGNORECASE)
_MAIL_INSIDE = re.compile(r"[^\s@<>]+@[^\s@<>]+\.\w{2,}")
_WEB = re.compile(r"([a-z][a-z0-9+.-]*://|www\.)\S+|[\w-]+(\.[\w-]+)*\.[a-z]{2,}/\S+", re.IGNORECASE)
_PHONE = re.compile(
    r"(tel:)?(\+|00)?\s?[\d(][\d\s().\-/\u2010-\u2015]{5,}\d(\s?(x|ext\.?)\s?\d+)?", re.IGNORECASE
)
_ZIP = re.compile(r"\d{5}-\d{4}")
_DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(.*\d:\d\d.*)?")
_NUMBER = re.compile(r"[-+]?(\d{1,3}([,' ]\d{3})+|\d+)([.,]\d+)?([eE][-+]?\d+)?\s?%?|[-+]?\d*[.]\d+")
_UUID = re.compile(r"\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?", re.IGNORECASE)
_TOKEN = re.compile(r"(?=(?:\D*\d){4})(?=(?:[^a-z]*[a-z]){2})[a-z0-9]{15,}", re.IGNORECASE)
# Ids of the standard objects of Salesforce; no number begins so.
_RECORD = re.compile(r"00[a-z0-9]{13}([a-z0-5]{3})?", re.IGNORECASE)
_MAC = re.compile(r"([0-9a-f]{2}[:-]){5}[0-9a-f]{2}", re.IGNORECASE)
_CARD = re.compile(
    r"4\d{12}(\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(0[0-5]|[68]\d)\d{11}|6\d{15,18}|35\d{14}"
)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_SOCIAL = re.compile(r"\d{3}-\d{2}-\d{4}|@\w{2,}")
_WORD = r"[^\W\d_][^\W\d_.'\-]*\.?"
_NAME = re.compile(rf"((Mr|Mrs|Ms|Dr|Prof|Herr|Frau|Mme|Sr|Sra)\.? )?{_WORD}([ '\-]{_WORD}){{1,3}}")
_YES_NO = frozenset({"true", "false", "yes", "no", "y", "n", "ja", "nein", "oui", "non", "si"})

IDENTIFYING: frozenset[Looks] = frozenset({"mail", "phone", "web", "id", "ip", "card"})
"""What is not kept unless a person has looked: these shapes are hardly ever anything else."""


def looks_like(value: str) -> Looks:
    """The first shape that a value has, those that point at people first."""
    # Full-width letters and signs are the same address.
    text = unicodedata.normalize("NFKC", value).strip()
    if not text:
        return "empty"
    for name, fits in _SHAPES:
        if fits(text):
            return name
    return "text"


def _is_mail(text: str) -> bool:
    return _MAIL.fullmatch(text) is not None or _MAIL_INSIDE.search(text) is not None


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("/")[0])
    except ValueError:
        return _MAC.fullmatch(text) is not None
    return "." in text or ":" in text


def is_card(text: str) -> bool:
    """Whether digits are a payment card's (Luhn) or an account's (IBAN, ISO 13616), spaces aside."""
    bare = re.sub(r"[\s-]", "", text).upper()
    return (_CARD.fullmatch(bare) is not None and _luhn(bare)) or (
        _IBAN.fullmatch(bare) is not None and _mod97(bare)
    )


def _luhn(digits: str) -> bool:
    doubled = (int(one) * (1 + place % 2) for place, one in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def _mod97(iban: str) -> bool:
    return int("".join(str(int(one, 36)) for one in iban[4:] + iban[:4])) % 97 == 1


def _is_date(text: str) -> bool:
    return day_of(text) is not None or _DAY.fullmatch(text) is not None


def _is_phone(text: str) -> bool:
    digits = sum(one.isdigit() for one in text)
    if not 7 <= digits <= 20 or _PHONE.fullmatch(text) is None or _ZIP.fullmatch(text):
        return False
    gaps = len(re.findall(r"(?<=\d)[\s().\-/\u2010-\u2015]+(?=\d)", text))
    # One gap alone is a range such as 1000-5000; a bare run of digits is a number.
    return text.startswith(("+", "tel:", "(")) or gaps > 1 or (gaps == 1 and text.startswith("0"))


def _is_id(text: str) -> bool:
    found = _UUID.fullmatch(text) or _TOKEN.fullmatch(text) or _SOCIAL.fullmatch(text)
    return (found is not None and not text.isdigit()) or _RECORD.fullmatch(text) is not None


def _is_free_text(text: str) -> bool:
    return len(text) > LONG or "\n" in text or text.count(" ") >= MANY_WORDS


def _is_name(text: str) -> bool:
    parts = re.split(r"[ \-']", text)
    return _NAME.fullmatch(text) is not None and all(part[:1].isupper() or not part for part in parts)


_SHAPES: tuple[tuple[Looks, Callable[[str], bool]], ...] = (
    ("yes or no", lambda text: text.casefold() in _YES_NO),
    ("mail", _is_mail),
    ("web", lambda text: _WEB.fullmatch(text) is not None),
    ("ip", _is_ip),
    ("card", is_card),
    ("id", _is_id),
    ("date", _is_date),
    ("phone", lambda text: re.fullmatch(r"(\+|00)\d{8,15}", text) is not None),
    ("number", lambda text: _NUMBER.fullmatch(text) is not None),
    ("phone", _is_phone),
    ("free text", _is_free_text),
    ("name", _is_name),
)
