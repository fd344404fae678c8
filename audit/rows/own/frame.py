"""The fields of the stream as a customer's pipeline takes them: a data frame with its columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from audit.rows.proxy import PREFIX
from audit.schema import BadInput


class OwnFails(BadInput):
    """A pipeline that could not be trained or asked; the message holds no value of a lead."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Own:
    """A customer's estimator, as it was saved, and the leads as it takes them.

    ``frame`` has a row for each lead and the columns that the estimator was saved with, in their order:
    numbers as numbers, everything else as text, what is missing as missing.
    """

    estimator: Any
    frame: pd.DataFrame


def own(estimator: Any, table: pa.Table) -> Own:  # noqa: ANN401 - scikit-learn has no types
    """Lay out an admitted table for an estimator.

    Raises
    ------
    BadInput
        The estimator needs a column that is not among the stream's fields; the first such is named.
    """
    frame = pd.DataFrame(
        {
            column[len(PREFIX) :]: _column(table.column(column))
            for column in table.column_names
            if column.startswith(PREFIX)
        }
    )
    named = getattr(estimator, "feature_names_in_", None)
    if named is not None:
        return Own(estimator=estimator, frame=frame[_there([str(one) for one in named], frame)])
    count = getattr(estimator, "n_features_in_", None)
    if count is not None and int(count) != frame.shape[1]:
        msg = (
            f"the pipeline was trained on {int(count)} columns without names, and the stream has"
            f" {frame.shape[1]} fields; train it on a data frame with the names of the stream's fields"
        )
        raise BadInput(msg)
    return Own(estimator=estimator, frame=frame)


def _there(named: list[str], frame: pd.DataFrame) -> list[str]:
    for one in named:
        if one not in frame.columns:
            listed = ", ".join(str(name) for name in frame.columns) or "none"
            msg = (
                f"the pipeline needs the column {one!r}, which is not among the stream's fields ({listed});"
                " add it to the file and to features in the stream"
            )
            raise BadInput(msg)
    return named


def _column(column: pa.ChunkedArray) -> pd.Series[Any]:
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        return pd.Series(column.cast(pa.float64()).to_numpy())
    texts: pd.Series[Any] = column.cast(pa.string()).to_pandas()
    return texts
