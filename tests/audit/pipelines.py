"""Pipelines as customers bring them: saved by skops, trained on the fields of known leads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from audit.rows.own import own


def pipeline(model: Any = None, numbers: tuple[str, ...] = ("worth", "noise")) -> Pipeline:
    """One column of names, some of numbers, and a model."""
    ready = ColumnTransformer(
        [
            ("numbers", StandardScaler(), list(numbers)),
            ("names", OneHotEncoder(handle_unknown="ignore"), ["town"]),
        ]
    )
    return Pipeline([("ready", ready), ("model", LogisticRegression() if model is None else model)])


def fitted(table: pa.Table, target: Any, model: Any = None) -> Pipeline:
    """The same, trained on the fields of an admitted table."""
    return pipeline(model).fit(own(object(), table).frame, target)


class Odd(ClassifierMixin, BaseEstimator):
    """An estimator that misbehaves in one way, which is named."""

    def __init__(self, way: str = "") -> None:
        self.way = way

    def fit(self, frame: pd.DataFrame, target: Any, sample_weight: Any = None) -> Odd:
        assert len(frame) == len(target)
        assert sample_weight is None or len(sample_weight) == len(frame)
        if self.way == "raises":
            msg = f"could not convert string to float: {frame.iloc[0, 0]!r}"
            raise ValueError(msg)
        self.classes_ = np.asarray([0, 1])
        return self

    def predict(self, frame: pd.DataFrame) -> Any:
        return np.zeros(len(frame))

    def predict_proba(self, frame: pd.DataFrame) -> Any:
        told = np.full((len(frame), 2), 0.5)
        if self.way == "nan":
            told[:3] = np.nan
        return told[:-1] if self.way == "short" else told
