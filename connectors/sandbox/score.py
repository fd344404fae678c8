"""A score for a file that has none: trained inside the demo, out of sample for every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from audit.schema import BadInput, Stream
from connectors.policy.identifying import is_identifying
from connectors.sandbox.texts import column_texts
from connectors.sandbox.yes_no import yes_no

FOLDS = 5
TOP = 0.30
# Known only once the outcome is known (how long the decisive call took): it would leak the answer.
LEAKS = frozenset({"duration"})
# The trees take up to 255 levels of a category; rarer ones share one level.
MOST_LEVELS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossFit:
    """``score`` has one number from 0 to 100 per row; ``threshold`` selects the top 30 %."""

    score: NDArray[np.float64] = field(repr=False)
    threshold: float
    features: tuple[str, ...]


def cross_fit_score(table: pa.Table, stream: Stream, seed: int) -> CrossFit:
    """Score every row by a model that has not seen it (5-fold cross-fitting).

    Gradient-boosted trees (scikit-learn) learn the outcome from the stream's features, or from
    every column without a role; never from an attribute's column and never from ``duration``. The
    score is the predicted probability times 100, to two decimals, so that its calibration can be
    audited. Rows whose outcome is not yet known are scored and teach nothing.

    Raises
    ------
    BadInput
        The stream names no outcome, no feature is left, or one of the two outcomes is too rare.

    References
    ----------
    V. Chernozhukov et al. (2018). Double/debiased machine learning. Econometrics Journal 21:C1
    (cross-fitting).
    """
    if stream.outcome is None:
        msg = f"stream {stream.name!r} names no score and no outcome: add score, decision or outcome"
        raise BadInput(msg)
    truth = yes_no(column_texts(table, stream.outcome), stream.outcome, stream.missing)
    names = feature_names(table, stream)
    design, categorical = _design(table, names)
    if not np.isfinite(design).any():
        msg = f"every column to train a score on is empty ({', '.join(names[:12])}): name other features"
        raise BadInput(msg)
    probability = _out_of_fold(design, categorical, truth, seed)
    score = np.round(100 * probability, 2)
    return CrossFit(score=score, threshold=_top(score), features=names)


def feature_names(table: pa.Table, stream: Stream) -> tuple[str, ...]:
    """The columns that the model may learn from. Raises BadInput where none is left."""
    roles = {stream.key, stream.score, stream.decision, stream.outcome, stream.created, stream.worked}
    banned = {*roles, *stream.treatment, stream.outcome_at, stream.scored_at}
    banned |= {attribute.column for attribute in stream.attributes}
    banned |= {column for one in stream.memberships for _, column in one.probabilities}
    candidates = table.column_names if stream.features is None else stream.features
    names = tuple(n for n in candidates if n not in banned and n.strip().lower() not in LEAKS)
    if stream.features is None:
        names = tuple(n for n in names if not is_identifying(n) and n not in stream.controls)
    if not names:
        msg = "no column is left to train a score on: name features in [stream] that are no attributes"
        raise BadInput(msg)
    return names


def _design(table: pa.Table, names: Sequence[str]) -> tuple[NDArray[np.float64], list[bool]]:
    columns = [_column(column_texts(table, name)) for name in names]
    return np.column_stack([values for values, _ in columns]), [is_category for _, is_category in columns]


def _column(texts: Sequence[str | None]) -> tuple[NDArray[np.float64], bool]:
    """A column as numbers, or as codes of its levels (most frequent first; NaN is missing)."""
    try:
        numbers = np.array([np.nan if text is None else float(text) for text in texts])
        return np.where(np.isfinite(numbers), numbers, np.nan), False
    except ValueError:
        pass
    common = sorted(Counter(filter(None, texts)).items(), key=lambda pair: (-pair[1], pair[0]))
    code = {level: min(place, MOST_LEVELS) for place, (level, _) in enumerate(common)}
    return np.array([np.nan if text is None else code[text] for text in texts], dtype=np.float64), True


def _out_of_fold(
    design: NDArray[np.float64], categorical: list[bool], truth: Sequence[bool | None], seed: int
) -> NDArray[np.float64]:
    known = np.array([value is not None for value in truth])
    label = np.array([value is True for value in truth])
    fold = _folds(known, label, seed)
    probability = np.empty(label.size)
    for number in range(FOLDS):
        held = fold == number
        if not held.any():
            continue
        learned = known & ~held
        # A column that is empty in the training rows teaches nothing, and the trees refuse it.
        used = np.asarray(np.isfinite(design[learned]).any(axis=0))
        model = _model(
            [is_category for is_category, keep in zip(categorical, used, strict=True) if keep], seed
        )
        with _one_thread():
            model.fit(design[learned][:, used], label[learned])
            probability[held] = model.predict_proba(design[held][:, used])[:, 1]
    return probability


def _one_thread() -> AbstractContextManager[object]:
    """One thread for the trees: on a busy machine, threads that wait for each other take tenfold."""
    from threadpoolctl import (  # type: ignore[import-untyped]  # noqa: PLC0415 - it comes with scikit-learn
        threadpool_limits,
    )

    limited: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limited


def _folds(known: NDArray[np.bool_], label: NDArray[np.bool_], seed: int) -> NDArray[np.int64]:
    """Folds that hold each outcome in equal parts."""
    rarest = min(int((known & label).sum()), int((known & ~label).sum()))
    if rarest < FOLDS:
        msg = (
            f"too few leads to train a score: only {rarest} have the rarer outcome, {FOLDS} are needed; "
            "name a score or a decision in [stream]"
        )
        raise BadInput(msg)
    rng = np.random.default_rng(seed)
    fold = np.empty(label.size, dtype=np.int64)
    for stratum in (known & label, known & ~label, ~known):
        rows = rng.permutation(np.flatnonzero(stratum))
        fold[rows] = np.arange(rows.size) % FOLDS
    return fold


def _model(categorical: list[bool], seed: int) -> Any:  # noqa: ANN401 - scikit-learn has no types
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - a second of start-up

    # scikit-learn's parameters have the types of their default values only.
    make: Any = HistGradientBoostingClassifier
    return make(
        max_iter=120,
        learning_rate=0.08,
        max_leaf_nodes=15,
        l2_regularization=1.0,
        early_stopping=False,
        categorical_features=categorical,
        random_state=seed,
    )


def _top(score: NDArray[np.float64]) -> float:
    """The score that the best 30 % reach (a little more where many share it)."""
    return float(np.sort(score)[::-1][max(round(TOP * score.size), 1) - 1])
