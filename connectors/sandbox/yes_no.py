"""Yes-or-no columns of a file, as the demo reads them before it fills the stand-ins."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from audit.schema import BadInput

YES = frozenset({"1", "1.0", "true", "yes", "t", "y"})
NO = frozenset({"0", "0.0", "false", "no", "f", "n"})
NOT_KNOWN = frozenset(
    {"", "-", "--", "?", ".", "select", "none", "--none--", "n/a", "na", "nan", "null", "nil", "unknown"}
)


def yes_no(values: Sequence[str | None], name: str, missing: Collection[str] = ()) -> list[bool | None]:
    """True, False or None (not known) for each text.

    Raises
    ------
    BadInput
        A text is neither; the message names the column and the row.
    """
    not_known = NOT_KNOWN | {token.strip().lower() for token in missing}
    return [_one(value, name, row, not_known) for row, value in enumerate(values, start=1)]


def _one(value: str | None, name: str, row: int, not_known: Collection[str]) -> bool | None:
    plain = (value or "").strip().lower()
    if plain in YES:
        return True
    if plain in NO:
        return False
    if plain in not_known:
        return None
    msg = (
        f"column {name!r} holds a value that is neither yes nor no in row {row} of the data: "
        "map it to 1/0, true/false or yes/no, and leave it empty where it is not known"
    )
    raise BadInput(msg)
