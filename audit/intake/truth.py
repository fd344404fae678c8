"""Yes or no: outcomes, decisions and whether a lead was worked."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audit.intake.column import Column
from audit.schema import BadInput

YES: tuple[str, ...] = ("1", "true", "yes", "t", "y")
NO: tuple[str, ...] = ("0", "false", "no", "f", "n")
_SHOWN = 5


def read_truth(column: Column, role: str) -> NDArray[np.int64]:
    """1 for yes, 0 for no, -1 for not known; BadInput where a value is neither."""
    # A decimal column writes 1 as 1.00.
    plain = pc.replace_substring_regex(pc.utf8_lower(column.levels), r"^([01])\.0+$", r"\1")
    yes = pc.is_in(plain, value_set=pa.array(YES)).to_numpy(zero_copy_only=False)
    no = pc.is_in(plain, value_set=pa.array(NO)).to_numpy(zero_copy_only=False)
    if not np.all(yes | no):
        row = int(np.argmax(np.append(~(yes | no), False)[column.codes]))
        raise BadInput(_complaint(column, role), row=row)
    return np.append(np.where(yes, 1, 0), -1)[column.codes]


def _complaint(column: Column, role: str) -> str:
    count = len(column.levels)
    # Many values are no yes-or-no column at all; they may be personal, so they are not repeated.
    shown = f" ({', '.join(level[:20] for level in column.levels.to_pylist())})" if count <= _SHOWN else ""
    values = "value" if count == 1 else "values"
    return (
        f"{role} column {column.name!r} holds {count:,} {values}{shown}: map them"
        " to 1/0, true/false or yes/no, and leave it empty where it is not known"
    )


def to_bool(truth: NDArray[np.int64]) -> pa.Array:
    """An Arrow column of true, false and null (not known)."""
    return pa.array(truth == 1, mask=truth < 0)
