"""Why a lead has its score, and why two groups differ, in the fields of the CRM: what the surrogate says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from audit.rows.clusters import FOLDS
from audit.rows.imitating.linear import Linear
from audit.rows.imitating.threads import one_thread
from audit.rows.levels import Codes, Reals, attribute_levels
from audit.rows.surrogate import Surrogate
from audit.schema import BadInput
from audit.tally.columns import UNKNOWN

BACKGROUND = 100
MOST_LEADS = 300
MISSING = 'Explanations need the extra "explain": install it with pip install "fairlead[explain]".'


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one field adds to the prediction, in score points; ``value`` is the lead's, as text.

    For a group ``value`` is empty.
    """

    feature: str
    value: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A prediction as a sum: ``base`` plus all ``contributions`` is ``predicted``.

    Of a lead: ``base`` is the mean prediction of leads drawn from all. Of two groups: ``base`` is 0
    and ``predicted`` the gap, group minus reference. Contributions in descending order of size.
    """

    predicted: float
    base: float
    contributions: tuple[Contribution, ...]


def explain_lead(made: Surrogate, table: pa.Table, row: int, seed: int) -> Explanation:
    """Shapley values [1]_ of one lead, by the model that did not learn from it.

    Interventional values against 100 leads drawn from all (``shap.TreeExplainer`` for boosting, in closed
    form for a linear model). Raises BadInput where the extra is needed and not installed, KeyError
    where the surrogate did not look at this row of the table.

    References
    ----------
    .. [1] S. Lundberg et al. (2020). Nature Machine Intelligence 2:56.
    """
    at = np.asarray([made.position(row)])
    fold = int(made.data.fold[at[0]])
    with one_thread():
        told, base = shapley_values(made, fold, at, seed)
        predicted = float(made.predict(made.data.seen(fold, at), fold)[0])
    values = [_text(table, one.name, row) for one in made.data.fields]
    return Explanation(predicted=predicted, base=base, contributions=_named(made, values, told[0]))


def explain_gap(made: Surrogate, table: pa.Table, groups: tuple[str, str, str], seed: int) -> Explanation:
    """Mean Shapley values of a group minus those of its reference: they add up to the predicted gap.

    ``groups`` are the attribute, the group and the reference. Up to 300 leads of each are looked
    at, each by the model that did not learn from it. Raises BadInput for a group that none of
    them is in.
    """
    attribute, *names = groups
    sides = [_members(made, table, attribute, name) for name in names]
    with one_thread():
        group, reference = (_mean_values(made, side, seed) for side in sides)
    told = group - reference
    return Explanation(
        predicted=float(told.sum()), base=0.0, contributions=_named(made, [""] * told.size, told)
    )


def _members(made: Surrogate, table: pa.Table, attribute: str, name: str) -> Codes:
    """Positions of up to 300 leads of a group."""
    if f"attribute:{attribute}" not in table.column_names:
        message = f"the table has no attribute {attribute!r}; name one of the stream's"
        raise BadInput(message)
    levels = attribute_levels(table, attribute)
    code = levels.names.index(name) if name in levels.names else -1
    found = np.flatnonzero(levels.codes[made.rows] == code)[:MOST_LEADS]
    if not found.size:
        message = f"no lead that was looked at is in the group {name!r} of {attribute!r}; check its spelling"
        raise BadInput(message)
    return found


def _mean_values(made: Surrogate, rows: Codes, seed: int) -> Reals:
    """Mean contribution of each field, the base included in equal parts: the bases of folds differ."""
    total = np.zeros(len(made.data.fields))
    for k in range(FOLDS):
        here = rows[made.data.fold[rows] == k]
        if here.size:
            told, base = shapley_values(made, k, here, seed)
            total += told.sum(axis=0) + here.size * base / total.size
    return total / max(rows.size, 1)


def shapley_values(made: Surrogate, fold: int, rows: Codes, seed: int) -> tuple[Reals, float]:
    """Contributions in score points, shape (rows, fields), and the base, of a fold's model.

    Raises BadInput where the extra is needed and not installed.
    """
    drawn = np.random.default_rng(seed).integers(0, made.rows.size, BACKGROUND)
    background, values = made.data.seen(fold, drawn), made.data.seen(fold, rows)
    base = float(made.predict(background, fold).mean())
    model = made.models[fold]
    if isinstance(model, Linear):
        told = (values - background.mean(axis=0)) * model.weights
    else:
        told = _tree_values(model, background, values)
    return np.asarray(told * made.scale, dtype=np.float64), base


def _tree_values(model: Any, background: Reals, values: Reals) -> Reals:  # noqa: ANN401 - untyped library
    try:
        import shap  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise BadInput(MISSING) from error
    explainer = shap.TreeExplainer(
        model, data=background.astype(np.float32), feature_perturbation="interventional"
    )
    with one_thread():
        return np.asarray(
            explainer.shap_values(values.astype(np.float32), check_additivity=False), dtype=np.float64
        )


def _named(made: Surrogate, values: Sequence[str], points: Reals) -> tuple[Contribution, ...]:
    found = [
        Contribution(feature=one.name, value=value, points=float(part))
        for one, value, part in zip(made.data.fields, values, points, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.points), one.feature)))


def _text(table: pa.Table, feature: str, row: int) -> str:
    value = table.column(f"feature:{feature}")[row].as_py()
    if value is None:
        return UNKNOWN
    return f"{value:g}" if isinstance(value, float) else str(value)
