"""The features as numbers that a model can learn from, without a lead's own score in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.rows.clusters import FOLDS, Clusters
from audit.rows.levels import Codes, Levels, Reals, feature, feature_numbers
from audit.rows.separating.encoding import Encoding, encoding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """One feature: its values where they are numbers (NaN: missing), else its encoded levels."""

    name: str
    levels: Levels
    numbers: Reals | None
    encoded: Encoding

    def at(self, left_out: int) -> Reals:
        """One number per row, for the model that is tested on this fold."""
        return self.encoded.at(left_out) if self.numbers is None else self.numbers

    def tested(self) -> Reals:
        """One number per row, as the model that is tested on the row's own fold sees it."""
        return self.encoded.tested() if self.numbers is None else self.numbers

    def seen(self, left_out: int, rows: Codes) -> Reals:
        """The values of these rows as the model that is tested on this fold would see them in a test."""
        if self.numbers is not None:
            return self.numbers[rows]
        return np.asarray(self.encoded.levels(left_out)[self.levels.codes[rows]], dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matrix:
    """All features of some leads, their folds, and the score (or the decision, 0 and 1) to be learned.

    ``account`` is None where leads are independent.
    """

    fields: tuple[Field, ...]
    fold: Codes
    score: Reals
    account: Codes | None

    def training(self, left_out: int) -> Reals:
        """Rows of all other folds x fields."""
        rows = self.fold != left_out
        return np.column_stack([one.at(left_out)[rows] for one in self.fields])

    def seen(self, left_out: int, rows: Codes) -> Reals:
        """These rows x fields, as the model that is tested on this fold would see them in a test."""
        return np.column_stack([one.seen(left_out, rows) for one in self.fields])

    def tested(self) -> Reals:
        """Rows x fields, each as the model that is tested on its fold sees it."""
        return np.column_stack([one.tested() for one in self.fields])


def matrix(
    table: pa.Table, names: Sequence[str], score: Reals, *, numbers: bool, accounts: Clusters | None = None
) -> Matrix:
    """Words, codes and missing values become their level's mean score; numbers stay if ``numbers``.

    A level's mean is learned from other folds only (`audit.rows.separating.encoding`), and ordered by it a
    tree can split the levels as it would split a number. A missing number stays missing: the
    trees send it where it fits. Rows are dealt to the folds in turn: they come in random order. An account
    is in one fold.
    """
    fields, fold = [], accounts.fold if accounts else np.arange(score.size) % FOLDS
    for name in names:
        levels = feature(table, name)
        fields.append(
            Field(
                name=name,
                levels=levels,
                numbers=feature_numbers(table, name) if numbers else None,
                encoded=encoding(levels, score, fold),
            )
        )
    account = accounts.code if accounts else None
    return Matrix(fields=tuple(fields), fold=fold, score=score, account=account)
