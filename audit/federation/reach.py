"""How far summed noise of several organisations goes: the exact distribution, by convolution.

The noise of one count is discrete Laplace of the scale that its release states, and the noises are
independent, so that of a joint count is their convolution. Where it would have too many steps, Chernoff's
bound takes its place, which is wider (Chernoff, H. 1952, Annals of Mathematical Statistics 23, 493-507).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from audit.arrays import FloatArray
from audit.federation.added import Noises

_SMALLEST = 1e-13
_MOST_STEPS = 1 << 21
_LEANINGS = 400


def reach(noise: Noises, alpha: float) -> int:
    """The least t that the noise passes, up or down, with a probability of ``alpha`` at most."""
    if not noise:
        return 0
    steps = sum(_steps(scale, terms) * terms for scale, terms in noise)
    if 2 * steps + 1 > _MOST_STEPS:
        return _bounded(noise, alpha)
    return int(np.searchsorted(_within(noise), 1 - alpha * (1 - 1e-9)))


def _steps(scale: float, terms: int) -> int:
    return int(np.ceil(scale * np.log(2 * terms / _SMALLEST)))


@lru_cache(maxsize=256)
def _within(noise: Noises) -> FloatArray:
    """The probability that the sum is at most t either way, for every t."""
    middle = sum(_steps(scale, terms) * terms for scale, terms in noise)
    size = 2 * middle + 1
    power = 1 << (size - 1).bit_length()
    spectrum = np.ones(power // 2 + 1, dtype=np.complex128)
    for scale, terms in noise:
        most = _steps(scale, terms)
        one = np.exp(-np.abs(np.arange(-most, most + 1)) / scale)
        spectrum *= np.fft.rfft(one / one.sum(), n=power) ** terms
    mass = np.fft.irfft(spectrum, n=power)[:size]
    both = mass[middle] + np.concatenate([[0.0], np.cumsum(mass[middle + 1 :] + mass[:middle][::-1])])
    return np.asarray(both, dtype=np.float64)


def _bounded(noise: Noises, alpha: float) -> int:
    """Chernoff's bound of both tails, at the best of some leanings."""
    widest = max(scale for scale, _ in noise)
    lean = np.linspace(0, 1 / widest, _LEANINGS + 2)[1:-1]
    growth = np.zeros_like(lean)
    for scale, terms in noise:
        share = np.exp(-1 / scale)
        growth += terms * (
            2 * np.log1p(-share) - np.log1p(-share * np.exp(lean)) - np.log1p(-share * np.exp(-lean))
        )
    return int(np.ceil(((np.log(2 / alpha) + growth) / lean).min()))
