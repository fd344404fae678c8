"""Codes that a person types: few signs, none that looks like another, about 98 random bits."""

from __future__ import annotations

from secrets import choice

from webapp.store.repository import UNAMBIGUOUS

GROUPS, GROUP_LENGTH = 4, 5


def new_code() -> str:
    """A code in groups, with dashes between them."""
    return "-".join("".join(choice(UNAMBIGUOUS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))


def plain_code(typed: str) -> str:
    """A code as it is compared: dashes, blanks and case do not matter."""
    return "".join(typed.replace("-", "").split()).lower()
