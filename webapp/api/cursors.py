"""Cursors: a place in a list that only we can write, and that fits only the list it was made for."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from connectors.pseudonym import derive
from webapp.api.operation import Ask
from webapp.api.problem import Problem, Why
from webapp.api.shape import Paged

Place = list[str | int]
T = TypeVar("T")
MARK = 16
UNFIT = Why(
    status=400,
    name="bad-cursor",
    detail="The cursor is not one of this list: ask again without it, and change no other parameter after.",
)


def read(ask: Ask[Paged]) -> Place | None:
    """The place that a request goes on from; None at the beginning.

    Raises
    ------
    Problem
        The cursor was not made here, or was made for another list, other filters or another token.
    """
    cursor = ask.asked.cursor
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Problem(UNFIT) from None
    mark, told = raw[:MARK], raw[MARK:]
    if not hmac.compare_digest(mark, _mark(ask, told)):
        raise Problem(UNFIT)
    place: Place = json.loads(told)
    return place


def write(ask: Ask[Paged], place: Place) -> str:
    """The cursor of a place."""
    told = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mark(ask, told) + told).rstrip(b"=").decode()


def page(
    ask: Ask[Paged], rows: Sequence[T], place_of: Callable[[T], Place]
) -> tuple[Sequence[T], str | None]:
    """Of rows that were asked for with one too many: those of this page, and the cursor of the next."""
    limit = ask.asked.limit
    shown = rows[:limit]
    return shown, write(ask, place_of(shown[-1])) if len(rows) > limit else None


def cut(ask: Ask[Paged], rows: Sequence[T]) -> tuple[Sequence[T], str | None]:
    """One page of a whole list that does not change, and the cursor of the next."""
    place = read(ask)
    start = int(place[0]) if place else 0
    end = start + ask.asked.limit
    return rows[start:end], write(ask, [end]) if end < len(rows) else None


def _mark(ask: Ask[Paged], told: bytes) -> bytes:
    secret = derive(ask.opened.settings.secret_key.get_secret_value().encode(), "api-cursor")
    filters = ask.asked.model_dump_json(exclude={"cursor", "limit"})
    bound = [ask.operation, ask.grant.token.id, sorted(ask.names.items()), filters]
    source = json.dumps(bound).encode() + b"\0" + told
    return hmac.digest(secret, source, hashlib.sha256)[:MARK]
