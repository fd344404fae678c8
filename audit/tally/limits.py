"""How much a cube may hold before a person has to coarsen something."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from audit.cube import Cube
from audit.schema import BadInput
from audit.tally.columns import Column

LEVELS = 10_000
CELLS = 5_000_000


def check_levels(table: pa.Table, columns: tuple[Column, ...]) -> None:
    """Refuse an attribute or control that is nearly a name of its own for every lead."""
    for column in columns:
        if column.kind != "category" or _few_names(table[column.name]):
            continue
        distinct = len(pc.unique(table[column.name]))
        if distinct > LEVELS:
            what, _, name = column.name.partition(":")
            message = (
                f"{what} {name!r} has {distinct:,} different values and at most {LEVELS:,} can be "
                "compared: band, map or coarsen it"
            )
            raise BadInput(message)


def _few_names(values: pa.ChunkedArray) -> bool:
    """Whether the dictionaries alone tell that there are not too many: no row is looked at."""
    return pa.types.is_dictionary(values.type) and sum(len(one.dictionary) for one in values.chunks) <= LEVELS


def check_cells(cube: Cube) -> Cube:
    """Refuse a joint of attributes and controls that does not fit, naming the widest of them.

    Controls are counted jointly with everything else: a sparse cube has at most one cell per
    lead, so this only happens to very large and very finely divided data.
    """
    if len(cube.n) > CELLS:
        widest = max((a for a in cube.axes if not a.edges), key=lambda axis: axis.size)
        message = (
            f"the attributes and controls divide the leads into {len(cube.n):,} cells and at most {CELLS:,} "
            f"can be audited at once: coarsen or remove {widest.name.replace(':', ' ')!r} "
            f"({widest.size:,} values)"
        )
        raise BadInput(message)
    return cube
