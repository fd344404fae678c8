"""How accounts may be called: the trail shows these names, so none may pass for something else."""

from __future__ import annotations

import re
from unicodedata import name as name_of
from unicodedata import normalize

from audit.schema import BadInput
from webapp.language import gettext

LONGEST = 120
RESERVED = frozenset({"command line", "schedule", "the schedule", "unknown", "fairlead"})
"""Who else acts in the trail; so do tokens, each as "token" and its name."""
BEGINNINGS = ("token ", "fairlead,", "somebody at the command line")
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
"""What Unicode calls default ignorable and Python printable; and the empty sign of Braille."""
SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK"})
"""Their letters look alike; no word has letters of two of them."""


def account_name(typed: str) -> str:
    """The name in its plain form (NFKC), with single blanks between its words.

    Raises
    ------
    BadInput
        It is empty, too long, cannot be shown, or looks like what the trail calls something else.
    """
    name = " ".join(normalize("NFKC", typed).split())
    if len(name) > LONGEST:
        msg = gettext("The name is too long; use at most %(longest)s characters.", longest=LONGEST)
        raise BadInput(msg)
    if not name or not typed.strip().isprintable() or INVISIBLE.search(name) or _mixed(name):
        msg = gettext(
            "The name must have 1 to %(longest)s printable characters; use letters, digits and blanks.",
            longest=LONGEST,
        )
        raise BadInput(msg)
    if alike(name) in RESERVED or alike(name).startswith(BEGINNINGS):
        msg = gettext("The trail calls something else '%(name)s'; choose another name.", name=name)
        raise BadInput(msg)
    return name


def alike(name: str) -> str:
    """A name without regard to case and form: no two accounts are made with the same."""
    return normalize("NFKC", normalize("NFKC", name).casefold())


def _mixed(name: str) -> bool:
    scripts = ({name_of(one, "").split(" ")[0] for one in word if one.isalpha()} for word in name.split())
    return any(len(found & SCRIPTS) > 1 for found in scripts)
