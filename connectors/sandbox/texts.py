"""The columns of a table as texts."""

from __future__ import annotations

import pyarrow as pa

from audit.schema import BadInput, nearest


def column_texts(table: pa.Table, name: str) -> list[str | None]:
    """The trimmed texts of a column; None where there is nothing.

    Raises
    ------
    BadInput
        The table has no such column.
    """
    if name not in table.column_names:
        near = nearest(name, table.column_names)
        hint = f"did you mean {near!r}?" if near else f"the columns are {', '.join(table.column_names[:12])}"
        msg = f"there is no column {name!r} in the data: {hint}"
        raise BadInput(msg)
    values = table.column(name).cast(pa.string()).to_pylist()
    return [(value.strip() or None) if value is not None else None for value in values]
