"""How much the score goes by each feature, as the surrogate shows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.intervals import quantile
from audit.rows.levels import Reals
from audit.rows.matrix import Matrix
from audit.rows.separation import FOLDS
from audit.rows.surrogate import Measure, Surrogate

LOOKED_AT = 10_000
GOES_WITH = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How much the score goes by one feature: drop in R-squared where its values are shuffled.

    0 is not at all. ``goes_with`` names features that move the score along with this one
    (correlation of 0.5 and more, either way): what the score goes by may be theirs.
    """

    feature: str
    importance: float
    low: float
    high: float
    goes_with: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imitation:
    """The surrogate as the report tells of it (``surrogate`` in audit.json).

    ``measure``, ``fidelity``, ``low`` and ``high``: see `audit.rows.surrogate.Fidelity`. ``uses`` is
    empty where the surrogate is not ``faithful``: a poor imitation says nothing about the score.
    """

    model: str
    n: int
    measure: Measure
    fidelity: float
    low: float
    high: float
    faithful: bool
    uses: tuple[Use, ...]


def imitation(made: Surrogate, confidence: float, seed: int) -> Imitation:
    """What the surrogate says about the score; the most used feature first."""
    told = made.fidelity
    return Imitation(
        model=made.model,
        n=made.rows.size,
        measure=told.measure,
        fidelity=told.value,
        low=told.low,
        high=told.high,
        faithful=told.faithful,
        uses=uses(made, confidence, seed) if told.faithful else (),
    )


def uses(made: Surrogate, confidence: float, seed: int) -> tuple[Use, ...]:
    """Permutation importance [1]_ on leads that the models did not learn from, up to 10,000 of them.

    The interval is that of the mean loss over leads. For decisions the loss is Brier's, so that
    the importance is the drop in the explained share of the decisions' variance.

    References
    ----------
    .. [1] L. Breiman (2001). Machine Learning 45:5; A. Fisher, C. Rudin, F. Dominici (2019). JMLR 20:177.
    """
    random, data = np.random.default_rng(seed), made.data
    rows = np.arange(min(LOOKED_AT, data.score.size))
    together = _together(data, rows)
    found = []
    for place, field in enumerate(data.fields):
        worse = _worse(made, place, (rows, random.permutation(rows)))
        half = quantile(confidence) * float(worse.std(ddof=1) / np.sqrt(worse.size))
        value = float(worse.mean())
        others = tuple(
            data.fields[j].name for j in np.flatnonzero(together[place] >= GOES_WITH) if j != place
        )
        found.append(
            Use(feature=field.name, importance=value, low=value - half, high=value + half, goes_with=others)
        )
    return tuple(sorted(found, key=lambda one: (-one.importance, one.feature)))


def _worse(made: Surrogate, place: int, rows: tuple[np.ndarray, np.ndarray]) -> Reals:
    """Rise of each lead's squared error with one field shuffled, over the score's variance."""
    of, donors = rows
    data = made.data
    score, values = data.score[of], data.tested()[of]
    after = np.empty(of.size)
    for k in range(FOLDS):
        here = data.fold[of] == k
        shuffled = values[here]
        shuffled[:, place] = data.fields[place].seen(k, donors[here])
        after[here] = (made.predict(shuffled, k) - made.middle) / made.scale
    before = (made.predicted[of] - made.middle) / made.scale
    return np.asarray(((score - after) ** 2 - (score - before) ** 2) / data.score.var(), dtype=np.float64)


def _together(data: Matrix, rows: np.ndarray) -> Reals:
    """Correlations, without sign, of the features' encoded levels; 0 where one does not vary."""
    columns = np.column_stack([one.encoded.levels(0)[one.levels.codes[rows]] for one in data.fields])
    spread = columns.std(axis=0)
    varies = spread > 1e-12
    standard = (columns - columns.mean(axis=0)) / np.where(varies, spread, 1.0)
    return np.abs(standard.T @ standard) / rows.size * np.outer(varies, varies)
