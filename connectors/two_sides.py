"""Which leads are on one side only: two long lists of keys, compared in parts that memory can hold.

Keys go through sixteen unnamed files on the disk, each of which gets every mention of its leads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.repeats import words
from connectors.scratch import Scratch

_ENTRY = np.dtype([("high", "<u8"), ("low", "<u8"), ("note", "<i4")])
_FILES = 16
HERE = -2
"""What stands in the place of a note where a key is on this side."""


@dataclass(slots=True)
class TwoSides:
    """The keys that are held here, and those that are there, each with a note (a number from -1 up)."""

    place: Path
    _files: list[Scratch] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        """Open the files."""
        enter = self._stack.enter_context
        self._files = [enter(Scratch(self.place)) for _ in range(_FILES)]
        return self

    def __exit__(self, *_: object) -> None:
        """Let the files go."""
        self._stack.close()

    def here(self, keys: pa.ChunkedArray) -> None:
        """Keys (hexadecimal text) that are held."""
        if len(keys):
            self._add(words(keys), np.full(len(keys), HERE))

    def there(self, digests: Sequence[bytes], notes: Sequence[int]) -> None:
        """Keys (16 bytes each) of the other side, each with its note."""
        if digests:
            self._add(np.frombuffer(b"".join(digests), ">u8").reshape(-1, 2), np.array(notes))

    def differences(self) -> Iterator[tuple[pa.Array, NDArray[np.int32]]]:
        """Part by part: the keys that are here only, and the notes of those that are there only."""
        for file in self._files:
            file.rewind()
            found = np.frombuffer(file.read(), _ENTRY)
            if len(found):
                yield _apart(found)

    def _add(self, numbers: NDArray[np.uint64], notes: NDArray[np.int64]) -> None:
        entries = np.empty(len(numbers), _ENTRY)
        entries["high"], entries["low"], entries["note"] = numbers[:, 0], numbers[:, 1], notes
        homes = entries["high"] % _FILES
        for home in np.unique(homes):
            self._files[home].write(entries[homes == home].tobytes())


def _apart(found: NDArray[np.void]) -> tuple[pa.Array, NDArray[np.int32]]:
    found = found[np.lexsort((found["note"], found["low"], found["high"]))]
    new = (found["high"][1:] != found["high"][:-1]) | (found["low"][1:] != found["low"][:-1])
    starts = np.concatenate(([0], np.flatnonzero(new) + 1))
    ends = np.concatenate((starts[1:], [len(found)])) - 1
    first, last = found["note"][starts], found["note"][ends]
    only_here = found[starts[(first == HERE) & (last == HERE)]]
    keys = [f"{high:016x}{low:016x}" for high, low in zip(only_here["high"], only_here["low"], strict=True)]
    return pa.array(keys, pa.string()), last[first != HERE]
