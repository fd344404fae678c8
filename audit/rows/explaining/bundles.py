"""Fields that are near copies are looked at together: alone, each would hide behind the other."""

from __future__ import annotations

import numpy as np

from audit.rows.explaining.subject import Subject
from audit.rows.imitating.usage import together
from audit.rows.levels import Codes

COPIES = 0.9
"""Correlation, without sign, of how two fields move the score, from which they are taken for copies."""
LOOKED_AT = 10_000

Bundle = tuple[int, ...]


def bundles(subject: Subject) -> tuple[Bundle, ...]:
    """The places of all fields, near copies (directly or by a third) in one bundle."""
    rows: Codes = np.arange(min(LOOKED_AT, subject.size))
    close = together(subject.made.data, rows) >= COPIES
    label = list(range(len(close)))
    for one, other in np.argwhere(close).tolist():
        old, new = max(label[one], label[other]), min(label[one], label[other])
        label = [new if each == old else each for each in label]
    return tuple(
        tuple(place for place, each in enumerate(label) if each == wanted) for wanted in sorted(set(label))
    )


def named(subject: Subject, bundle: Bundle) -> tuple[str, ...]:
    """The names of the fields in a bundle."""
    return tuple(subject.names[place] for place in bundle)


def copies(subject: Subject, every: tuple[Bundle, ...], place: int) -> tuple[str, ...]:
    """The near copies of the field at a place."""
    return tuple(
        subject.names[other] for bundle in every if place in bundle for other in bundle if other != place
    )
