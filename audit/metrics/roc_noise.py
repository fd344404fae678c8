"""How far sampling moves a ROC curve: draws of its Gaussian limit.

A curve of m positives and n negatives moves by U(R) / sqrt(m) + R' V(t) / sqrt(n), with U and V Brownian
bridges, R the curve and R' its slope (Hsieh and Turnbull 1996, Annals of Statistics 24:25). The bridges
are drawn once, with a seed of their own, and used for every group: the same data give the same bytes.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from audit.arrays import FloatArray
from audit.metrics.roc_curve import GRID, Curve

DRAWS, STEPS = 1000, 256
SEED = 20190304


@cache
def _bridges(which: int) -> FloatArray:
    """Brownian bridges, (draws, steps + 1); of four kinds, independent of each other."""
    random = np.random.default_rng((SEED, which))
    walk = np.cumsum(random.standard_normal((DRAWS, STEPS)), axis=1) / np.sqrt(STEPS)
    walk = np.concatenate([np.zeros((DRAWS, 1)), walk], axis=1)
    bridge = walk - walk[:, -1:] * np.linspace(0, 1, STEPS + 1)
    bridge.setflags(write=False)
    return bridge


def movements(curve: Curve, *, reference: bool) -> FloatArray:
    """Draws of how far the curve is moved at each place of the grid, (draws, places).

    Two leads are added on either side (Agresti and Coull 1998), so that a steep or flat curve of few leads
    moves too. The reference gets draws of its own.
    """
    m, n = max(curve.positives, 1.0), max(curve.negatives, 1.0)
    upward, sideways = (_bridges(kind + 2 * reference) for kind in range(2))
    height = (curve.heights * m + 2) / (m + 4)
    place = (GRID * n + 2) / (n + 4)
    slope = np.gradient(curve.heights, GRID)
    return np.asarray(
        _at(upward, height) / np.sqrt(m) + slope * _at(sideways, place) / np.sqrt(n), dtype=np.float64
    )


def _at(bridges: FloatArray, places: FloatArray) -> FloatArray:
    return bridges[:, np.rint(places * STEPS).astype(np.int64)]
