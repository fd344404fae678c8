"""Only the columns that were asked for are read; one that is not there is named."""

from __future__ import annotations

from collections.abc import Sequence

from audit.schema import BadInput, nearest


def wanted_columns(file: str, columns: Sequence[str] | None, names: Sequence[str]) -> tuple[str, ...]:
    """The columns to read: those asked for, or all. BadInput names one that the file has not."""
    if columns is None:
        return tuple(names)
    for column in columns:
        if column not in names:
            near = nearest(column, names)
            hint = f"did you mean {near!r}?" if near else "correct the name or the file"
            msg = f"{file}: there is no column {column!r}; {hint}"
            raise BadInput(msg)
    return tuple(columns)
