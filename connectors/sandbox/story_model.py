"""The biased model of the story: trained on what sales recorded, not on what leads are worth."""

from __future__ import annotations

from typing import Any

import numpy as np

from connectors.sandbox.story_world import INCOME, Codes, Reals, World

HISTORY = 30_000
TOP = 0.30
THRESHOLD = 70.0


def scores(world: World, rng: np.random.Generator) -> Reals:
    """The score of every cell, a whole number from 0 to 99.

    The model learns "recorded as converted" from ``HISTORY`` leads of an earlier year. A lead that
    nobody worked was recorded as not converted, so that low coverage looks like low quality. It
    sees ZIP3, the area's income, source, company size, seniority and industry, never an attribute.
    The score is the percentile of its probability among today's leads: ``THRESHOLD`` and above are
    the top 30 %.
    """
    past = rng.choice(world.weight.size, HISTORY, p=world.weight)
    recorded = rng.random(HISTORY) < world.coverage[past] * world.conversion[past]
    model = _pipeline().fit(_features(world, past), recorded)
    # The region is not a feature, so one region's cells hold every combination of features.
    unique = np.flatnonzero(world.region == 0)
    predicted = np.tile(model.predict_proba(_features(world, unique))[:, 1], world.weight.size // unique.size)
    return np.floor(100 * percentile(predicted, world.weight))


def _features(world: World, cells: Codes) -> Reals:
    income = INCOME[world.area[cells]]
    columns = (world.area, world.source, world.size, world.seniority, world.industry)
    return np.column_stack([income, *(column[cells] for column in columns)]).astype(np.float64)


def _pipeline() -> Any:  # noqa: ANN401 - scikit-learn has no types
    from sklearn.compose import ColumnTransformer  # noqa: PLC0415 - a second of start-up
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: PLC0415

    columns = ColumnTransformer([("income", StandardScaler(), [0]), ("levels", OneHotEncoder(), slice(1, 6))])
    return make_pipeline(columns, LogisticRegression(max_iter=300))


def percentile(value: Reals, weight: Reals) -> Reals:
    """The weight below each value, plus half of its own ties; in (0, 1)."""
    levels, place = np.unique(value, return_inverse=True)
    mass = np.bincount(place, weights=weight, minlength=levels.size)
    return np.asarray((np.cumsum(mass) - mass / 2)[place], dtype=np.float64)
