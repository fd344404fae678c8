"""Which group the others are compared with."""

from __future__ import annotations

import numpy as np

from audit.grouping import Grouping
from audit.schema import BadInput, Stream, nearest
from audit.tally.columns import UNKNOWN

References = tuple[tuple[str, str | None], ...]


def references(parts: tuple[Grouping, ...], stream: Stream) -> References:
    """The reference level of every attribute: the stream's, else its largest known group.

    None where no group of an attribute is known. Raises BadInput when the stream names a level
    that no lead has, or "unknown".
    """
    named = {attribute.name: attribute.reference for attribute in stream.attributes}
    alone = [part for part in parts if len(part.attributes) == 1]
    return tuple((p.attributes[0], _level(p, named.get(p.attributes[0]))) for p in alone)


def reference_of(part: Grouping, chosen: References, minimum: int) -> int | None:
    """Index of the reference group of a grouping, None where there is none.

    A crossing is compared with the crossing of its attributes' references, or, where fewer than
    ``minimum`` leads are in that, with its largest known group.
    """
    levels = dict(chosen)
    crossing = tuple(levels.get(attribute) for attribute in part.attributes)
    leads = part.count()
    if crossing in part.groups:
        index = part.groups.index(crossing)
        if len(part.attributes) == 1 or leads[index] >= minimum:
            return index
    return _largest(part)


def _largest(part: Grouping) -> int | None:
    known = part.known
    return int(np.argmax(np.where(known, part.count(), -1))) if known.any() else None


def _level(part: Grouping, named: str | None) -> str | None:
    levels = tuple(level for (level,) in part.groups if level != UNKNOWN)
    if named is None:
        largest = _largest(part)
        return None if largest is None else part.groups[largest][0]
    if named not in levels:
        raise BadInput(_sentence(part.attributes[0], named, levels))
    return named


def _sentence(attribute: str, named: str, levels: tuple[str, ...]) -> str:
    if not levels:
        return f"attribute {attribute!r}: the reference {named!r} is not in the data: every value is missing"
    close = nearest(named, levels)
    hint = f"did you mean {close!r}" if close else f"use one of {', '.join(map(repr, levels[:8]))}"
    return f"attribute {attribute!r}: no lead has the reference value {named!r}; {hint}"
