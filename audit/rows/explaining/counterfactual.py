"""The smallest change that brings a lead over the threshold, found by trying every one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray
from audit.rows.explaining.model import Change, Counterfactual
from audit.rows.explaining.space import Choice, text_of
from audit.rows.explaining.subject import Subject
from audit.rows.levels import Codes, Reals

Reaches = Callable[[Reals], BoolArray]
CLOSE = 1e-12
"""Distances nearer than this are the same; the field and value that come first by name then stand."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearest:
    """For each lead the smallest change of one field that crosses: infinite ``distance`` where none does."""

    distance: Reals
    choice: Codes
    value: Codes


def nearest_single(subject: Subject, choices: Sequence[Choice], at: Codes, reaches: Reaches) -> Nearest:
    """Every tried value of every field, for many leads at once."""
    best = np.full(at.size, np.inf)
    choice, value = np.full(at.size, -1, dtype=np.int64), np.full(at.size, -1, dtype=np.int64)
    for number, one in enumerate(choices):
        count = one.donors.size
        told = subject.ask(np.repeat(at, count), {one.place: np.tile(one.donors, at.size)})
        far = np.where(reaches(told).reshape(at.size, count), one.distances(at), np.inf)
        nearest = np.argmin(far, axis=1)
        least = far[np.arange(at.size), nearest]
        better = least < best - CLOSE
        better |= np.isfinite(least) & np.isinf(best)
        best[better], choice[better], value[better] = least[better], number, nearest[better]
    return Nearest(distance=best, choice=choice, value=value)


def counterfactual(
    subject: Subject, choices: Sequence[Choice], table: pa.Table, at: int, reaches: Reaches
) -> Counterfactual:
    """The smallest change for one lead: one field if any does it, else two.

    Every tried value of every changeable field is asked for, and then every pair of values of every pair of
    fields: within these no smaller change exists.
    """
    if bool(reaches(subject.predicted[[at]])[0]):
        return Counterfactual(outcome="over")
    tried = sum(one.donors.size for one in choices)
    single = nearest_single(subject, choices, np.asarray([at]), reaches)
    if np.isfinite(single.distance[0]):
        one = choices[int(single.choice[0])]
        return _found(subject, table, at, [(one, int(single.value[0]))], tried)
    best, found = np.inf, None
    for one, other in combinations(choices, 2):
        tried += one.donors.size * other.donors.size
        distance, places = _nearest_pair(subject, (one, other), at, reaches)
        if distance < best - CLOSE or (found is None and np.isfinite(distance)):
            best, found = distance, [(one, places[0]), (other, places[1])]
    if found is None:
        return Counterfactual(outcome="none", tried=tried)
    return _found(subject, table, at, found, tried)


def _nearest_pair(
    subject: Subject, pair: tuple[Choice, Choice], at: int, reaches: Reaches
) -> tuple[float, tuple[int, int]]:
    one, other = pair
    first, second = (grid.ravel() for grid in np.meshgrid(one.donors, other.donors, indexing="ij"))
    told = subject.ask(np.full(first.size, at), {one.place: first, other.place: second})
    lead = np.asarray([at])
    far = (one.distances(lead)[0][:, None] + other.distances(lead)[0][None, :]).ravel()
    far = np.where(reaches(told), far, np.inf)
    place = int(np.argmin(far))
    return float(far[place]), (place // other.donors.size, place % other.donors.size)


def _found(
    subject: Subject, table: pa.Table, at: int, changed: list[tuple[Choice, int]], tried: int
) -> Counterfactual:
    lead, row = np.asarray([at]), int(subject.made.rows[at])
    swapped = {one.place: one.donors[[value]] for one, value in changed}
    return Counterfactual(
        outcome="found",
        changes=tuple(
            Change(
                field=one.name,
                before=text_of(table.column(f"feature:{one.name}")[row].as_py()),
                after=one.texts[value],
                distance=float(one.distances(lead)[0][value]),
            )
            for one, value in changed
        ),
        reached=float(subject.ask(lead, swapped)[0]),
        tried=tried,
    )
