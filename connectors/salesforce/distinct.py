"""Which records of a long list came before, and how many different ones it has, at eight bytes each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from connectors.repeats import each_once


@dataclass(slots=True)
class Distinct:
    """Records of one listing by their ids; a page that repeats records stands in place of others."""

    # Hashes, unboxed: a set of the ids of a million leads takes a hundred megabytes.
    _named: array[int] = field(default_factory=lambda: array("q"))
    _nameless: int = 0

    def add(self, ids: Iterable[object]) -> None:
        """Take some more; those without an id count one each."""
        for found in ids:
            if isinstance(found, str):
                self._named.append(hash(found[:15]))
            else:
                self._nameless += 1

    @property
    def different(self) -> int:
        """How many different ones came."""
        return int(each_once(np.array(self._named, np.int64)).size) + self._nameless


@dataclass(slots=True)
class Once:
    """Tells the records of one listing that came before from those that did not."""

    # Sorted, so that a page is looked up and put in without sorting all again.
    _known: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def are_new(self, ids: Sequence[object]) -> list[bool]:
        """Of each, whether it did not come before; without an id it is always new."""
        named = [place for place, found in enumerate(ids) if isinstance(found, str)]
        digests = np.array([hash(str(ids[place])[:15]) for place in named], np.int64)
        fresh, first = np.unique(digests, return_index=True)
        where = np.searchsorted(self._known, fresh)
        inside = where < len(self._known)
        inside[inside] = self._known[where[inside]] == fresh[inside]
        self._known = np.insert(self._known, where[~inside], fresh[~inside])
        news = {named[place] for place in first[~inside].tolist()}
        return [place in news or not isinstance(found, str) for place, found in enumerate(ids)]
