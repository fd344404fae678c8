"""The part of a gap in mean score that comes from who is at which level."""

from __future__ import annotations

import numpy as np

from audit.rows.levels import Reals


def composition(n: Reals, mean: Reals) -> Reals:
    """Composition effect; the last two axes are (group, reference) by level."""
    there = n > 0
    both = there.all(axis=-2)
    weight = np.where(both, n.prod(axis=-2) / np.maximum(n.sum(axis=-2), 1), 0)
    difference = mean[..., 0, :] - mean[..., 1, :]
    within = (weight * difference).sum(axis=-1) / np.maximum(weight.sum(axis=-1), 1e-300)
    halfway = np.where(there, mean, 0).sum(axis=-2) / np.maximum(there.sum(axis=-2), 1)
    lean = np.where(both, 0, there[..., 1, :] * 0.5 - there[..., 0, :] * 0.5) * within[..., None]
    shares = n / np.maximum(n.sum(axis=-1, keepdims=True), 1)
    return np.asarray(((shares[..., 0, :] - shares[..., 1, :]) * (halfway + lean)).sum(axis=-1))
