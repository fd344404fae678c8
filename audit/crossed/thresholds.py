"""The rates of every group at every threshold."""

from __future__ import annotations

from typing import Literal

import numpy as np

from audit.arrays import FloatArray
from audit.crossed.layout import Layout
from audit.crossed.rates import decided_rates, levels_of


def threshold_rates(laid: Layout, thresholds: FloatArray, *, higher_is_better: bool = True) -> FloatArray:
    """`METRICS` of every group as if each threshold decided, of shape ``(thresholds, groups, metrics)``.

    Exact where each threshold is an edge of the cube's score (or, where lower is better, the next number
    above is one); leads without a score are decided by none.
    """
    found = levels_of(laid, laid.n[None].astype(np.float64))[0, :, :, :-1]
    below = np.zeros((*found.shape[:2], found.shape[2] + 1))
    np.cumsum(found, axis=-1, out=below[..., 1:])
    side: Literal["left", "right"] = "left" if higher_is_better else "right"
    cut = np.searchsorted(np.asarray(laid.edges), thresholds, side=side) + 1
    under = np.asarray(below[..., cut], dtype=np.float64)
    over = np.asarray(below[..., -1:] - under, dtype=np.float64)
    nobody = np.zeros_like(under)
    chosen, turned = (over, under) if higher_is_better else (under, over)
    # By outcome, then by group and threshold.
    return decided_rates([list(turned), list(chosen), list(nobody)]).transpose(1, 0, 2)
