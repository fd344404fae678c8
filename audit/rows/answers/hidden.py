"""Which groups are not told of, so that none that is small can be worked out from the others.

What is told of all leads is the sum over the groups, so that a single hidden group is what the others leave
over. So the next smallest are hidden too, until what is left over is of two groups, of the minimum of leads
and of enough people (complementary suppression; Cox, L. H. 1980, JASA 75, 377-385).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from audit.arrays import BoolArray, FloatArray
from audit.rows.answers.shares import FEWEST_PEOPLE, Counted

SECOND = "a hidden group could be worked out from it"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """What is hidden together must reach the minimum of each of ``counts``; the least ``size`` goes first."""

    counts: tuple[FloatArray, ...]
    size: FloatArray
    leads: FloatArray
    people: BoolArray
    minimum: int


def hide(shares: Sequence[Counted], minimum: int) -> tuple[Counted, ...]:
    """The three shares of an attribute, "answered" first, with all that must be hidden.

    A group whose answers are too few is hidden in each: from how many leads were answered about the others
    would give that number. Where nearly all leads were answered about, only "answered" is hidden.
    """
    answered, *rest = shares
    told, left, people = answered.hits, answered.n - answered.hits, answered.spread.people
    cells = Cells(counts=(told,), size=told, leads=answered.n, people=people, minimum=minimum)
    own = _with_others(_joined(answered.hidden, rest[0].hidden), cells)
    few = f"fewer than {minimum} leads without an answer"
    nearly = _joined(own, [few if number < minimum else "" for number in left.tolist()])
    wide = replace(cells, counts=(told, left), size=answered.n)
    return (
        replace(answered, hidden=_with_others(nearly, wide)),
        *(replace(one, hidden=_joined(one.hidden, own)) for one in rest),
    )


def _joined(own: Sequence[str], joint: Sequence[str]) -> tuple[str, ...]:
    return tuple(one or other for one, other in zip(own, joint, strict=True))


def _with_others(own: tuple[str, ...], cells: Cells) -> tuple[str, ...]:
    """The reasons, and those of the groups that have to be hidden with them."""
    hidden = np.array([bool(one) for one in own], dtype=np.bool_)
    for place in np.argsort(cells.size, kind="stable").tolist():
        if _safe(hidden & (cells.leads > 0), cells):
            break
        hidden[place] = True
    return tuple(one or (SECOND if also else "") for one, also in zip(own, hidden.tolist(), strict=True))


def _safe(hidden: BoolArray, cells: Cells) -> bool:
    """Nothing is hidden, or several groups that are together not small; one without leads hides nothing."""
    if not hidden.any():
        return True
    enough = all(count[hidden].sum() >= cells.minimum for count in cells.counts)
    people = int(cells.people[hidden].any(axis=0).sum())
    return bool(enough and hidden.sum() > 1 and people >= FEWEST_PEOPLE)
