"""The rules for a new token, the same on the page and on the server."""

from __future__ import annotations

from audit.schema import BadInput
from webapp.api.scopes import BY_ROLE, too_much
from webapp.services import Services
from webapp.store.api_tokens import LONGEST_DAYS, NewToken, TokenRow

LONGEST_NAME = 60


def make_token(opened: Services, new: NewToken) -> tuple[str, TokenRow]:
    """Make a token; it is told here, once.

    Raises
    ------
    BadInput
        Its name, role, scopes, connection or days cannot be; the sentence says which and why.
    """
    for sentence in (_wrong_name(new), _wrong_scopes(new), _wrong_place(opened, new)):
        if sentence:
            raise BadInput(sentence)
    return opened.api_tokens.add(new)


def _wrong_name(new: NewToken) -> str:
    named = new.name.strip() == new.name and 0 < len(new.name) <= LONGEST_NAME and new.name.isprintable()
    if not named:
        return f"Give the token a name of 1 to {LONGEST_NAME} printable characters: that of a program."
    if not 1 <= new.days <= LONGEST_DAYS:
        return f"A token lasts from 1 to {LONGEST_DAYS} days; write such a number."
    return ""


def _wrong_scopes(new: NewToken) -> str:
    if new.role not in BY_ROLE:
        return f"There is no role {new.role}; choose {', '.join(BY_ROLE)}."
    if not new.scopes:
        return "Choose at least one scope: a token without any may do nothing."
    refused = too_much(new.scopes, new.role)
    if refused:
        return (
            f"The role {new.role} may not have {', '.join(refused)}; leave that out, or choose another role."
        )
    return ""


def _wrong_place(opened: Services, new: NewToken) -> str:
    if new.connection_id and opened.repository.connection(new.connection_id) is None:
        return "There is no such connection; choose one from the list."
    return ""
