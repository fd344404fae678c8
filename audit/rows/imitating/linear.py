"""Ridge regression on a few columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.rows.levels import Reals

RIDGE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Linear:
    """``predict`` is the mean of the target plus the weighted columns, each from its own mean."""

    weights: Reals
    columns: Reals
    target: float

    def predict(self, values: Reals) -> Reals:
        """The prediction for rows x columns."""
        return self.target + (values - self.columns) @ self.weights


def ridge(values: Reals, target: Reals) -> Linear:
    """Least squares with a penalty of one on columns of unit spread (A. Hoerl, R. Kennard, 1970)."""
    middle, spread = values.mean(axis=0), values.std(axis=0)
    standard = (values - middle) / np.where(spread > 0, spread, 1.0)
    products = standard.T @ standard + RIDGE * np.eye(values.shape[1])
    weights = np.linalg.solve(products, standard.T @ (target - target.mean()))
    return Linear(
        weights=weights / np.where(spread > 0, spread, 1.0), columns=middle, target=float(target.mean())
    )
