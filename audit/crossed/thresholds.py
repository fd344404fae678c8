"""The rates of every group at every threshold."""

from __future__ import annotations

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
    side = "left" if higher_is_better else "right"
    cut = np.searchsorted(np.asarray(laid.edges), thresholds, side=side) + 1
    under = below[..., cut]
    over = below[..., -1:] - under
    nobody = np.zeros_like(under)
    chosen, turned = (over, under) if higher_is_better else (under, over)
    return decided_rates((turned, chosen, nobody)).transpose(1, 0, 2)
