"""How accounts may be called: the trail shows these names, so none may pass for something else."""

from __future__ import annotations

from audit.schema import BadInput

LONGEST = 120
RESERVED = frozenset({"command line", "schedule", "the schedule", "unknown", "fairlead"})
"""Who else acts in the trail; so do tokens, each as "token" and its name."""


def account_name(typed: str) -> str:
    """The name with single blanks between its words.

    Raises
    ------
    BadInput
        It is empty, too long, cannot be shown, or is what the trail calls something else.
    """
    name = " ".join(typed.split())
    if len(name) > LONGEST:
        msg = f"The name is too long; use at most {LONGEST} characters."
        raise BadInput(msg)
    if not name or not typed.strip().isprintable():
        msg = f"The name must have 1 to {LONGEST} printable characters; use letters, digits and blanks."
        raise BadInput(msg)
    if name.casefold() in RESERVED or name.casefold().startswith("token "):
        msg = f"The trail calls something else '{name}'; choose another name."
        raise BadInput(msg)
    return name
