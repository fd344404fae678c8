"""The calibration: how often leads of each kind convert, for each group, and how sure that is.

Three layers. The pooled curve: of each kind of lead (a step of the score with one decision), how often the
leads of all groups converted. No shape is assumed, so that a score that promises too much, or falls where
it should rise, does no harm. The group's own curve is the pooled one moved and tilted on the logit scale
(Platt's scaling with the pooled logit in place of the score), drawn towards the pooled one by priors that
weigh little beside a few dozen conversions. The group's own rate of a kind is drawn towards that curve by
`ALIKE` leads; so a group with many leads has its own rates, whatever the curve says.

References
----------
J. Platt (1999), Advances in Large Margin Classifiers. B. Zadrozny, C. Elkan (2001), ICML. A. Gelman et al.
(2013), Bayesian Data Analysis, chapters 4 and 5 (normal approximation, hierarchical models).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray

ALIKE = 20.0
"""Leads that the group's curve weighs as, beside a kind's own."""
SHIFT, TILT = 1.0, 1.0
"""Spread (standard deviation) of the move and the tilt of a group's curve before anything is known of it."""
_ROUNDS = 12
_LEAST = 1e-6
_NEAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moved:
    """Move and tilt that fit best, and the lower triangle of the root of their covariance."""

    move: FloatArray
    tilt: FloatArray
    root: tuple[FloatArray, FloatArray, FloatArray]


def pooled(won: FloatArray, known: FloatArray) -> FloatArray:
    """How often leads of each kind converted, drawn towards all leads by one lead."""
    share = overall(won, known)
    return (won + share) / (known + 1)


def pooled_draws(won: FloatArray, known: FloatArray, draws: int, random: np.random.Generator) -> FloatArray:
    """The same as it may be: one row per draw. A kind that nobody saw may be anything."""
    share = overall(won, known)
    drawn = random.beta(won + share, known - won + 1 - share, size=(draws, len(won)))
    return np.clip(drawn, _LEAST, 1 - _LEAST)


def rates(curve: FloatArray, won: FloatArray, known: FloatArray) -> FloatArray:
    """How often leads of each kind (last axis) convert in each group (the axes before)."""
    line = _line(curve, _fitted(curve, won, known))
    return (ALIKE * line + won) / (ALIKE + known)


def rate_draws(
    curves: FloatArray, won: FloatArray, known: FloatArray, random: np.random.Generator
) -> FloatArray:
    """The same of one group as it may be, for each drawn pooled curve."""
    fit = _fitted(curves, won, known)
    noise = random.standard_normal((2, len(curves)))
    move = fit.move + fit.root[0] * noise[0]
    tilt = fit.tilt + fit.root[1] * noise[0] + fit.root[2] * noise[1]
    line = np.clip(_line(curves, Moved(move=move, tilt=tilt, root=fit.root)), _LEAST, 1 - _LEAST)
    drawn = random.beta(ALIKE * line + won, ALIKE * (1 - line) + known - won)
    return np.clip(drawn, _LEAST, 1 - _LEAST)


def overall(won: FloatArray, known: FloatArray) -> float:
    """How often all leads together converted, never 0 or 1."""
    return float((won.sum() + 0.5) / (known.sum() + 1))


def logit(p: FloatArray) -> FloatArray:
    """Logarithm of the odds."""
    return np.log(p / (1 - p))


def expit(x: FloatArray) -> FloatArray:
    """The share with these logarithms of odds."""
    return 1 / (1 + np.exp(-x))


def _centred(curve: FloatArray) -> tuple[FloatArray, FloatArray]:
    found = logit(curve)
    return found, found - found.mean(axis=-1, keepdims=True)


def _line(curve: FloatArray, fit: Moved) -> FloatArray:
    found, centred = _centred(curve)
    return expit(found + fit.move[..., None] + fit.tilt[..., None] * centred)


def _fitted(curve: FloatArray, won: FloatArray, known: FloatArray) -> Moved:
    """Newton's method on the penalised likelihood, all groups and draws at once."""
    shape = np.broadcast_shapes(curve.shape[:-1], won.shape[:-1])
    move, tilt = np.zeros(shape), np.zeros(shape)
    made = _curvature(curve, won, known, (move, tilt))
    for _ in range(_ROUNDS):
        step = made.step
        move, tilt = (one + np.clip(by, -1, 1) for one, by in zip((move, tilt), step, strict=True))
        made = _curvature(curve, won, known, (move, tilt))
        if max(float(np.abs(one).max(initial=0)) for one in step) < _NEAR:
            break
    return Moved(move=move, tilt=tilt, root=made.root)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Curvature:
    """Slope of the likelihood in move and tilt, and its second derivatives a, b, b, c with turned signs."""

    up: FloatArray
    across: FloatArray
    a: FloatArray
    b: FloatArray
    c: FloatArray

    @property
    def step(self) -> tuple[FloatArray, FloatArray]:
        size = self.a * self.c - self.b**2
        return (self.c * self.up - self.b * self.across) / size, (
            self.a * self.across - self.b * self.up
        ) / size

    @property
    def root(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Lower triangle whose square is the inverse."""
        size = self.a * self.c - self.b**2
        first = np.sqrt(self.c / size)
        return first, -self.b / size / first, 1 / np.sqrt(self.c)


def _curvature(
    curve: FloatArray, won: FloatArray, known: FloatArray, at: tuple[FloatArray, FloatArray]
) -> _Curvature:
    """Alike leads of a kind tell less than different ones.

    The counts of a kind are beta-binomial about the curve, so that n leads of one kind weigh as
    n / (1 + (n - 1) / (ALIKE + 1)).
    """
    move, tilt = at
    found, centred = _centred(curve)
    damped = 1 / (1 + np.maximum(known - 1, 0) / (ALIKE + 1))
    p = expit(found + move[..., None] + tilt[..., None] * centred)
    off, weight = damped * (won - known * p), damped * known * p * (1 - p)
    return _Curvature(
        up=off.sum(-1) - move / SHIFT**2,
        across=(off * centred).sum(-1) - tilt / TILT**2,
        a=weight.sum(-1) + SHIFT**-2,
        b=(weight * centred).sum(-1),
        c=(weight * centred**2).sum(-1) + TILT**-2,
    )
