"""Shapley values of single predictions: exact for our imitation, by sampling for a customer's pipeline."""

from __future__ import annotations

import numpy as np

from audit.rows.clusters import FOLDS
from audit.rows.explain import shapley_values
from audit.rows.explaining.subject import Subject
from audit.rows.imitating.threads import one_thread
from audit.rows.levels import Codes, Reals

DRAWS = 32
"""Orders of the fields that a pipeline is asked in, each once forwards and once backwards."""
MOST_ROWS = 20_000
"""So many predictions are asked for at once: a pipeline takes a while for each question, however short."""


def shapley(subject: Subject, at: Codes, seed: int) -> tuple[Reals, Reals]:
    """What each field adds to each prediction, leads x fields, and the base of each lead.

    The base and a lead's values add up to its prediction. Raises BadInput where the extra "explain" is
    needed (trees of our imitation) and not installed.

    References
    ----------
    S. Lundberg et al. (2020). Nature Machine Intelligence 2:56, for trees. E. Strumbelj, I. Kononenko (2014).
    Knowledge and Information Systems 41:647, by sampling; each order is also walked backwards, which
    takes most of the chance out (R. Mitchell et al., 2022, JMLR 23:43).
    """
    return _sampled(subject, at, seed) if subject.own is not None else _exact(subject, at, seed)


def _exact(subject: Subject, at: Codes, seed: int) -> tuple[Reals, Reals]:
    told, base = np.empty((at.size, len(subject.names))), np.empty(at.size)
    with one_thread():
        for k in range(FOLDS):
            here = subject.made.data.fold[at] == k
            if here.any():
                told[here], base[here] = shapley_values(subject.made, k, at[here], seed)
    return told, base


def _sampled(subject: Subject, at: Codes, seed: int) -> tuple[Reals, Reals]:
    """Each order is walked from one lead, drawn for all: field by field it becomes the lead itself."""
    random, fields = np.random.default_rng(seed), len(subject.names)
    orders = np.asarray([random.permutation(fields) for _ in range(DRAWS)])
    donors = random.integers(0, subject.size, DRAWS)
    walks = np.concatenate([orders, orders[:, ::-1]])
    met = np.concatenate([donors, donors])
    told, base = np.zeros((at.size, fields)), np.zeros(at.size)
    step = max(1, MOST_ROWS // max(at.size * (fields + 1), 1))
    for start in range(0, walks.shape[0], step):
        part = walks[start : start + step]
        steps = _walked(subject, at, part, met[start : start + step])
        base += steps[:, 0].sum(axis=0)
        for walk, added in zip(part, np.diff(steps, axis=1), strict=True):
            told[:, walk] += added.T
    return told / walks.shape[0], base / walks.shape[0]


def _walked(subject: Subject, at: Codes, walks: Codes, met: Codes) -> Reals:
    """Predictions of walks x (no field yet, one field, ..., all fields) x leads, asked for at once."""
    count, fields = walks.shape
    arrived = np.argsort(walks, axis=1)[:, None, :] < np.arange(fields + 1)[None, :, None]
    swapped = {
        place: np.where(arrived[:, :, place, None], at[None, None, :], met[:, None, None]).ravel()
        for place in range(fields)
    }
    told = subject.ask(np.tile(at, count * (fields + 1)), swapped)
    return told.reshape(count, fields + 1, at.size)
