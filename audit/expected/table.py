"""From an admitted table to day cubes."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from audit.cube import Cube
from audit.expected.leads import cut, dated
from audit.schema import Stream


def day_cubes(table: pa.Table, stream: Stream) -> dict[date, Cube]:
    """The leads of each day of creation as a cube, all with the same edges of the score.

    Raises
    ------
    BadInput
        Where the table has no day, or a column has too many values to count.
    """
    return cut(dated(table, stream))
