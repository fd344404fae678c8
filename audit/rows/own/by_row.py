"""A customer's estimator that is trained and asked by the places of leads in their frame."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from audit.rows.levels import Reals
from audit.rows.own.classes import is_good
from audit.rows.own.frame import Own, OwnFails

Rows = npt.NDArray[Any]


class ByRow:
    """What scikit-learn and fairlearn take for a classifier; its one column is the place of a lead.

    So whatever trains on a matrix of numbers (weights, copies of leads, fairlearn's reductions) trains a
    pipeline that wants words and missing values. It never changes the estimator that was brought: each is a
    clone, its seed fixed, one thread, without a cache on the disk.
    """

    def __init__(self, own: Own, seed: int) -> None:
        self._own = own
        self._seed = seed
        self._estimator = settled(own.estimator, seed)
        self.classes_ = np.asarray([0, 1])

    def __sklearn_clone__(self) -> ByRow:
        return ByRow(self._own, self._seed)

    def __deepcopy__(self, memo: object) -> ByRow:
        return self.__sklearn_clone__()

    def fit(self, rows: Rows, won: Rows, sample_weight: Any = None) -> ByRow:  # noqa: ANN401 - any sequence
        """Learn from these leads; OwnFails where the estimator cannot."""
        given = {}
        if sample_weight is not None:
            given[weight_name(self._own.estimator)] = np.asarray(sample_weight, dtype=np.float64)
        target = np.asarray(won).astype(np.int64)
        _tried("learned", lambda: self._estimator.fit(self._frame(rows), target, **given))
        return self

    def predict(self, rows: Rows) -> Reals:
        """What the estimator decides."""
        return asked(self._estimator, lambda: self._estimator.predict(self._frame(rows)), len(rows))

    def predict_proba(self, rows: Rows) -> Reals:
        """The chance of a bad and of a good outcome; of an estimator without chances, its order."""
        good = chance_of(self._estimator, self._frame(rows))
        return np.column_stack([1 - good, good])

    def _frame(self, rows: Rows) -> Any:  # noqa: ANN401 - a data frame
        return self._own.frame.iloc[np.asarray(rows).ravel().astype(np.int64)]


def settled(estimator: Any, seed: int) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """An unfitted clone that gives the same bytes each time and touches no disk."""
    from sklearn.base import clone  # noqa: PLC0415 - slow to import

    def made() -> Any:  # noqa: ANN401 - as above
        copy: Any = clone(estimator)
        copy.set_params(**_fixed(copy, seed))
        return copy

    return _tried("was copied", made)


def _fixed(estimator: Any, seed: int) -> dict[str, object]:  # noqa: ANN401 - as above
    """A cache folder would be read as pickles; threads and an unset seed would change the bytes."""
    fixed: dict[str, object] = {}
    for name, value in estimator.get_params(deep=True).items():
        last = name.rpartition("__")[2]
        if last == "random_state" and not isinstance(value, int | np.integer):
            fixed[name] = seed % 2**32
        elif last == "n_jobs":
            fixed[name] = 1
        elif last == "memory":
            fixed[name] = None
        elif last == "verbose":
            fixed[name] = type(value)(0)
    return fixed


def weight_name(estimator: Any) -> str:  # noqa: ANN401 - as above
    """The argument by which the last step takes the weights of leads; OwnFails where it takes none."""
    from sklearn.utils.validation import has_fit_parameter  # noqa: PLC0415 - slow to import

    steps = getattr(estimator, "steps", None)
    name, last = steps[-1] if steps else ("", estimator)
    if not has_fit_parameter(last, "sample_weight"):
        msg = (
            f"the last step of your pipeline ({type(last).__name__}) takes no weights of leads, which this"
            " remedy needs; the remedies without weights are tried"
        )
        raise OwnFails(msg)
    return f"{name}__sample_weight" if steps else "sample_weight"


def check_weighable(own: Own) -> None:
    """OwnFails where the estimator cannot be trained under a constraint: it needs weights and decisions."""
    from sklearn.base import is_classifier  # noqa: PLC0415 - slow to import

    weight_name(own.estimator)
    if not is_classifier(own.estimator):
        msg = (
            f"your pipeline ({type(own.estimator).__name__}) predicts an amount, and this remedy needs a"
            " classifier that decides"
        )
        raise OwnFails(msg)


def chance_of(estimator: Any, frame: Any) -> Reals:  # noqa: ANN401 - as above
    """The chance of the good outcome; without chances, what orders the leads in their place."""
    if hasattr(estimator, "predict_proba"):
        return asked(estimator, lambda: _last(estimator.predict_proba(frame), estimator), len(frame))
    if hasattr(estimator, "decision_function"):
        far = asked(estimator, lambda: estimator.decision_function(frame), len(frame))
        return np.asarray(1 / (1 + np.exp(-np.clip(far, -500, 500))), dtype=np.float64)
    return asked(estimator, lambda: estimator.predict(frame), len(frame))


def asked(estimator: Any, ask: Callable[[], Any], leads: int) -> Reals:  # noqa: ANN401 - as above
    """One finite number per lead; OwnFails where the estimator gives something else."""
    told = np.asarray(_tried("was asked", lambda: np.asarray(ask()).astype(np.float64)))
    if told.shape != (leads,):
        msg = (
            f"your pipeline ({type(estimator).__name__}) gives no single number for each lead; bring one that"
            " tells two outcomes apart, or tells an amount"
        )
        raise OwnFails(msg)
    missing = int((~np.isfinite(told)).sum())
    if missing:
        msg = (
            f"your pipeline gives no number for {missing:,} of {leads:,} leads; let its first step fill what"
            " is missing"
        )
        raise OwnFails(msg)
    return told


def _last(told: Any, estimator: Any) -> Any:  # noqa: ANN401 - as above
    """The column of the good outcome, which is the last of two; a model of one outcome knows that one."""
    classes = list(getattr(estimator, "classes_", (0, 1)))
    chances = np.asarray(told)
    if len(classes) == 1:
        return np.full(chances.shape[0], float(is_good(classes[0])))
    return chances[:, 1] if len(classes) == 2 else chances


def _tried(when: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - as above
    """Whatever an unknown estimator raises, told by its kind alone: its words may hold values of a lead."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return work()
    except OwnFails:
        raise
    except Exception as error:  # noqa: BLE001 - as said
        kind = type(error).__name__
        msg = f"your pipeline failed while it {when} ({kind}); check that it takes the stream's fields"
        raise OwnFails(msg) from None
