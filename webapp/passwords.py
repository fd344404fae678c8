"""Passwords at rest: Argon2id with the library's parameters (RFC 9106, second recommended option)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from audit.schema import BadInput
from webapp.language import decimal, gettext

SHORTEST = 12
LONGEST = 1024
HASHER = PasswordHasher()


def hashed(password: str) -> str:
    """The hash to store. Raises BadInput for a password that is too short, too long or one repeated sign."""
    if len(password) > LONGEST:
        msg = gettext(
            "The password is too long; use at most %(longest)s characters.", longest=decimal(LONGEST)
        )
        raise BadInput(msg)
    if len(password) < SHORTEST:
        msg = gettext(
            "The password must have at least %(shortest)s characters; a few words in a row are fine.",
            shortest=SHORTEST,
        )
        raise BadInput(msg)
    if len(set(password)) < 5:
        msg = gettext("The password repeats the same few characters; choose a few words in a row.")
        raise BadInput(msg)
    return HASHER.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether the password is the stored one. Without one, or an empty one, it takes as long and is false."""
    try:
        same = HASHER.verify(stored or _nobody(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return same and bool(stored)


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(stored)


@cache
def _nobody() -> str:
    return HASHER.hash("no such account")
