"""How much the score goes by each feature, as the surrogate shows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.intervals import quantile
from audit.rows.clusters import FOLDS, variance_of_mean
from audit.rows.imitating.matrix import Matrix
from audit.rows.imitating.threads import one_thread
from audit.rows.levels import Reals
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


def imitation(made: Surrogate, seed: int) -> Imitation:
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
        uses=uses(made, seed) if told.faithful else (),
    )


def uses(made: Surrogate, seed: int) -> tuple[Use, ...]:
    """Permutation importance [1]_ on leads that the models did not learn from, up to 10,000 of them.

    The interval is that of the mean loss over leads, or accounts. For decisions the loss is Brier's, so that
    the importance is the drop in the explained share of the decisions' variance.

    References
    ----------
    .. [1] L. Breiman (2001). Machine Learning 45:5; A. Fisher, C. Rudin, F. Dominici (2019). JMLR 20:177.
    """
    rows = np.arange(min(LOOKED_AT, made.rows.size))
    donors, close = np.random.default_rng(seed).permutation(rows), together(made.data, rows)
    with one_thread():
        worse = _worse(made, rows, donors)
    code = None if made.data.account is None else made.data.account[rows]
    half = quantile(made.confidence) * np.sqrt(variance_of_mean(worse, code))
    names = [one.name for one in made.data.fields]
    found = [
        Use(
            feature=name,
            importance=value,
            low=value - wide,
            high=value + wide,
            goes_with=tuple(names[j] for j in np.flatnonzero(close[place] >= GOES_WITH) if j != place),
        )
        for place, (name, value, wide) in enumerate(
            zip(names, worse.mean(axis=0).tolist(), half.tolist(), strict=True)
        )
    ]
    return tuple(sorted(found, key=lambda one: (-one.importance, one.feature)))


def _worse(made: Surrogate, rows: np.ndarray, donors: np.ndarray) -> Reals:
    """Rise of each lead's squared error with each field shuffled, over the score's variance."""
    data, loss = made.data, np.empty((rows.size, len(made.data.fields)))
    score = made.middle + made.scale * data.score
    for k in range(FOLDS):
        here = data.fold[rows] == k
        of, values = rows[here], data.seen(k, rows[here])
        before = (score[of] - made.predicted[of]) / made.scale
        for place, field in enumerate(data.fields):
            shuffled = values.copy()
            shuffled[:, place] = field.seen(k, donors[here])
            after = (score[of] - made.predict(shuffled, k)) / made.scale
            loss[here, place] = after**2 - before**2
    return np.asarray(loss / data.score.var(), dtype=np.float64)


def together(data: Matrix, rows: np.ndarray) -> Reals:
    """Correlations, without sign, of the features' encoded levels on these rows; 0 where one is constant."""
    columns = np.column_stack([one.encoded.levels(0)[one.levels.codes[rows]] for one in data.fields])
    spread = columns.std(axis=0)
    varies = spread > 1e-12
    standard = (columns - columns.mean(axis=0)) / np.where(varies, spread, 1.0)
    close = np.abs(standard.T @ standard) / rows.size * np.outer(varies, varies)
    return np.asarray(close, dtype=np.float64)
