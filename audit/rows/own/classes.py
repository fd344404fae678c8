"""Which class of a customer's classifier is the good outcome: the last one, where it can be read as that."""

from __future__ import annotations

from typing import Any

from audit.finding.words import quoted
from audit.intake.truth import NO, YES
from audit.rows.own.frame import OwnFails

GOOD = frozenset({*YES, "won", "converted", "good", "positive", "success"})
BAD = frozenset({*NO, "-1", "lost", "not converted", "unconverted", "bad", "negative", "failure"})
TRAIN = "train it on 0 for a bad and 1 for a good outcome"


def good_class(estimator: Any) -> str | None:  # noqa: ANN401 - scikit-learn has no types
    """The class whose chance is taken for the score; None where the estimator tells no classes apart.

    Raises
    ------
    OwnFails
        There are more than two classes, or they cannot be read as a bad outcome and then a good one.
    """
    classes = getattr(estimator, "classes_", None)
    told = hasattr(estimator, "predict_proba") or hasattr(estimator, "decision_function")
    if classes is None or not told:
        return None
    names = [_name(one) for one in classes]
    if len(names) > 2:
        msg = (
            f"your pipeline tells {len(names)} classes apart, and what is explained is one good outcome"
            f" against one bad; {TRAIN}"
        )
        raise OwnFails(msg)
    if len(names) == 2:
        _check(names)
    return names[-1]


def is_good(value: object) -> bool:
    """Whether a single class reads as the good outcome."""
    return _name(value).casefold() in GOOD


def _check(names: list[str]) -> None:
    bad, good = (one.casefold() for one in names)
    if good in BAD or bad in GOOD:
        msg = (
            f"the last of your pipeline's classes is taken as the good outcome, and of {quoted(names[0])} and"
            f" {quoted(names[1])} that is the bad one; {TRAIN}"
        )
        raise OwnFails(msg)
    if good not in GOOD and bad not in BAD:
        msg = (
            f"your pipeline's classes {quoted(names[0])} and {quoted(names[1])} cannot be read as a bad and a"
            f" good outcome; {TRAIN}"
        )
        raise OwnFails(msg)


def _name(value: object) -> str:
    """A class as it is written: 1 and 1.0 and True are the same outcome."""
    text = str(value).strip()
    return text.removesuffix(".0")
