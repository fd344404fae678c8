"""A stake that is not all bet on the first day: what is still in hand cannot be lost.

A bet that began on the first day has lost almost everything after a year without a gap, and a gap that opens
then would need as long again to show. So half of the stake is bet from the first day on, and of the other
half a part from each later day; the parts are fixed beforehand, so that the sum is a test supermartingale as
each part is.

References
----------
J. Shin, A. Ramdas, A. Rinaldo (2024). E-detectors: a nonparametric framework for sequential change detection.
    New England Journal of Statistics in Data Science 2:229-260.
"""

from __future__ import annotations

import numpy as np

from audit.arrays import FloatArray


def spread(stakes: FloatArray) -> FloatArray:
    """The logarithm, after each day, of a stake that is bet from many days on.

    Parameters
    ----------
    stakes
        The logarithm of a stake of 1 bet from the first day on, after each day; days are the first axis.

    Returns
    -------
    ndarray
        Of the same shape. Never below ``log(in_hand)`` of the day: the part that is not bet yet.
    """
    shape = (-1, *(1,) * (stakes.ndim - 1))
    hand = in_hand(len(stakes)).reshape(shape)
    begun = -np.diff(hand, axis=0, prepend=1.0)
    reached = np.concatenate([np.zeros((1, *stakes.shape[1:])), stakes])
    bought = np.logaddexp.accumulate(np.log(begun) - reached, axis=0)
    whole: FloatArray = np.logaddexp(reached + bought, np.log(hand))[1:]
    return whole


def in_hand(days: int) -> FloatArray:
    """The part that is not bet yet, before the first day and after each day: 1/2, then slowly less."""
    return 0.5 / (1 + np.log2(1 + np.arange(days + 1)))
