"""The columns of a table as texts."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from audit.schema import BadInput, nearest


def column_texts(table: pa.Table, name: str) -> list[str | None]:
    """The trimmed texts of a column; None where there is nothing.

    Raises
    ------
    BadInput
        The table has no such column, or its values have no plain text.
    """
    require_columns(table, [name])
    column = table.column(name)
    try:
        values = column.cast(pa.string()).to_pylist()
    except pa.ArrowException:
        msg = (
            f"column {name!r} is of type {column.type}, which has no plain text: turn it into text or numbers"
        )
        raise BadInput(msg) from None
    return [(value.strip() or None) if value is not None else None for value in values]


def require_columns(table: pa.Table, names: Iterable[str]) -> None:
    """BadInput for the first name that is no column of the table."""
    for name in names:
        if name not in table.column_names:
            near = nearest(name, table.column_names)
            shown = ", ".join(table.column_names[:12])
            hint = f"did you mean {near!r}?" if near else f"the columns are {shown}"
            msg = f"there is no column {name!r} in the data: {hint}"
            raise BadInput(msg)
