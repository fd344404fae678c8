"""The scale of a score: its range, and the ten bands of it."""

from __future__ import annotations

import numpy as np

from audit.arrays import FloatArray
from audit.cube import Cube
from audit.schema import Stream

BANDS = 10
USUAL_SCALES = ((0.0, 1.0), (0.0, 100.0))


def scale_of(lowest: float, highest: float, stream: Stream) -> tuple[float, float]:
    """Range of the score: the stream's, or one that the values seen fit.

    Values within 0..1 are on the scale of a probability, values from 0 up to between 10 and 100
    on that of a percentage; any other score gets the range that was seen, threshold included.
    """
    if stream.score_range is not None:
        return stream.score_range
    if lowest >= 0 and highest <= 1:
        return USUAL_SCALES[0]
    if lowest >= 0 and 10 < highest <= 100:
        return USUAL_SCALES[1]
    return (lowest, highest)


def band_edges(scale: tuple[float, float]) -> FloatArray:
    """Eleven edges of the ten bands; fewer when the range is a single point."""
    return np.unique(np.linspace(scale[0], scale[1], BANDS + 1))


def cube_scale(cube: Cube, stream: Stream) -> tuple[float, float] | None:
    """Range of the score that the cube holds; None when it has no score axis."""
    if "score" not in cube.names:
        return None
    edges = cube.axis("score").edges
    return scale_of(edges[0], edges[-1], stream)
