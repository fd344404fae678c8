"""Fields that say something which the GDPR forbids to process without a ground of its own.

Those of Article 9 (religion or belief, ethnic origin, health, sexual orientation, political opinion, trade
union membership, genetic and biometric data) and of Article 10 (criminal records). A field is known by the
words of its name and label, by its help text, and by the entries of its list, whatever its type is.

Gender, age and nationality are not among them: the law protects them otherwise, and they are what a bias
audit compares. Gender identity is, and so is a list of genders with an entry such as "Transgender".

It is a net with holes, as every reading of names is. It decides what is suggested, never what is allowed.

References
----------
Regulation (EU) 2016/679, Articles 9(1), 10 and 25(2); Court of Justice, C-184/20 (data that let a special
category be inferred are of that category).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from connectors.policy.special.entries import COLOURS, ENTRIES, MARKS
from connectors.policy.special.words import CATEGORIES, HARMLESS
from connectors.policy.spelling import words_of

CRIMINAL = "criminal records"
# Salesforce's only standard field for gender; its list holds genders unless an admin added to it.
_STANDARD_GENDER = "GenderIdentity"
_ENOUGH = 2


def special_category(name: str, label: str = "") -> str:
    """What special category a field's name or label says, such as "religion or belief"; else ""."""
    said = _plain(" ".join(words_of(name)))
    if name == _STANDARD_GENDER:
        return ""
    return _in(said) or _in(_plain(" ".join(words_of(label))))


def told_category(text: str, entries: Iterable[str]) -> str:
    """What special category the help text of a field says, or the entries of its list; else "".

    Two entries of one category are enough, or one that is never anything else.
    """
    return _in(_plain(" ".join(words_of(text)))) or _listed({_plain(one) for one in entries})


def article(category: str) -> str:
    """The article of the GDPR that forbids to process data of a category."""
    return "Article 10" if category == CRIMINAL else "Article 9"


def _in(said: str) -> str:
    # What is harmless is taken out first, so that "customer health" does not hide "union member".
    rest = HARMLESS.sub(" ", said)
    return next((what for what, words in CATEGORIES.items() if words.search(rest)), "")


def _listed(entries: set[str]) -> str:
    for what, known in ENTRIES.items():
        found = entries & known
        if found & MARKS or (len(found) >= _ENOUGH and found - COLOURS):
            return what
    return ""


def _plain(text: str) -> str:
    """Lower case, without accents and with one space between words."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(one for one in parted if not unicodedata.combining(one))
    return " ".join(re.findall(r"[^\W_]+", bare))
