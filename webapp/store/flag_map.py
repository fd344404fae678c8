"""All flags of a connection in little memory: twenty bytes for each lead, and each different flag once."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import overload

from connectors.pseudonym import KEY_BYTES, LeadKey
from connectors.source import Flag


class FlagMap(Mapping[LeadKey, Flag]):
    """A mapping that is filled once, in the order of the keys. Raises ValueError for another order."""

    def __init__(self, flags: Iterable[tuple[bytes, Flag]]) -> None:
        digests, self._which = bytearray(), array("I")
        places: dict[Flag, int] = {}
        last = b""
        for digest, flag in flags:
            if digest <= last or len(digest) != KEY_BYTES:
                msg = "the keys of flags must come in order, each once"
                raise ValueError(msg)
            digests += digest
            self._which.append(places.setdefault(flag, len(places)))
            last = digest
        self._keys, self._flags = _Keys(bytes(digests)), tuple(places)

    def __getitem__(self, lead: LeadKey) -> Flag:
        """The flag of a lead."""
        at = bisect_left(self._keys, lead.digest)
        if at == len(self._keys) or self._keys[at] != lead.digest:
            raise KeyError(lead)
        return self._flags[self._which[at]]

    def __iter__(self) -> Iterator[LeadKey]:
        """The leads in the order of their keys."""
        return map(LeadKey, self._keys)

    def __len__(self) -> int:
        """How many leads have a flag."""
        return len(self._keys)


class _Keys(Sequence[bytes]):
    """Keys one behind the other."""

    def __init__(self, digests: bytes) -> None:
        self._digests = digests

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError
        return self._digests[at * KEY_BYTES : (at + 1) * KEY_BYTES]

    def __len__(self) -> int:
        return len(self._digests) // KEY_BYTES
