"""How many different records a long list has, at eight bytes each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

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
