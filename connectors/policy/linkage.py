"""What an outsider with a list of people could do with what is kept: find their leads, and learn of them.

The outsider is given the worst case: the list holds the very values that the policy kept, for people who are
surely among the leads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from audit.schema import BadInput
from connectors.policy.alike import classes, levels_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkage:
    """An attack by a list of ``listed`` people on ``leads`` leads.

    ``found`` people were linked to their own lead, by choosing at random among the leads that look like
    them; ``expected`` is how many that are on average over all lists. ``sure`` people have a lead that
    looks like no other. ``by_chance`` is how many would be found by pointing at any lead at all.

    References
    ----------
    Article 29 Working Party (2014). Opinion 05/2014 on anonymisation techniques: singling out and
    linkability. C. Dwork et al. (2017). Exposed! A survey of attacks on private data.
    """

    leads: int
    listed: int
    found: int
    expected: float
    sure: int
    by_chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """How often an outsider guesses ``column`` of a lead from the others that look like it.

    ``right`` is the share of right guesses, the most frequent value among those others being the guess;
    ``base`` that of always guessing the most frequent value of all the others. ``most`` is the share of the
    most frequent value, which ``base`` falls short of where two values are about as frequent. All are None
    without two leads.
    """

    column: str
    right: float | None
    base: float | None
    most: float | None = None


def linkage(table: pa.Table, columns: Sequence[str], *, listed: int, seed: int) -> Linkage:
    """Attack the leads with a list of ``listed`` of them, drawn by ``seed``.

    Raises
    ------
    BadInput
        The list is longer than there are leads.
    """
    leads = table.num_rows
    if not 0 <= listed <= leads:
        msg = f"the outside list cannot name {listed:,} people: there are {leads:,} leads"
        raise BadInput(msg)
    draws = np.random.default_rng(seed)
    group = classes(table, columns)
    sizes = np.bincount(group, minlength=1)
    size = sizes[group[draws.permutation(leads)[:listed]]]
    return Linkage(
        leads=leads,
        listed=listed,
        # Which of the alike is pointed at does not matter: one in so many is the right one.
        found=int((draws.integers(0, size) == 0).sum()) if listed else 0,
        expected=float(listed * np.count_nonzero(sizes) / leads) if leads else 0.0,
        sure=int((size == 1).sum()),
        by_chance=listed / leads if leads else 0.0,
    )


def inference(table: pa.Table, columns: Sequence[str], sensitive: str) -> Inference:
    """Guess each lead's value from the others of its class; who is alone in it is guessed from all others."""
    if table.num_rows <= 1:
        return Inference(column=sensitive, right=None, base=None)
    codes, values = levels_of(table[sensitive])
    group = classes(table, columns)
    alone = np.bincount(group)[group] == 1
    of_all = _right(np.zeros_like(group), codes, len(values))
    of_class = _right(group, codes, len(values))
    return Inference(
        column=sensitive,
        right=float(np.where(alone, of_all, of_class).mean()),
        base=float(of_all.mean()),
        most=float(np.bincount(codes).max() / len(codes)),
    )


def _right(group: NDArray[np.int64], codes: NDArray[np.int64], values: int) -> NDArray[np.float64]:
    """Per lead, the chance that the most frequent value among the others of its group is its own."""
    cell, place, count = np.unique(group * values + codes, return_inverse=True, return_counts=True)
    starts = np.flatnonzero(np.diff(cell // values, prepend=-1))
    sizes = np.diff(np.append(starts, len(cell)))
    best, rivals = _rivals(count, starts, sizes)
    own = count - 1
    ties = np.where(own == best, rivals + 1, 1)
    right = np.where((own > 0) & (own >= best), 1.0 / ties, 0.0)
    each: NDArray[np.float64] = right[place]
    return each


def _rivals(
    count: NDArray[np.int64], starts: NDArray[np.int64], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Per cell: the largest count among the other cells of its group, and how many have it."""
    top = np.repeat(np.maximum.reduceat(count, starts), sizes)
    holders = np.repeat(np.add.reduceat((count == top).astype(np.int64), starts), sizes)
    below = np.where(count == top, 0, count)
    second = np.repeat(np.maximum.reduceat(below, starts), sizes)
    seconds = np.repeat(np.add.reduceat(((below == second) & (below > 0)).astype(np.int64), starts), sizes)
    sole = (count == top) & (holders == 1)
    best = np.where(sole, second, top)
    return best, np.where(sole, seconds, np.where(count == top, holders - 1, holders))
