"""Rows become a cube. The engines count differently and must agree to the last lead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from operator import add
from types import MappingProxyType

import pyarrow as pa

from audit.cube import Cube
from audit.schema import BadInput, Stream
from audit.tally import arrow, duck, reference
from audit.tally.columns import Column, counted_columns, with_decision
from audit.tally.edges import score_edges
from audit.tally.limits import check_cells, check_levels

Engine = Callable[[pa.Table, tuple[Column, ...], tuple[float, ...]], Cube]

DEFAULT = "arrow"
ENGINES: MappingProxyType[str, Engine] = MappingProxyType(
    {"arrow": arrow.count, "duckdb": duck.count, "reference": reference.count}
)
OFFERED = ("auto", "arrow", "duckdb")
"""What a person may ask for; the reference engine is the oracle of the tests."""


def count(
    table: pa.Table, stream: Stream, engine: str = "auto", *, edges: tuple[float, ...] | None = None
) -> Cube:
    """Count an admitted table (see `audit.intake`).

    The axes are ``attribute:<name>``..., ``control:<name>``..., ``score``, ``selected``,
    ``outcome`` (yes, no, not yet known), ``worked`` (yes, no, unknown) and ``option`` (of a decision
    with several), as far as the table has the columns. ``edges`` cuts the score axis; without it the
    table's own scores do (`score_edges`), and cubes of different tables then do not add up.

    Raises BadInput when the engine does not exist or when a column has too many values to count.
    """
    chosen = _engine(engine)
    table = with_decision(table, stream)
    counted = counted_columns(table)
    check_levels(table, counted)
    cube = chosen(table, counted, score_edges(table, stream) if edges is None else edges)
    return check_cells(cube)


def count_batches(batches: Iterable[pa.Table], stream: Stream, edges: tuple[float, ...]) -> Cube:
    """Count an admitted table that comes in parts, of which one is held at a time; at least one part.

    ``edges`` cuts the score axis of all of them. Raises as `count`.
    """
    return check_cells(reduce(add, (count(one, stream, edges=edges) for one in batches)))


def _engine(name: str) -> Engine:
    found = ENGINES.get(DEFAULT if name == "auto" else name)
    if found is None:
        message = f"engine {name!r} does not exist: use one of {', '.join(OFFERED)}"
        raise BadInput(message)
    return found


__all__ = ["ENGINES", "OFFERED", "count", "count_batches", "score_edges"]
