"""Features: what a proxy may hide in. Numbers stay numbers, everything else becomes levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audit.intake.column import Column, read_column
from audit.intake.groups import by_level
from audit.intake.roles import taken_columns
from audit.schema import BadInput, Stream

# A text that is different on (nearly) every row identifies a lead; it groups nobody.
_ROWS_TO_JUDGE = 20
_SHARE_OF_A_KEY = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The feature columns by name, and sentences about those left out."""

    columns: tuple[tuple[str, pa.Array], ...]
    notes: tuple[str, ...]


def read_features(table: pa.Table, stream: Stream, tokens: pa.Array) -> Features:
    """The columns that the stream names as features and controls, or every column without another role."""
    taken = taken_columns(stream)
    listed = table.column_names if stream.features is None else (*stream.features, *stream.controls)
    columns: list[tuple[str, pa.Array]] = []
    notes: list[str] = []
    for name in dict.fromkeys(listed):
        if name in taken:
            if stream.features is not None:
                notes.append(f"Field {name!r} was left out: the column has another role in the stream.")
            continue
        feature = _feature(table, name, tokens)
        if isinstance(feature, str):
            notes.append(feature)
        else:
            columns.append((name, feature))
    return Features(columns=tuple(columns), notes=tuple(notes))


def _feature(table: pa.Table, name: str, tokens: pa.Array) -> pa.Array | str:
    kind = table.schema.field(name).type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        return f"Field {name!r} was left out: its type {kind} is neither text nor number."
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _number_array(pc.cast(table.column(name), pa.float64(), safe=False).to_numpy())
    try:
        column = read_column(table, name, tokens)
    except BadInput as error:  # nobody has to mend a column that has no role
        return f"Field {name!r} was left out: {error}."
    if _is_numeric(column):
        return _number_array(column.numbers())
    if _is_key(column):
        return f"Field {name!r} was left out: it is different on nearly every row, so it groups nobody."
    return by_level(column)


def _number_array(values: NDArray[np.float64]) -> pa.Array:
    return pa.array(values, mask=~np.isfinite(values))


def _is_numeric(column: Column) -> bool:
    """Every level is a number, and none has a leading zero (02139 is a code, not a quantity)."""
    if not len(column.levels):
        return False
    code = pc.any(pc.match_substring_regex(column.levels, r"^0\d")).as_py()
    return not code and bool(np.isfinite(column.level_numbers()).all())


def _is_key(column: Column) -> bool:
    present = int(np.count_nonzero(~column.missing))
    return present >= _ROWS_TO_JUDGE and len(column.levels) > _SHARE_OF_A_KEY * present
