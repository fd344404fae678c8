"""Fields that point at a person by their name, and the few operators that they allow.

A field's name is read as words, whatever the spelling: ``Mobile_Phone_Nr__c`` is a mobile phone
number. The last word that means something says what the field holds, so that ``Email_Opens__c`` is
a count and ``number_of_employees`` a number. What the words do not tell, the CRM's type may
(``connectors.policy.fitting``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from audit.schema import BadInput
from connectors.policy.foreign import BIRTH, IDENTIFIERS, NAMES, POINTS, TEXTS
from connectors.policy.spelling import words_of

POINT = "a point on the map"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What a name of this kind ends in, and what may be done with such a field."""

    what: str
    ending: re.Pattern[str]
    allowed: tuple[str, ...]


def _ending(words: str, alone: str) -> re.Pattern[str]:
    """Some ``words`` behind any others, or those that say it only where they stand ``alone``."""
    return re.compile(rf"(?:(?:.* )?(?:{words})(?: number)?|{alone})")


_KINDS = (
    # Nothing that is made of a name is safe to hold, not even a pseudonym.
    _Kind(
        what="a name",
        ending=_ending(
            r"(first|last|middle|full|nick|maiden|given|family|fore|sur|contact|lead|person)?names?"
            rf"|{NAMES}|name or email|initials|street|(street ?)?(?<!ip )(?<!email )(?<!mac )address(es)?",
            alone="first|last",
        ),
        allowed=("drop",),
    ),
    # Of a free text a few rounded numbers are safe to hold.
    _Kind(
        what="a free text",
        ending=_ending(
            r"notes?|comments?|descriptions?|remarks?|messages?|bio|biography|memos?|narrative|feedback"
            rf"|{TEXTS}|transcripts?|(free)?text|about me|summary|bounced? reason",
            alone="desc",
        ),
        allowed=("drop", "reduce"),
    ),
    # One value, one person: a pseudonym keeps such a field joinable.
    _Kind(
        what="an identifier of a person",
        ending=_ending(
            r"(\w*(record|lead|contact|customer|client|user|person|company|owner|account|member|object)"
            r"|tax)?ids?"
            rf"|{IDENTIFIERS}|vid|uuid|guid|ssn|social ?security|passport|iban|(ip|mac) "
            "?(address)?|skype|linkedin|facebook"
            r"|(work|home|other|private|additional)?e?mails?( ?address(es)?)?|twitter|instagram|\w*handle"
            r"|(mobile|home|other|work|assistant|cell|business|office)?(tele)?phones?(number)?|tel|cell"
            r"|fax|whatsapp|username|login|\w*urls?|websites?"
            r"|(customer|account|member|membership|client|policy|insurance|card|employee|person|personal"
            r"|national|security|tax|vat|licen[cs]e|registration|patient|student|case) number",
            alone="mobile|(mobile|home|work|office) number|portable|kennzeichen|matr[ií]cula|_?ga|fbp|fbc",
        ),
        allowed=("drop", "key"),
    ),
    # A house stands at a point; within a degree live thousands.
    _Kind(what=POINT, ending=_ending(POINTS, alone="long"), allowed=("drop", "band")),
)
# Names of things, advertising on paper, and how many of something there are.
_HARMLESS = re.compile(
    r"(.* )?(account|ad|adgroup|api|branch|brand|business|campaign|category|channel|city|class|college"
    r"|company|conversion|country|county|course|currency|deal|department|developer|domain|event|file|form"
    r"|group|industry|keyword|language|list|market|medium|model|opportunity|organi[sz]ation|package|page"
    r"|pipeline|plan|product|profile|program|programme|project|queue|region|role|school|score|segment|site"
    r"|source|stage|state|status|store|team|template|territory|tier|type|university|vendor|workflow) names?"
    r"|(.* )?direct mails?|(n|num|nr|number|count|total) .*(?<!s)s"
)
# "HasOptedOutOfEmail" and "Opted_Out_Email__c" are checkboxes about mail, not mail addresses.
_ASKS = frozenset(
    {"has", "have", "is", "are", "was", "do", "does", "did", "allow", "allows", "allowed", "can", "may", "no"}
)
_CHOICE = re.compile(r"(.* )?(opt(ed)? ?(in|out)|(un)?subscribed?)( .*)?")
# Of a field that excludes leads nothing is kept, so that any such word is enough.
_OPT_OUT = _ASKS | {"opt", "opted", "optin", "optout", "not", "never", "block", "exclude", "erase", "forget"}
_NUMBER = frozenset({"nr", "no", "num", "number", "numbers"})
# What may stand behind the word that says what a field holds.
_TRAILING = _NUMBER | frozenset(
    {
        "line",
        "field",
        "value",
        "raw",
        "old",
        "new",
        "first",
        "middle",
        "last",
        "primary",
        "secondary",
        "other",
    }
    | {"alternate", "alt", "copy", "original", "formatted", "main", "home", "work", "office", "business"}
    | {"private", "personal", "direct", "mobile", "internal", "intern"}
)


def refuse_if_identifying(field: str, operator: str) -> None:
    """Check an operator against what the field's name plainly says.

    Raises
    ------
    BadInput
        A name that is not dropped; a free text that is neither dropped nor reduced; an id, mail address
        or phone number that is neither dropped nor replaced by a pseudonym.
    """
    kind = _kind(_words(field))
    if kind is None or operator in kind.allowed:
        return
    choice = " or ".join(kind.allowed)
    msg = f"field '{field}' is {kind.what} and cannot be used with operator '{operator}': use {choice}"
    raise BadInput(msg)


def refuse_as_created(field: str) -> None:
    """Check the name of the field that dates a lead.

    Raises
    ------
    BadInput
        The name says that the field identifies a person, holds free text or a day of birth: that day
        would be kept as it is, and no rule would name it.
    """
    kind = "a day of birth" if BIRTH.search(" ".join(_words(field))) else identified_as(field)
    if kind:
        msg = f"created: field '{field}' is {kind}: name the field that holds the day of creation"
        raise BadInput(msg)


def refuse_as_opt_out(field: str, key: str = "exclude_when") -> None:
    """Check the name of a field that excludes leads; ``key`` is where the policy names it.

    Raises
    ------
    BadInput
        The name says that the field identifies a person or holds free text, and of no checkbox.
    """
    words = _words(field)
    kind = None if _OPT_OUT & set(words) else _kind(words)
    if kind is not None:
        msg = f"{key}: field '{field}' is {kind.what}: name a checkbox"
        raise BadInput(msg)


def is_identifying(field: str) -> bool:
    """Whether the field's name says that it identifies a person or holds free text."""
    return _kind(_words(field)) is not None


def identified_as(field: str) -> str:
    """What the field's name says that it holds, such as "a name"; empty where it says nothing of a person."""
    kind = _kind(_words(field))
    return kind.what if kind else ""


def _words(field: str) -> list[str]:
    return re.sub(r"\be mail", "email", " ".join(words_of(field))).split()


def _kind(words: Sequence[str]) -> _Kind | None:
    if not words or words[0] in _ASKS or _CHOICE.fullmatch(" ".join(words)):
        return None
    phrase = _phrase(words)
    if _HARMLESS.fullmatch(phrase):
        return None
    return next((kind for kind in _KINDS if kind.ending.fullmatch(phrase)), None)


def _phrase(words: Sequence[str]) -> str:
    """The words up to the one that says what the field holds, and whether a number of it was meant."""
    phrase = list(words[: words.index("of")] if "of" in words[1:] else words)
    numbered = False
    while len(phrase) > 1 and (phrase[-1].isdigit() or phrase[-1] in _TRAILING):
        numbered |= phrase.pop() in _NUMBER
    return " ".join([*phrase, "number"] if numbered else phrase)
