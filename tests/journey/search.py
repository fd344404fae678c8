"""A search for thousands of texts at once, in any case: a page is read once, not once for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

WORD = 8
"""How many bytes of a text are compared at once; fewer where a text is shorter."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """What is looked for, by its first ``width`` bytes."""

    width: int
    starts: npt.NDArray[np.uint64]
    by_start: Mapping[bytes, tuple[bytes, ...]]

    def hits(self, content: bytes) -> list[bytes]:
        """Those that stand anywhere in ``content``, each once, in lower case."""
        lowered = content.lower()
        places = np.flatnonzero(np.isin(_words(lowered, self.width), self.starts))
        return sorted({one for place in places for one in self._at(lowered, int(place))})

    def _at(self, lowered: bytes, place: int) -> Iterator[bytes]:
        texts = self.by_start[lowered[place : place + self.width]]
        return (one for one in texts if lowered.startswith(one, place))


@lru_cache(maxsize=4)
def search_for(texts: tuple[str, ...]) -> Search:
    """Made once for the same texts, of which none may be empty."""
    wanted = sorted({one.lower().encode() for one in texts})
    width = min(WORD, *(len(one) for one in wanted))
    by_start: dict[bytes, tuple[bytes, ...]] = {}
    for one in wanted:
        by_start[one[:width]] = (*by_start.get(one[:width], ()), one)
    starts = np.concatenate([_words(one, width) for one in by_start])
    return Search(width=width, starts=starts, by_start=by_start)


def _words(content: bytes, width: int) -> npt.NDArray[np.uint64]:
    """The ``width`` bytes from each place on as one number."""
    size = max(len(content) - width + 1, 0)
    read, words = np.frombuffer(content, dtype=np.uint8), np.zeros(size, dtype=np.uint64)
    for place in range(width):
        words = (words << np.uint64(8)) | read[place : place + size]
    return words
