"""The fields as numbers that a model can learn from, without a lead's own outcome in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray
from audit.rows.clusters import FOLDS
from audit.rows.levels import Codes, Reals, feature, feature_numbers
from audit.rows.proxy import PREFIX

PRIOR = 10.0
"""Leads' worth of the overall mean that a level's own mean is drawn towards."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One field: its levels as codes, and its values where they are quantities (NaN: missing)."""

    name: str
    codes: Codes
    names: tuple[str, ...]
    numbers: Reals | None = None


def columns(table: pa.Table) -> tuple[Column, ...]:
    """Every field of an admitted table."""
    names = [column[len(PREFIX) :] for column in table.column_names if column.startswith(PREFIX)]
    return tuple(_column(table, name) for name in sorted(names))


def _column(table: pa.Table, name: str) -> Column:
    levels = feature(table, name)
    return Column(name=name, codes=levels.codes, names=levels.names, numbers=feature_numbers(table, name))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """What is learned, of which leads it is known, and the folds."""

    value: Reals
    known: BoolArray
    fold: Codes


def encoded(fields: tuple[Column, ...], target: Target, left_out: int | None) -> Reals:
    """Leads x fields, for the model that is tested on one fold; None: for one that learns from all of them.

    A level becomes the mean of the target over the leads of the other folds; of a lead that is learned
    from, its own fold is left out as well, so that no lead is encoded by its own outcome (Pargent et al.
    2022, Computational Statistics 37:2671). Quantities stay as they are.
    """
    if not fields:
        return np.empty((target.fold.size, 0))
    return np.column_stack(
        [one.numbers if one.numbers is not None else _means(one, target, left_out) for one in fields]
    )


def _means(column: Column, target: Target, left_out: int | None) -> Reals:
    size = len(column.names)
    place = column.codes[target.known] * FOLDS + target.fold[target.known]
    n = np.bincount(place, minlength=size * FOLDS).reshape(size, FOLDS).astype(np.float64)
    total = np.bincount(place, target.value[target.known], minlength=size * FOLDS).reshape(size, FOLDS)
    if left_out is not None:
        n[:, left_out] = total[:, left_out] = 0.0
    # Entry j: without fold j, too. Fold left_out holds nothing any more, so its entry leaves out only itself.
    n_left = n.sum(axis=1, keepdims=True) - n
    total_left = total.sum(axis=1, keepdims=True) - total
    overall = total_left.sum(axis=0) / np.maximum(n_left.sum(axis=0), 1.0)
    means = (total_left + PRIOR * overall) / (n_left + PRIOR)
    return np.asarray(means[column.codes, target.fold], dtype=np.float64)


def level_means(column: Column, target: Target) -> Reals:
    """What each level becomes for new leads: its mean over all leads whose target is known."""
    codes, size = column.codes[target.known], len(column.names)
    n = np.bincount(codes, minlength=size)
    total = np.bincount(codes, target.value[target.known], minlength=size)
    overall = total.sum() / max(n.sum(), 1)
    return np.asarray((total + PRIOR * overall) / (n + PRIOR), dtype=np.float64)
