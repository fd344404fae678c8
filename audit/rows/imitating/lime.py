"""A second opinion on one lead: a straight line through the scores of leads that are nearly the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.rows.explain import Explanation
from audit.rows.explaining.subject import Subject, imitation
from audit.rows.imitating.threads import one_thread
from audit.rows.levels import Reals
from audit.rows.surrogate import Surrogate

NEIGHBOURS = 1_000
WIDTH = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """What each field adds by the local line, in the order of the surrogate's fields, and the agreement.

    ``agreement`` is the correlation of these points with the Shapley values of the first opinion
    (1: the same picture, 0: none); None where one of them does not vary. ``fit`` is the weighted
    R-squared of the line: where it is low, the score bends too much near this lead for any line.
    """

    points: tuple[tuple[str, float], ...]
    fit: float
    agreement: float | None


def second_opinion(made: Surrogate, row: int, first: Explanation, seed: int) -> SecondOpinion:
    """LIME [1]_ on the surrogate: keep each field of the lead or draw it from another lead, at random.

    A weighted ridge regression on which fields were kept tells what each field's own value adds.
    Neighbours count by an exponential kernel on the share of fields that changed. The original package
    has had no release since 2020 and none as a wheel, so the method is here, over scikit-learn's ridge.

    References
    ----------
    .. [1] M. Ribeiro, S. Singh, C. Guestrin (2016). KDD 22:1135.
    """
    with one_thread():
        found, fit = local_line(imitation(made), made.position(row), seed)
    names = [one.name for one in made.data.fields]
    points = dict(zip(names, found.tolist(), strict=True))
    other = {one.feature: one.points for one in first.contributions}
    return SecondOpinion(
        points=tuple(points.items()),
        fit=fit,
        agreement=_agreement(np.asarray(list(points.values())), np.asarray([other[name] for name in names])),
    )


def local_line(subject: Subject, at: int, seed: int) -> tuple[Reals, float]:
    """What each field's own value adds near the lead at this position, and the line's weighted R-squared.

    Call it inside `one_thread`.
    """
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - slow to import

    kept, scores = _neighbours(subject, at, seed)
    weight = np.exp(-((1 - kept.mean(axis=1)) ** 2) / WIDTH**2)
    line = Ridge(alpha=1.0).fit(kept, scores, sample_weight=weight)
    fit = float(line.score(kept, scores, sample_weight=weight)) if np.ptp(scores) > 0 else 0.0
    return np.asarray(line.coef_, dtype=np.float64), fit


def _neighbours(subject: Subject, at: int, seed: int) -> tuple[Reals, Reals]:
    """Which fields were kept (1) or drawn (0), and the scores of these made-up leads."""
    random, fields = np.random.default_rng(seed), len(subject.names)
    kept = random.random((NEIGHBOURS, fields)) < random.random((NEIGHBOURS, 1))
    kept[0] = True
    drawn = [random.integers(0, subject.size, NEIGHBOURS) for _ in range(fields)]
    swapped = {place: np.where(kept[:, place], at, donors) for place, donors in enumerate(drawn)}
    return kept.astype(np.float64), subject.ask(np.full(NEIGHBOURS, at), swapped)


def _agreement(one: Reals, other: Reals) -> float | None:
    if one.size < 2 or np.ptp(one) <= 0 or np.ptp(other) <= 0:
        return None
    return float(np.corrcoef(one, other)[0, 1])
