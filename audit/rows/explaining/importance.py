"""Permutation importance on held-out leads: overall, and among the leads of each group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audit.estimate import Estimate
from audit.rows.explaining.bundles import LOOKED_AT, Bundle
from audit.rows.explaining.groups import Grouped
from audit.rows.explaining.means import mean
from audit.rows.explaining.model import GroupEstimate
from audit.rows.explaining.subject import Subject
from audit.rows.levels import Codes, Reals

Importance = tuple[Estimate, tuple[GroupEstimate, ...]]


def importances(
    subject: Subject, bundles: Sequence[Bundle], grouped: Sequence[Grouped], seed: int
) -> tuple[Importance, ...]:
    """Rise of the squared error of the prediction with each bundle shuffled [1]_, over the score's variance.

    On up to 10,000 leads. The fields of a bundle are shuffled by one permutation, so that they stay together.

    References
    ----------
    .. [1] L. Breiman (2001). Machine Learning 45:5; A. Fisher, C. Rudin, F. Dominici (2019). JMLR 20:177.
    """
    at: Codes = np.arange(min(LOOKED_AT, subject.size))
    donors = np.random.default_rng(seed).permutation(at)
    return tuple(_importance(subject, (at, donors), bundle, grouped) for bundle in bundles)


def _importance(
    subject: Subject, drawn: tuple[Codes, Codes], bundle: Bundle, grouped: Sequence[Grouped]
) -> Importance:
    at, donors = drawn
    worse = _worse(subject, at, dict.fromkeys(bundle, donors))
    account, confidence = subject.account, subject.made.confidence
    told = tuple(
        GroupEstimate(
            attribute=one.attribute,
            group=one.group,
            estimate=mean(
                worse[one.here[at]], None if account is None else account[at][one.here[at]], confidence
            ),
        )
        for one in grouped
    )
    return mean(worse, None if account is None else account[at], confidence), told


def _worse(subject: Subject, at: Codes, swapped: dict[int, Codes]) -> Reals:
    before = subject.score[at] - subject.predicted[at]
    after = subject.score[at] - subject.ask(at, swapped)
    return np.asarray((after**2 - before**2) / subject.made.scale**2 / subject.made.data.score.var())
