"""The known groups of all attributes among the leads that are looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray
from audit.rows.explaining.subject import Subject
from audit.rows.levels import groups
from audit.schema import Attribute, Stream


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grouped:
    """One group: ``here`` marks its leads. ``reference`` says that others are held against it."""

    attribute: str
    group: str
    reference: bool
    here: BoolArray


def grouped(table: pa.Table, stream: Stream, subject: Subject) -> tuple[Grouped, ...]:
    """Every group with ``minimum_group`` leads, in the order of the attributes and of their names."""
    return tuple(one for attribute in stream.attributes for one in _of(table, stream, attribute, subject))


def _of(table: pa.Table, stream: Stream, attribute: Attribute, subject: Subject) -> tuple[Grouped, ...]:
    levels = groups(table.take(pa.array(subject.made.rows)), attribute.name, stream.audit.minimum_group)
    if not levels.size:
        return ()
    counts = np.bincount(levels.codes[levels.codes >= 0], minlength=levels.size)
    wanted = levels.names.index(attribute.reference) if attribute.reference in levels.names else None
    reference = int(np.argmax(counts)) if wanted is None else wanted
    return tuple(
        Grouped(attribute=attribute.name, group=name, reference=code == reference, here=levels.codes == code)
        for code, name in enumerate(levels.names)
    )
