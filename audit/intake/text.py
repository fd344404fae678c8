"""Text columns become numbers before anything else looks at the table; the texts end here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from audit.intake.column import read_column
from audit.intake.missing import missing_tokens
from audit.schema import BadInput, Stream, nearest
from audit.schema.text_numbers import LANGUAGES, NUMBERS, TextNumbers, text_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """The table with numbers in place of texts, and sentences about it."""

    table: pa.Table
    notes: tuple[str, ...]


def reduce_texts(table: pa.Table, stream: Stream) -> Reduced:
    """Replace each text column of the stream by its numbers, named like ``description.length``.

    Each different text is read once. A missing text has no numbers.

    Raises
    ------
    BadInput
        A text column is not in the table, or the table has a column named like one of its numbers.
    """
    tokens = missing_tokens(stream.missing)
    notes: list[str] = []
    for name in stream.text:
        _check(table, name)
        column = read_column(table, name, tokens)
        found = [text_numbers(text, stream.text_language) for text in column.levels.to_pylist()]
        table = table.drop_columns([name])
        for number in NUMBERS:
            table = table.append_column(f"{name}.{number}", _spread(found, number, column.codes))
        notes.append(_note(name, found, stream.text_language))
    return Reduced(table=table, notes=tuple(notes))


def _spread(found: list[TextNumbers], number: str, codes: NDArray[np.int64]) -> pa.Array:
    kind = pa.string() if number == "tone" else pa.float64()
    values = pa.array([getattr(one, number) for one in found], kind)
    return values.take(pa.array(codes, mask=codes < 0))


def _check(table: pa.Table, name: str) -> None:
    names = table.column_names
    if names.count(name) != 1:
        near = nearest(name, names)
        hint = f"; did you mean {near!r}?" if near else "; correct text in [stream]"
        msg = f"there is no column {name!r} (text of the stream){hint}"
        raise BadInput(msg)
    for number in NUMBERS:
        if f"{name}.{number}" in names:
            msg = (
                f"there is a column {name}.{number} already, and the text {name!r} needs that name; rename it"
            )
            raise BadInput(msg)


def _note(name: str, found: list[TextNumbers], language: str | None) -> str:
    kept = f"The text {name!r} was reduced to numbers ({', '.join(NUMBERS)}); the text itself was not kept."
    if language not in LANGUAGES:
        return (
            f"{kept} It has no sentiment, because text_language in [stream] does not say that it is English."
        )
    unread = sum(one.sentiment is None for one in found)
    if not unread:
        return kept
    return f"{kept} {unread:,} of {len(found):,} different texts do not read as English: no sentiment."
