"""Fields that point at a person by their name, and the few operators that they allow."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audit.schema import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Field names of one kind (letters and digits only, lower case), and what may be done with them."""

    what: str
    whole: re.Pattern[str]
    last_word: re.Pattern[str]
    allowed: tuple[str, ...]


_KINDS = (
    # Nothing that is made of a name or a free text is safe to hold, not even a pseudonym.
    _Kind(
        what="a name or a free text",
        whole=re.compile(
            r"(hs)?(first|last|middle|full|nick|maiden|given|family|fore|sur|contact|lead)?name"
            r"|hsfullnameoremail|(mailing|other|billing|shipping|home|work)?(street|address)+\d?"
            r"|description|notes?|comments?|message|remarks?|freetext"
        ),
        last_word=re.compile(r"notes|comments|firstname|lastname|street"),
        allowed=("drop",),
    ),
    # One value, one person: a pseudonym keeps such a field joinable.
    _Kind(
        what="an identifier of a person",
        whole=re.compile(
            r"(hsobject|record|lead|contact|customer|client|user|person)?id|vid|uuid|guid"
            r"|(e?mail|emailaddress|hsadditionalemails)\d?"
            r"|(mobile|home|other|work|assistant|hswhatsapp)?phone(number)?\d?|mobile|telephone|fax|whatsapp"
            r"|ssn|socialsecuritynumber|passport(number)?|iban"
        ),
        last_word=re.compile(r"id|email|phone"),
        allowed=("drop", "key"),
    ),
)
# "HasOptedOutOfEmail" and "hs_email_optout" are checkboxes about mail, not mail addresses.
_CHECKBOX = frozenset({"has", "is", "do", "opted", "optout", "allow"})


def refuse_if_identifying(field: str, operator: str) -> None:
    """Check an operator against what the field's name plainly says.

    Raises
    ------
    BadInput
        A name or a free text that is not dropped; an id, mail address or phone number that is
        neither dropped nor replaced by a pseudonym.
    """
    kind = _kind(field)
    if kind is None or operator in kind.allowed:
        return
    choice = " or ".join(kind.allowed)
    msg = f"field '{field}' is {kind.what} and cannot be used with operator '{operator}': use {choice}"
    raise BadInput(msg)


def is_identifying(field: str) -> bool:
    """Whether the field's name says that it identifies a person or holds free text."""
    return _kind(field) is not None


def _kind(field: str) -> _Kind | None:
    bare = re.sub(r"__(c|pc)$", "", field, flags=re.IGNORECASE)
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", bare)]
    if not words or _CHECKBOX & set(words):
        return None
    matches = (k for k in _KINDS if k.whole.fullmatch("".join(words)) or k.last_word.fullmatch(words[-1]))
    return next(matches, None)
