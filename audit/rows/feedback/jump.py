"""The step of a rate at the threshold, from the leads just above and just below it.

Regression discontinuity: on either side a curve is fitted to the leads near the threshold, those nearest
weighing most (triangular kernel), and the step is the distance of the two curves at the threshold. The
bandwidth is Imbens and Kalyanaraman's for straight lines; the curves are parabolas, so that the interval is
that of the bias-corrected estimate (Calonico, Cattaneo and Titiunik with one bandwidth for both).

References
----------
G. Imbens, K. Kalyanaraman (2012). Rev. Econ. Stud. 79:933. S. Calonico, M. Cattaneo, R. Titiunik (2014).
Econometrica 82:2295.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray
from audit.inference import normal_p
from audit.intervals import quantile
from audit.rows.feedback.model import Effect

FEWEST_LEADS = 50
FEWEST_SCORES = 6
FEW_HITS = 5
KERNEL = 3.4375
TOO_FEW = "too few leads, or too few different scores, lie near the threshold"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Leads and hits at each distance from the threshold; the better side is at 0 and above."""

    x: FloatArray
    n: FloatArray
    hits: FloatArray

    def where(self, rows: BoolArray) -> Cells:
        """Some of the cells."""
        return Cells(x=self.x[rows], n=self.n[rows], hits=self.hits[rows])


def cells(distance: FloatArray, hit: FloatArray) -> Cells:
    """Count leads by their distance from the threshold; ``hit`` is 1 or 0."""
    x, place = np.unique(distance, return_inverse=True)
    return Cells(
        x=x.astype(np.float64),
        n=np.bincount(place, minlength=len(x)).astype(np.float64),
        hits=np.bincount(place, hit, minlength=len(x)).astype(np.float64),
    )


def bandwidth(of: Cells) -> float | None:
    """How far from the threshold leads are compared; None where there are too few.

    At least as far as both sides need to hold 50 leads with 6 different scores, at most the farther end.
    """
    least = _least(of)
    if least is None:
        return None
    sides = [_curve(of.where(side)) for side in (of.x < 0, of.x >= 0)]
    total = of.n.sum()
    mean = (of.n * of.x).sum() / total
    pilot = 1.84 * np.sqrt((of.n * (of.x - mean) ** 2).sum() / total) * total**-0.2
    near = of.n[np.abs(of.x) <= max(pilot, least)].sum()
    density = near / (2 * total * max(pilot, least))
    bend = (sides[1].bend - sides[0].bend) ** 2 + 3 * (sides[0].doubt + sides[1].doubt)
    noise = sides[0].noise + sides[1].noise
    if not (bend > 0 and noise > 0 and density > 0):
        return max(least, float(pilot))
    best = KERNEL * (noise / (density * bend * total)) ** 0.2
    return float(min(max(best, least), np.abs(of.x).max()))


def jump(of: Cells, width: float | None, confidence: float) -> Effect:
    """The step from below to above, with the interval robust to curvature and to unequal spread."""
    if width is None:
        return Effect.missing(TOO_FEW)
    near = of.where(np.abs(of.x) < width)
    sides = [near.where(side) for side in (near.x < 0, near.x >= 0)]
    if any(not _enough(side) for side in sides):
        return Effect.missing(TOO_FEW, int(near.n.sum()))
    (low, low_variance), (high, high_variance) = (_at_zero(side, width) for side in sides)
    value, error = high - low, float(np.sqrt(low_variance + high_variance))
    half = quantile(confidence) * error
    p = float(normal_p(np.array(value / error))) if error > 0 else 1.0
    return Effect(value=value, low=value - half, high=value + half, p=p, n=int(near.n.sum()))


def _enough(side: Cells) -> bool:
    return len(side.x) >= FEWEST_SCORES and bool(side.n.sum() >= FEWEST_LEADS)


def _least(of: Cells) -> float | None:
    """The distance within which both sides have enough leads and scores."""
    reach = 0.0
    for side in (of.where(of.x < 0), of.where(of.x >= 0)):
        if not _enough(side):
            return None
        away = np.argsort(np.abs(side.x))
        leads = int(np.searchsorted(np.cumsum(side.n[away]), FEWEST_LEADS))
        last = max(leads, FEWEST_SCORES - 1)
        reach = max(reach, float(np.abs(side.x[away][last])))
    return float(np.nextafter(reach * (1 + 1e-9), np.inf))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curve:
    """Second derivative at the threshold, its variance, and the variance of one lead's outcome."""

    bend: float
    doubt: float
    noise: float


def _curve(side: Cells) -> _Curve:
    """A cubic through the whole side."""
    scale = float(np.abs(side.x).max()) or 1.0
    design = np.vander(side.x / scale, 4, increasing=True)
    inverse = np.linalg.pinv(design.T @ (design * side.n[:, None]))
    beta = inverse @ (design.T @ side.hits)
    fitted = np.clip(design @ beta, 0, 1)
    noise = float(_squares(side, fitted).sum() / max(side.n.sum() - 4, 1))
    return _Curve(
        bend=float(2 * beta[2] / scale**2), doubt=float(4 * noise * inverse[2, 2] / scale**4), noise=noise
    )


def _at_zero(side: Cells, width: float) -> tuple[float, float]:
    """The parabola's value at the threshold and its variance (HC1)."""
    design = np.vander(side.x / width, 3, increasing=True)
    weight = 1 - np.abs(side.x) / width
    inverse = np.linalg.pinv(design.T @ (design * (weight * side.n)[:, None]))
    beta = inverse @ (design.T @ (weight * side.hits))
    squares = _squares(side, design @ beta)
    n, hits = side.n.sum(), side.hits.sum()
    if min(hits, n - hits) < FEW_HITS:  # all or nearly all alike may be chance
        share = (hits + 2) / (n + 4)
        squares = np.maximum(squares, side.n * share * (1 - share))
    middle = design.T @ (design * (weight**2 * squares)[:, None])
    variance = (inverse @ middle @ inverse)[0, 0] * n / max(n - 3, 1)
    return float(beta[0]), float(max(variance, 0.0))


def _squares(side: Cells, fitted: FloatArray) -> FloatArray:
    """Sum of squared distances of each cell's leads from the curve."""
    return side.hits * (1 - fitted) ** 2 + (side.n - side.hits) * fitted**2
