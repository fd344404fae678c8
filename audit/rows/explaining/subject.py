"""The model that is explained, as one question: what it says of a lead with some fields of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from audit.rows.clusters import FOLDS
from audit.rows.levels import Codes, Reals
from audit.rows.own import Own
from audit.rows.own.by_row import chance_of
from audit.rows.surrogate import Surrogate

Ask = Callable[[Codes, Mapping[int, Codes]], Reals]
"""Predictions for leads (by position), with the values of some fields taken from other leads."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """``made`` holds the leads that are looked at, their folds and fields; ``ask`` predicts.

    Values of a field are only ever those of another lead: nothing is explained by values that do not occur.
    Ask inside `one_thread`: to limit the threads takes longer than a short question.
    ``predicted`` is the prediction of each lead as it is. ``own`` is the customer's pipeline, None for our
    imitation of the score.
    """

    made: Surrogate
    ask: Ask
    predicted: Reals
    own: Own | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The fields, in the order of their places."""
        return tuple(one.name for one in self.made.data.fields)

    @property
    def size(self) -> int:
        """Number of leads that are looked at."""
        return self.made.rows.size

    @property
    def score(self) -> Reals:
        """The score (or decision) of each of them."""
        return self.made.middle + self.made.scale * self.made.data.score

    @property
    def account(self) -> Codes | None:
        """The account of each of them."""
        return self.made.data.account


def imitation(made: Surrogate) -> Subject:
    """Our imitation of the score: every lead is asked of the model that did not learn from it."""

    def ask(at: Codes, swapped: Mapping[int, Codes]) -> Reals:
        told, fold = np.empty(at.size), made.data.fold[at]
        for k in range(FOLDS):
            here = fold == k
            if here.any():
                values = made.data.seen(k, at[here])
                for place, donors in swapped.items():
                    values[:, place] = made.data.fields[place].seen(k, donors[here])
                told[here] = made.predict(values, k)
        return told

    return Subject(made=made, ask=ask, predicted=made.predicted)


def pipeline(made: Surrogate, own: Own, unit: float) -> Subject:
    """The customer's own model, its predictions times a unit; ``own`` has the leads that are looked at."""
    names = [one.name for one in made.data.fields]

    def ask(at: Codes, swapped: Mapping[int, Codes]) -> Reals:
        columns = {
            names[place]: own.frame[names[place]].take(donors).reset_index(drop=True)
            for place, donors in swapped.items()
            if names[place] in own.frame.columns
        }
        frame = own.frame.take(at).reset_index(drop=True).assign(**columns)
        return unit * chance_of(own.estimator, frame)

    return Subject(made=made, ask=ask, predicted=ask(np.arange(made.rows.size), {}), own=own)
