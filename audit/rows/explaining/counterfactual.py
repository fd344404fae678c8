"""The smallest change that brings a lead over the threshold, found by trying every one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
TOGETHER = 12
"""Pairs of fields that are asked for at once: a question takes a while, however short."""
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
    for number, one in enumerate(choices if at.size else ()):
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
    pairs = list(combinations(choices, 2))
    tried += sum(one.donors.size * other.donors.size for one, other in pairs)
    best, found = np.inf, None
    for start in range(0, len(pairs), TOGETHER):
        for distance, changed in _nearest_of(subject, pairs[start : start + TOGETHER], at, reaches):
            if distance < best - CLOSE or (found is None and np.isfinite(distance)):
                best, found = distance, changed
    if found is None:
        return Counterfactual(outcome="none", tried=tried)
    return _found(subject, table, at, found, tried)


def _nearest_of(
    subject: Subject, pairs: Sequence[tuple[Choice, Choice]], at: int, reaches: Reaches
) -> Iterator[tuple[float, list[tuple[Choice, int]]]]:
    """The nearest crossing values of each pair; all pairs are asked for at once."""
    sizes = [one.donors.size * other.donors.size for one, other in pairs]
    ends = np.cumsum(sizes)
    swapped: dict[int, Codes] = {}
    for (one, other), end, size in zip(pairs, ends, sizes, strict=True):
        for choice, donors in zip((one, other), _grid(one.donors, other.donors), strict=True):
            column = swapped.setdefault(choice.place, np.full(int(ends[-1]), at))
            column[end - size : end] = donors
    told = reaches(subject.ask(np.full(int(ends[-1]), at), swapped))
    lead = np.asarray([at])
    for (one, other), end, size in zip(pairs, ends, sizes, strict=True):
        far = (one.distances(lead)[0][:, None] + other.distances(lead)[0][None, :]).ravel()
        far = np.where(told[end - size : end], far, np.inf)
        place, count = int(np.argmin(far)), other.donors.size
        yield float(far[place]), [(one, place // count), (other, place % count)]


def _grid(one: Codes, other: Codes) -> tuple[Codes, Codes]:
    """Every pairing of two lists, the second one running fastest."""
    return np.repeat(one, other.size), np.tile(other, one.size)


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
