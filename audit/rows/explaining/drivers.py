"""What drives the score, by three methods beside one another, and whether they agree."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from audit.estimate import Estimate
from audit.rows.explaining.agreement import agreement
from audit.rows.explaining.bundles import Bundle, named
from audit.rows.explaining.gaps import summed
from audit.rows.explaining.groups import Grouped
from audit.rows.explaining.importance import importances
from audit.rows.explaining.means import mean
from audit.rows.explaining.model import Agreement, Driver, Method
from audit.rows.explaining.shapley import shapley
from audit.rows.explaining.subject import Subject
from audit.rows.imitating.lime import local_line
from audit.rows.levels import Codes, Reals

SHAPLEY_LEADS, LIME_LEADS = 200, 40
METHODS: tuple[Method, ...] = ("permutation", "shapley", "lime")


def drivers(
    subject: Subject, bundles: Sequence[Bundle], grouped: Sequence[Grouped], ask: tuple[int, str | None]
) -> tuple[Driver, ...]:
    """Every bundle of fields, the most used by permutation first.

    ``ask`` is the seed, and why there are no Shapley values, None where there are.
    """
    seed, no_shapley = ask
    shuffled = importances(subject, bundles, grouped, seed)
    at: Codes = np.arange(min(SHAPLEY_LEADS, subject.size))
    exact = None if no_shapley else shapley(subject, at, seed)[0]
    near: Codes = np.arange(min(LIME_LEADS, subject.size))
    lines = np.asarray([local_line(subject, int(one), seed)[0] for one in near])
    found = [
        Driver(
            fields=named(subject, bundle),
            permutation=told[0],
            shapley=Estimate.missing(no_shapley or "")
            if exact is None
            else _size(subject, at, summed(exact, bundle)),
            lime=_size(subject, near, summed(lines, bundle)),
            groups=told[1],
        )
        for bundle, told in zip(bundles, shuffled, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-(one.permutation.value or 0.0), one.fields)))


def agreements(found: Sequence[Driver]) -> tuple[Agreement, ...]:
    """Each pair of methods that both have figures."""
    told = {method: _values(found, method) for method in METHODS}
    pairs = combinations([method for method in METHODS if told[method] is not None], 2)
    fields = [one.fields for one in found]
    compared = (agreement((one, told[one]), (other, told[other]), fields) for one, other in pairs)  # type: ignore[arg-type]
    return tuple(one for one in compared if one is not None)


def _values(found: Sequence[Driver], method: Method) -> Reals | None:
    estimates = [
        {"permutation": one.permutation, "shapley": one.shapley, "lime": one.lime}[method] for one in found
    ]
    if any(one.value is None for one in estimates):
        return None
    # What is shuffled and does no harm is not used; its sign is chance.
    return np.asarray([max(one.value or 0.0, 0.0) for one in estimates], dtype=np.float64)


def _size(subject: Subject, at: Codes, values: Reals) -> Estimate:
    account = None if subject.account is None else subject.account[at]
    return mean(np.abs(values), account, subject.made.confidence)
