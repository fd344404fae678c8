"""The option that each lead got, where a decision is more than yes or no."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audit.intake.column import Column
from audit.schema import LEVELS, BadInput, Stream, nearest
from audit.schema.decision_section import MOST_OPTIONS

_SHOWN = 5


def option_tokens(tokens: pa.Array, stream: Stream) -> pa.Array:
    """The missing tokens without those that the stream names as an option ("None" may be a level)."""
    named = {one.lower() for one in (*stream.decision_levels, *stream.favourable)}
    return pa.array([token for token in tokens.to_pylist() if token not in named], pa.string())


def read_options(column: Column, stream: Stream) -> pa.DictionaryArray:
    """The option of every row, null where it is missing.

    Ordered levels keep the order of the stream, and the type says that they are ordered; other
    options come in alphabetical order.

    Raises
    ------
    BadInput
        A level that the stream does not name, more options than can be compared, or favourable
        options none of which occurs.
    """
    found = column.levels.to_pylist()
    if stream.decision_kind == LEVELS:
        _check_known(column, found, stream.decision_levels)
        names = stream.decision_levels
    else:
        _check_few(column, found)
        names = tuple(sorted(found))
    _check_favourable(column, found, stream)
    place = np.array([*(names.index(level) for level in found), -1], dtype=np.int64)
    codes = place[column.codes]
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32), mask=codes < 0),
        pa.array(names, pa.string()),
        ordered=stream.decision_kind == LEVELS,
    )


def favoured(option: pa.DictionaryArray, stream: Stream) -> NDArray[np.bool_]:
    """Whether each lead got one of the favourable options, and so counts as selected."""
    good = pc.is_in(option.dictionary, value_set=pa.array(stream.favourable, pa.string()))
    codes = pc.fill_null(option.indices, -1).to_numpy()
    flags = np.append(good.to_numpy(zero_copy_only=False).astype(np.bool_), False)
    return np.asarray(flags[codes], dtype=np.bool_)


def _check_known(column: Column, found: list[str], levels: tuple[str, ...]) -> None:
    unknown = [level not in levels for level in found]
    if not any(unknown):
        return
    row = int(np.argmax(np.append(unknown, False)[column.codes]))
    count = sum(unknown)
    level = found[int(column.codes[row])]
    near = nearest(level, levels)
    # Many unknown values are no levels at all; they may be personal, so they are not repeated.
    what = f"{level[:40]!r}" if count <= _SHOWN else f"{count:,} values"
    hint = f"did you mean {near!r}?" if near and count <= _SHOWN else "correct it, or add it to the list"
    msg = (
        f"decision column {column.name!r} holds {what} that decision_levels does not name"
        f" ({', '.join(levels)}); {hint}"
    )
    raise BadInput(msg, row=row)


def _check_few(column: Column, found: list[str]) -> None:
    if len(found) > MOST_OPTIONS:
        msg = (
            f"decision column {column.name!r} has {len(found):,} options, and at most {MOST_OPTIONS} can be"
            " compared; put the rare ones together under one name"
        )
        raise BadInput(msg)


def _check_favourable(column: Column, found: list[str], stream: Stream) -> None:
    if not stream.favourable or any(one in found for one in stream.favourable) or not found:
        return
    near = nearest(stream.favourable[0], found)
    hint = f"did you mean {near!r}?" if near else f"its options are {', '.join(found[:8])}"
    msg = f"decision column {column.name!r} holds none of the favourable options; {hint}"
    raise BadInput(msg)
