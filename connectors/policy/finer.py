"""Which of two operators tells more of the same field.

One operator tells no more than another where its result can be worked out from the other's: bands from
narrower bands that share their edges, a month from a day, a region from a country. Where neither can be
worked out from the other, they are not comparable, and a person has to look.

Two things are left out of the comparison, because they speak of values that a rule cannot use: whether such a
value was there at all, and codes that are shorter than a prefix.
"""

from __future__ import annotations

import math
from typing import Literal

from connectors.policy.band import Band
from connectors.policy.coarsen import DATE_LENGTH, Coarsen
from connectors.policy.follows import follows
from connectors.policy.map import Map
from connectors.policy.model import Operator
from connectors.policy.noise import Noise

Order = Literal["same", "finer", "coarser", "other"]
_LAST_YEAR = 9999


def compare(old: Operator, new: Operator) -> Order:
    """How ``new`` stands to ``old``: "finer" tells more, "coarser" less, "other" something else."""
    less, more = tells_no_more(new, old), tells_no_more(old, new)
    if less and more:
        return "same"
    return "coarser" if less else "finer" if more else "other"


def tells_no_more(one: Operator, than: Operator) -> bool:
    """Whether the result of ``one`` can be worked out from that of ``than``."""
    if one == than or one.name == "drop" or than.name == "keep":
        return True
    if than.name == "drop":
        return False
    if isinstance(one, Coarsen) and one.by == "presence":
        return True
    if isinstance(than, Coarsen) and than.by == "presence":
        return False
    return _by_kind(one, than)


def _by_kind(one: Operator, than: Operator) -> bool:
    if isinstance(one, Band):
        return _band(one, than)
    if isinstance(one, Coarsen):
        return _coarsen(one, than)
    if isinstance(one, Map) and isinstance(than, Map):
        return follows(one.pairs, than.pairs)
    if isinstance(one, Noise) and isinstance(than, Noise):
        return one.same_range(than) and one.epsilon <= than.epsilon
    return False


def _band(one: Band, than: Operator) -> bool:
    if isinstance(than, Band):
        same = (one.of, one.as_of) == (than.of, than.as_of)
        return same and edges_that_count(one) <= edges_that_count(than)
    dated = isinstance(than, Coarsen) and than.by in DATE_LENGTH
    if not dated or one.of == "number":
        return False
    # A year is known from every part of a date, an age only from the whole of it.
    return one.of == "year" or (isinstance(than, Coarsen) and than.by == "day")


def edges_that_count(band: Band) -> frozenset[float]:
    """The edges that part any values: an age is a whole number from 0, a year one from 1 to 9999."""
    if band.of == "number":
        return frozenset(float(edge) for edge in band.bands)
    first, last = (1, math.inf) if band.of == "age" else (2, _LAST_YEAR)
    return frozenset(float(math.ceil(edge)) for edge in band.bands if first <= math.ceil(edge) <= last)


def _coarsen(one: Coarsen, than: Operator) -> bool:
    if not isinstance(than, Coarsen):
        return False
    if one.by in DATE_LENGTH and than.by in DATE_LENGTH:
        return DATE_LENGTH[one.by] <= DATE_LENGTH[than.by]
    if one.by == than.by == "prefix":
        return (one.characters or 0) <= (than.characters or 0)
    return one.tells_no_more(than)
