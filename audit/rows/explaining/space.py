"""What may be changed about a lead: the fields, the values that occur, and how far apart these are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.rows.clusters import FOLDS, clusters
from audit.rows.explaining.model import Locked, Searched
from audit.rows.explaining.subject import Subject
from audit.rows.levels import RARE, Codes, Reals, feature, groups
from audit.rows.separating.separation import separation
from audit.schema import BadInput, Stream
from audit.tally.columns import UNKNOWN

MOST_VALUES = 40
"""Of more, evenly spaced values of a number (the ends among them) and the most frequent names are tried."""
GIVES_AWAY = 0.9
"""Held-out AUC from which a field is the attribute under another name."""
JUDGED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """A field that may be changed, and the values that are tried: each is that of one lead, its donor.

    ``standing`` is where each lead stands among all by this number, 0 to 1 (its mid-rank; NaN: missing); None
    for names, which have no order. ``value`` is the code of each lead's value, ``-1`` where it is missing.
    """

    place: int
    name: str
    donors: Codes
    texts: tuple[str, ...]
    codes: Codes
    value: Codes
    standing: Reals | None
    occurring: int

    def distances(self, at: Codes) -> Reals:
        """How far each tried value is from the lead's own, leads x values; infinite where it is the same."""
        if self.standing is None:
            far = np.ones((at.size, self.donors.size))
        else:
            far = np.abs(self.standing[at][:, None] - self.standing[self.donors][None, :])
            far = np.where(np.isnan(far), 1.0, far)
        return np.where(self.value[at][:, None] == self.codes[None, :], np.inf, far)

    def searched(self, copies: tuple[str, ...]) -> Searched:
        """What a report says of it; ``copies`` are its near copies, which are left as they are."""
        return Searched(
            field=self.name,
            tried=self.donors.size,
            values=self.occurring,
            ordered=self.standing is not None,
            copies=copies,
        )


def locked(table: pa.Table, stream: Stream, subject: Subject, fixed: Sequence[str]) -> tuple[Locked, ...]:
    """Fields that are never proposed for a change, in the order of the fields.

    Those that are named as ``fixed``, a column that a protected attribute is read from, and a field that
    almost surely gives an attribute away: to propose its change would be to propose another group.
    """
    for name in fixed:
        if name not in subject.names:
            msg = (
                f"--fixed names {name!r}, which is no field of the stream; it has {', '.join(subject.names)}"
            )
            raise BadInput(msg)
    judged = table.take(pa.array(subject.made.rows[:JUDGED]))
    found = ((name, _why(judged, stream, name, fixed)) for name in subject.names)
    return tuple(Locked(field=name, reason=why) for name, why in found if why is not None)


def _why(table: pa.Table, stream: Stream, name: str, fixed: Sequence[str]) -> str | None:
    if name in fixed:
        return "you said that nobody can change it"
    for attribute in stream.attributes:
        if attribute.column == name:
            return f"it is the protected attribute {attribute.name}"
        if _gives_away(table, stream, name, attribute.name):
            return f"it almost surely gives the attribute {attribute.name} away"
    return None


def _gives_away(table: pa.Table, stream: Stream, name: str, attribute: str) -> bool:
    levels = groups(table, attribute, stream.audit.minimum_group)
    accounts = clusters(table, 0)
    if levels.size < 2 or (accounts is not None and accounts.too_few):
        return False
    fold = np.random.default_rng(0).permutation(table.num_rows) % FOLDS
    told = separation(feature(table, name), levels, fold, stream.audit.confidence, accounts)
    return told is not None and told.low >= GIVES_AWAY


def choices(table: pa.Table, subject: Subject, locked_fields: Sequence[Locked]) -> tuple[Choice, ...]:
    """Every other field, by name, with the values that are tried. A missing value is never proposed."""
    taken = {one.field for one in locked_fields}
    rows = pa.array(subject.made.rows)
    found = [
        _choice(place, name, table.column(f"feature:{name}").take(rows))
        for place, name in enumerate(subject.names)
        if name not in taken
    ]
    return tuple(sorted((one for one in found if one.donors.size > 1), key=lambda one: one.name))


def _choice(place: int, name: str, column: pa.ChunkedArray) -> Choice:
    number = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
    values = _numbers(column) if number else _names(column)
    present = np.asarray(~values.isnull)
    distinct, first, inverse, counts = np.unique(
        values.sortable[present], return_index=True, return_inverse=True, return_counts=True
    )
    value = np.full(present.size, -1, dtype=np.int64)
    value[present] = inverse
    tried = _spaced(distinct.size) if number else _frequent(counts)
    return Choice(
        place=place,
        name=name,
        donors=np.flatnonzero(present)[first][tried],
        texts=tuple(text_of(one) for one in distinct[tried].tolist()),
        codes=tried,
        value=value,
        standing=_standing(value, counts) if number else None,
        occurring=distinct.size,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Values:
    sortable: np.ndarray
    isnull: np.ndarray


def _numbers(column: pa.ChunkedArray) -> _Values:
    values = np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
    return _Values(sortable=values, isnull=~np.isfinite(values))


def _names(column: pa.ChunkedArray) -> _Values:
    texts = np.asarray(column.cast(pa.string()).to_pylist(), dtype=object)
    missing = np.asarray([one is None for one in texts.tolist()], dtype=np.bool_)
    return _Values(sortable=np.where(missing, "", texts).astype(str), isnull=missing)


def _spaced(count: int) -> Codes:
    return np.unique(np.linspace(0, count - 1, min(count, MOST_VALUES)).round().astype(np.int64))


def _frequent(counts: Codes) -> Codes:
    """A name that few leads have is not proposed: it may name one of them."""
    most = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    return np.sort(most[counts[most] >= RARE])


def _standing(value: Codes, counts: Codes) -> Reals:
    """The share of leads below, and half of those at the same value."""
    middle = (np.cumsum(counts) - counts / 2) / max(int(counts.sum()), 1)
    return np.append(middle, np.nan)[value]  # the code of a missing value is -1


def text_of(value: object) -> str:
    """A value as a person reads it."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return UNKNOWN
    if isinstance(value, float):
        return f"{value:.12g}" if value.is_integer() else f"{value:.6g}"
    return str(value)
