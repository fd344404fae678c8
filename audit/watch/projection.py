"""The rates within a tolerated gap that explain two given rates best: the nearest null hypothesis."""

from __future__ import annotations

import numpy as np

from audit.arrays import FloatArray

LEAST = 1e-9
"""Rates stay this far from 0 and 1, where a logarithm has no end."""

Pair = tuple[FloatArray, FloatArray]
"""Of the group and of its reference; or the lowest and the highest tolerated gap."""


def nearest(rates: Pair, n: Pair, band: Pair) -> Pair:
    """The two rates whose gap is within the band and that are nearest to ``rates``.

    Nearest is the least Kullback-Leibler divergence of ``n`` leads each: the maximum likelihood estimate
    under a given difference, the root of a cubic. Where the given gap is within the band, the given rates.
    Arrays that go together, group first.

    References
    ----------
    O. Miettinen, M. Nurminen (1985). Comparative analysis of two rates. Statistics in Medicine 4:213-226.
    """
    gap = rates[0] - rates[1]
    edge = np.clip(gap, *band)
    reference = _at_difference(rates, n, edge)
    low, high = np.maximum(0.0, -edge) + LEAST, np.minimum(1.0, 1.0 - edge) - LEAST
    reference = np.clip(reference, np.minimum(low, high), np.maximum(low, high))
    group = np.clip(reference + edge, LEAST, 1 - LEAST)
    inside = gap == edge
    return np.where(inside, rates[0], group), np.where(inside, rates[1], reference)


def _at_difference(rates: Pair, n: Pair, edge: FloatArray) -> FloatArray:
    """The reference's rate where the two differ by ``edge``: the paper's equation 9, solved by cosine."""
    whole, hits = n[0] + n[1], n[0] * rates[0] + n[1] * rates[1]
    other = n[1] * rates[1]
    third = 3 * whole
    square = (n[0] + 2 * n[1]) * edge - whole - hits
    linear = (n[1] * edge - whole - 2 * other) * edge + hits
    constant = other * edge * (1 - edge)
    shift = square / third
    # Products, since powers of arrays are ten times as slow.
    turn = shift * shift * shift - linear * shift / (2 * whole) + constant / (2 * whole)
    radius = np.sqrt(np.maximum(shift * shift - linear / third, 0.0)) * np.where(turn < 0, -1.0, 1.0)
    cube = radius * radius * radius
    cosine = np.clip(turn / np.where(cube == 0, 1.0, cube), -1.0, 1.0)
    root: FloatArray = 2 * radius * np.cos((np.pi + np.arccos(cosine)) / 3) - shift
    return root
