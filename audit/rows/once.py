"""What is made of a table once, however many parts of the audit ask for it, and goes with the table."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

import pyarrow as pa

Made = TypeVar("Made")

MOST = 2_000_000
"""Rows above which what is made takes more room than making it again takes time."""

# By the table's identity, which is its own for as long as it lives; when it goes, so does what was made.
_MADE: dict[int, dict[Hashable, Any]] = {}


def once(table: pa.Table, what: Hashable, make: Callable[[], Made]) -> Made:
    """What ``make`` gives, made at the first call for this very table and ``what``.

    Two calls at once may both make it; the result must depend on the table and ``what`` alone, and
    nobody may change it.
    """
    place = id(table)
    if table.num_rows > MOST:
        return make()
    if place not in _MADE:
        weakref.finalize(table, _MADE.pop, place, None)
        _MADE[place] = {}
    made = _MADE[place]
    if what not in made:
        made[what] = make()
    return cast("Made", made[what])
