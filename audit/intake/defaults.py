"""Values that look like a default of a form rather than an answer, and are not listed as missing.

Careful on purpose: a word that nobody would give as an answer is told from 1 % of the rows; a word that may
well be an answer ("other") only where it is the most frequent value and has 40 % of the rows; a
number only where it lies far outside the others (age 0 or 126, from a birth date of 1900).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.intake.column import Column, read_column
from audit.schema import Stream

_NO_ANSWER = re.compile(
    r"^\W*(please\b.*|pls\b.*|choose\b.*|choose|pick (one|an?)\b.*|select (a|an|your|from|option)\b.*"
    r"|(bitte|bitte w.hlen|keine angabe|s.lectionne[rz].*|seleccion.*|seleziona.*)"
    r"|test(ing|er|test)?\d*|dummy|asdf\w*|qwert[yz]\w*|foo|foobar|lorem ipsum|x{2,}|tb[ac]|tbd|to ?do"
    r"|default( value)?|placeholder|not set|unset|no value|no data|not known|n\.a\.?|n\.k\.?|keine|ohne"
    r"|(1900|1901|1753|0001|1899)-\d\d-\d\d.*|1970-01-01.*)\W*$",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"^\W*(other|others|misc|miscellaneous|general|various|standard|0|1|9+|-1)\W*$", re.IGNORECASE
)
NO_ANSWER_SHARE, WEAK_SHARE, FEWEST = 0.01, 0.4, 5
_SPIKE, _FAR = 0.02, 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDefault:
    """A value that looks like no answer. ``role`` is the attribute or control, as reports name it."""

    role: str
    value: str
    count: int
    share: float


def form_defaults(table: pa.Table, stream: Stream, tokens: pa.Array) -> tuple[FormDefault, ...]:
    """Suspicious values of attributes, controls and the creation date, the most frequent first."""
    roles = [(one.name, one.column, bool(one.bands)) for one in stream.attributes]
    roles += [(name, name, False) for name in stream.controls]
    found: list[FormDefault] = []
    for role, name, numeric in roles:
        column = read_column(table, name, tokens)
        found += _spikes(role, column) if numeric else _words(role, column)
    if stream.created is not None:
        found += _words(stream.created, _days(read_column(table, stream.created, tokens)))
    return tuple(found)


def _counts(column: Column) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.bincount(column.codes[column.codes >= 0], minlength=len(column.levels)).astype(np.int64)


def _words(role: str, column: Column) -> Iterator[FormDefault]:
    counts, rows = _counts(column), max(len(column.codes), 1)
    for place in np.argsort(-counts, kind="stable").tolist():
        count = int(counts[place])
        if count < max(FEWEST, NO_ANSWER_SHARE * rows):
            return
        value = str(column.levels[place])
        weak = count == counts.max() and count >= WEAK_SHARE * rows and _WEAK.match(value) and len(counts) > 2
        if weak or _NO_ANSWER.match(value):
            yield FormDefault(role=role, value=value, count=count, share=count / rows)


def _days(column: Column) -> Column:
    """Only the first ten characters, the day, so that one day is one value."""
    texts = [str(level)[:10] for level in column.levels.to_pylist()] if len(column.levels) < 20_000 else []
    if not texts:
        return Column(name=column.name, codes=np.empty(0, np.int64), levels=pa.array([], pa.string()))
    days, place = np.unique(np.array(texts), return_inverse=True)
    codes = np.append(place, -1)[column.codes]
    return Column(name=column.name, codes=codes, levels=pa.array(days.tolist()))


def _spikes(role: str, column: Column) -> Iterator[FormDefault]:
    """The lowest or highest number, if it is frequent and far from all others."""
    values, rows = column.numbers(), max(len(column.codes), 1)
    seen, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    if seen.size < 3:
        return
    quarter, three = np.quantile(np.repeat(seen[1:-1], counts[1:-1]), [0.25, 0.75])
    reach = max(_FAR * float(three - quarter), 1.0)
    for place, beyond in ((0, quarter - seen[0]), (-1, seen[-1] - three)):
        next_to = abs(float(seen[place] - seen[1 if place == 0 else -2]))
        count = int(counts[place])
        if beyond > reach and next_to > 1 and count >= max(FEWEST, _SPIKE * rows):
            yield FormDefault(role=role, value=f"{seen[place]:g}", count=count, share=count / rows)
