"""A shadow score as people read it in a field: a chance in per cent, or a score on the CRM's own scale."""

from __future__ import annotations

import numpy as np

from audit.rows.levels import Reals
from audit.rows.shadow.model import Learned
from audit.schema import Stream

DECIMALS = 4
STEP = 10.0**-DECIMALS
PER_CENT = 100.0


def is_chance(learned: Learned) -> bool:
    """Whether the score is the chance of a good outcome; else it is on the scale of the CRM's score."""
    return learned.way in {"curve", "model"}


def as_written(told: Reals, stream: Stream, learned: Learned) -> Reals:
    """Shadow scores as they are written: four decimals, and the same leads are called by `written_cut`."""
    scale = PER_CENT if is_chance(learned) else 1.0
    cut = _round(np.asarray([learned.cut * scale]))[0]
    rounded = _round(told * scale)
    called = told >= learned.cut
    kept = np.where(called, np.maximum(rounded, cut), np.minimum(rounded, cut - STEP))
    return _round(np.where(np.isfinite(told), kept, np.nan)) * _sign(stream, learned) + 0.0


def written_cut(stream: Stream, learned: Learned) -> float:
    """From where on the written score calls; up to where, for a score that is better the lower it is."""
    scale = PER_CENT if is_chance(learned) else 1.0
    return float(_round(np.asarray([learned.cut * scale]))[0] * _sign(stream, learned) + 0.0)


def lower_is_better(stream: Stream, learned: Learned) -> bool:
    """Whether the lower of two written scores is the better one, as it is with the CRM's own."""
    return not is_chance(learned) and not stream.higher_is_better


def _sign(stream: Stream, learned: Learned) -> float:
    return -1.0 if lower_is_better(stream, learned) else 1.0


def _round(values: Reals) -> Reals:
    return np.asarray(np.round(values, DECIMALS), dtype=np.float64)
