"""The array types of the audit, and the one sum that all of it is made of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def sum_by(index: IntArray, values: FloatArray | IntArray, size: int) -> FloatArray:
    """Sum of the values that share an index, for every index below ``size``."""
    return np.bincount(index, values, minlength=size).astype(np.float64)
