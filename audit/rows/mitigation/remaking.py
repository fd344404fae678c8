"""The remedies on fields, for a customer's own pipeline: its columns stay, what they tell changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from audit.arrays import BoolArray
from audit.rows.levels import Codes
from audit.rows.mitigation.attempt import NotHere
from audit.rows.mitigation.learning import Fields, Prepare, Remake
from audit.rows.own import Own

OTHERS = "all others"


def silent(names: tuple[str, ...]) -> Remake:
    """Every lead gets the same value: the pipeline keeps its column, and can learn nothing from it."""
    return lambda own, _learned, _levels: _changed(own, names, _one_value)


def coarse(names: tuple[str, ...], most: int) -> Remake:
    """At most so many values: a quantity becomes the middle of its part, rare names become one."""
    return lambda own, _learned, _levels: _changed(own, names, lambda column: _coarse(column, most))


def columnwise(names: tuple[str, ...], prepare: Prepare) -> Remake:
    """Change columns of numbers as they are changed for a model of ours; NotHere for a column of names."""

    def remake(own: Own, learned: BoolArray, levels: Codes) -> Own:
        used = [name for name in names if name in own.frame.columns]
        words = [name for name in used if not pd.api.types.is_numeric_dtype(own.frame[name])]
        if words:
            msg = f"your pipeline takes {words[0]!r} as names, and this remedy moves numbers"
            raise NotHere(msg)
        _check_used(used, names)
        values = own.frame[used].to_numpy(dtype=np.float64)
        made = prepare(Fields(values=values, learned=learned, levels=levels, names=tuple(used)))
        return Own(estimator=own.estimator, frame=own.frame.assign(**dict(zip(used, made.T, strict=True))))

    return remake


def _changed(own: Own, names: tuple[str, ...], change: Any) -> Own:  # noqa: ANN401 - a column to a column
    used = [name for name in names if name in own.frame.columns]
    _check_used(used, names)
    made = {name: change(own.frame[name]) for name in used}
    return Own(estimator=own.estimator, frame=own.frame.assign(**made))


def _check_used(used: list[str], names: tuple[str, ...]) -> None:
    if not used:
        msg = f"your pipeline does not use {names[0]!r}, so there is nothing to change"
        raise NotHere(msg)


def _one_value(column: pd.Series[Any]) -> pd.Series[Any]:
    """The middle of the numbers, or the most frequent name; the column as it is where all is missing."""
    present = column.dropna()
    if present.empty:
        return column
    if pd.api.types.is_numeric_dtype(column):
        value: Any = float(np.median(present))
    else:
        value = _by_frequency(present)[0]
    return pd.Series(value, index=column.index, dtype=column.dtype)


def _coarse(column: pd.Series[Any], most: int) -> pd.Series[Any]:
    present = column.dropna()
    if present.empty:
        return column
    if not pd.api.types.is_numeric_dtype(column):
        kept = _by_frequency(present)[: most - 1]
        return column.where(column.isin(kept) | column.isna(), OTHERS)
    edges = np.quantile(present, np.linspace(0, 1, most + 1)[1:-1])
    part = np.searchsorted(edges, present, side="right")
    middle = present.groupby(part).transform("median")
    return middle.reindex(column.index)


def _by_frequency(present: pd.Series[Any]) -> list[Any]:
    """The values, the most frequent first; of equals the first by name."""
    counts = present.value_counts()
    return sorted(counts.index, key=lambda one: (-int(counts[one]), str(one)))
