"""A long stream, some of it at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def portions(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in their order, so many at a time; the last portion may be smaller."""
    found = iter(items)
    while some := list(islice(found, size)):
        yield some
