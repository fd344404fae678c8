"""Conditional demographic disparity: who is passed over, and who selected, among leads alike in the controls.

References
----------
S. Wachter, B. Mittelstadt, C. Russell (2021). Computer Law & Security Review 41:105567.
A. Agresti (2013). Categorical Data Analysis, 3rd ed., 16.1 (delta method).
"""

from __future__ import annotations

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.compat.clarify import demographic_disparity
from audit.compat.column import Column, column
from audit.compat.sides import Sides
from audit.cube import keys
from audit.intervals import student
from audit.tally.columns import CONTROL

HALF = 0.5
NO_CONTROLS = "the stream names no controls, so there is nothing to condition on"
NOWHERE = "in no combination of the controls are there leads of both sides and with both answers"
ALONE = "there are no other leads of known group"


def conditional(
    of: Sides, answers: tuple[BoolArray, BoolArray], confidence: float
) -> tuple[Column, tuple[FloatArray, FloatArray]]:
    """Ours for every group, and Clarify's with its own other side and with ours.

    ``answers`` are the cells with no and with yes.
    """
    strata = _strata(of)
    if strata is None:
        nothing = np.full(len(of.place), np.nan)
        leads = np.zeros(len(of.place), dtype=np.int64)
        return column((nothing, nothing, nothing), leads, (NO_CONTROLS,) * len(of.place)), (nothing, nothing)
    ours, theirs, alike = [], [], []
    for group in of.place.tolist():
        cells = _cells(of, strata, answers, (group, False))
        ours.append(_disparity(cells, confidence))
        alike.append(demographic_disparity(cells))
        theirs.append(demographic_disparity(_cells(of, strata, answers, (group, True))))
    value, low, high = (np.array([one[i] for one in ours], dtype=np.float64) for i in range(3))
    n = np.array([one[3] for one in ours], dtype=np.int64)
    return column((value, low, high), n, tuple(one[4] for one in ours)), (
        np.array(theirs),
        np.array(alike),
    )


def _strata(of: Sides) -> IntArray | None:
    """The combination of the controls of every cell."""
    cube = of.part.cube
    controls = [name for name in cube.names if name.startswith(CONTROL)]
    if not controls:
        return None
    codes = np.stack([cube.column(name) for name in controls], axis=1)
    sizes = tuple(cube.axis(name).size for name in controls)
    return np.unique(keys(codes, sizes), return_inverse=True)[1].astype(np.int64)


def _cells(
    of: Sides, strata: IntArray, answers: tuple[BoolArray, BoolArray], which: tuple[int, bool]
) -> FloatArray:
    """Leads by stratum, answer (no, yes) and side (other, group)."""
    group, clarify = which
    on_side = (of.other_groups(group, clarify=clarify)[of.part.index], np.equal(of.part.index, group))
    size = int(strata.max(initial=0)) + 1
    n = of.part.cube.n.astype(np.float64)
    columns = [[sum_by(strata, n * (answer & side), size) for side in on_side] for answer in answers]
    return np.stack([np.stack(pair, axis=-1) for pair in columns], axis=1)


def _disparity(cells: FloatArray, confidence: float) -> tuple[float, float, float, int, str | None]:
    """Value, interval, leads and reason, over the strata in which both answers occur."""
    nan = float("nan")
    if not cells[:, :, 0].sum():
        return nan, nan, nan, 0, ALONE
    used = cells[(cells.sum(axis=2) > 0).all(axis=1)]
    # A combination with one side alone has no disparity by the definition; all of them say nothing.
    if not (used.sum(axis=1) > 0).all(axis=1).any():
        return nan, nan, nan, 0, NOWHERE
    n = used.sum()
    value, _ = _mean(used)
    _, variance = _mean(used + HALF)
    ends = student(np.array([value]), np.array([variance / n]), np.array([max(n - 1.0, 1.0)]), confidence)
    low, high = (float(np.clip(end[0], -1, 1)) for end in ends)
    return value, low, high, int(n), None


def _mean(cells: FloatArray) -> tuple[float, float]:
    """Mean disparity over the strata by leads, and the variance that one lead adds to it.

    What a lead adds (its influence) is how far its stratum is from the mean, and how far it moves the
    share of the group among the leads of its stratum with its answer.
    """
    answers = cells.sum(axis=2)
    weight = answers.sum(axis=1)
    n = weight.sum()
    share = cells[:, :, 1] / answers
    gap = share[:, 0] - share[:, 1]
    value = float((weight * gap).sum() / n)
    moved = np.stack([0 - share, 1 - share], axis=2) * (weight[:, None] / answers)[:, :, None]
    moved[:, 1] *= -1
    influence = (gap - value)[:, None, None] + moved
    return value, float((cells * influence**2).sum() / n)
