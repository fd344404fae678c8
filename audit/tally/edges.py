"""Where the score axis is cut, and which range a score has."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.arrays import FloatArray
from audit.schema import Stream
from audit.score_scale import band_edges, scale_of
from audit.tally.columns import SCORE

EXACT_UP_TO = 1 << 18
QUANTILES = 1 << 16


def score_edges(table: pa.Table, stream: Stream) -> tuple[float, ...]:
    """Edges of the score axis of this table; empty when it has no score.

    Up to 262,144 distinct scores each get a level of their own; beyond that there are about 65,536
    edges at quantiles (of a million leads, 16 share a step). The threshold and the ten band edges are
    always among them, so that selection and calibration bands stay exact.
    """
    if SCORE not in table.column_names:
        return ()
    scores = _distinct(table)
    if len(scores) > EXACT_UP_TO:
        scores = _quantiles(table)
    if stream.threshold is not None:
        scores = np.append(scores, stream.threshold)
    if not len(scores):
        return (0.0,)
    bands = band_edges(scale_of(float(scores.min()), float(scores.max()), stream))
    return tuple(float(edge) for edge in np.unique(np.concatenate([scores, bands])) + 0.0)


def _distinct(table: pa.Table) -> FloatArray:
    distinct = pc.unique(table[SCORE]).to_numpy(zero_copy_only=False).astype(np.float64)
    return np.unique(distinct[np.isfinite(distinct)])


def _quantiles(table: pa.Table) -> FloatArray:
    scores = table[SCORE].to_numpy().astype(np.float64)
    finite = np.sort(scores[np.isfinite(scores)])
    return np.unique(finite[np.linspace(0, len(finite) - 1, QUANTILES + 1).astype(np.int64)])
