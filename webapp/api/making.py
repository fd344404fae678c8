"""The rules for a new token, the same on the page and on the server."""

from __future__ import annotations

from audit.schema import BadInput
from webapp.api.scopes import BY_ROLE, too_much
from webapp.language import gettext
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
        return gettext(
            "Give the token a name of 1 to %(longest)s printable characters: that of a program.",
            longest=LONGEST_NAME,
        )
    if not 1 <= new.days <= LONGEST_DAYS:
        return gettext("A token lasts from 1 to %(most)s days; write such a number.", most=LONGEST_DAYS)
    return ""


def _wrong_scopes(new: NewToken) -> str:
    if new.role not in BY_ROLE:
        roles = ", ".join(BY_ROLE)
        return gettext("There is no role %(role)s; choose %(roles)s.", role=new.role, roles=roles)
    if not new.scopes:
        return gettext("Choose at least one scope: a token without any may do nothing.")
    refused = too_much(new.scopes, new.role)
    if refused:
        return gettext(
            "The role %(role)s may not have %(scopes)s; leave that out, or choose another role.",
            role=new.role,
            scopes=", ".join(refused),
        )
    return ""


def _wrong_place(opened: Services, new: NewToken) -> str:
    if new.connection_id and opened.repository.connection(new.connection_id) is None:
        return gettext("There is no such connection; choose one from the list.")
    return ""
