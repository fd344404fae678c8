"""The cube of the leads, and the cubes without one bucket of accounts each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from audit.arrays import sum_by
from audit.clustering.accounts import Accounts
from audit.cube import Cube
from audit.schema import Stream
from audit.score_scale import band_edges, cube_scale
from audit.tally import count
from audit.tally.columns import SCORE

LEVELS = 200
"""Levels of the score that are told apart in a replicate: a design effect is a ratio of two variances, and
both are taken on the same levels."""


def whole_and_parts(
    table: pa.Table, stream: Stream, cube: Cube, accounts: Accounts
) -> tuple[Cube, Iterator[Cube]]:
    """The cube of all leads on coarse scores, and one after the other the cubes that leave a bucket out."""
    pieces = buckets_of(table, stream, accounts, coarse_edges(cube, stream))
    whole = _sum(pieces)
    return whole, (whole - piece for piece in pieces)


def buckets_of(
    table: pa.Table, stream: Stream, accounts: Accounts, edges: tuple[float, ...] | None
) -> list[Cube]:
    """The cube of each bucket of accounts, all on these edges of the score."""
    order = np.argsort(accounts.bucket, kind="stable")
    ends = np.cumsum(np.bincount(accounts.bucket, minlength=accounts.buckets))
    sorted_rows = table.take(pa.array(order))
    return [
        count(sorted_rows.slice(start, end - start), stream, "arrow", edges=edges)
        for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)
    ]


def coarse_edges(cube: Cube, stream: Stream) -> tuple[float, ...]:
    """Edges of the score axis, about 200 of them; the ends, the threshold and the band edges are kept."""
    if SCORE not in cube.names:
        return ()
    edges = np.asarray(cube.axis(SCORE).edges)
    if len(edges) <= LEVELS:
        return tuple(edges.tolist())
    leads = np.cumsum(sum_by(np.clip(cube.column(SCORE) - 1, 0, len(edges) - 1), cube.n, len(edges)))
    chosen = edges[np.searchsorted(leads, np.linspace(0, leads[-1], LEVELS + 1)[1:])]
    scale = cube_scale(cube, stream) or (0.0, 1.0)
    kept = [edges[:1], edges[-1:], chosen, band_edges(scale)]
    if stream.threshold is not None:
        kept.append(np.array([stream.threshold]))
    return tuple((np.unique(np.concatenate(kept)) + 0.0).tolist())


def _sum(pieces: list[Cube]) -> Cube:
    """All cubes added up, in pairs: each cell is moved a few times and not once per cube."""
    while len(pieces) > 1:
        pairs = [one + other for one, other in zip(pieces[::2], pieces[1::2], strict=False)]
        pieces = pairs + pieces[len(pairs) * 2 :]
    return pieces[0]
