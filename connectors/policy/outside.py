"""Somebody holds a list of people, with their true ZIP code, age and job, and looks for them among the leads.

The policy is public, so they pass their own list through it: what a rule makes coarse is coarse on both
sides. Then they point at one of the leads that look like each person. The list may be wrong or incomplete,
and may name people who are no leads at all. (`connectors.policy.linkage` is the worst case: a list of the
kept values themselves.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import betaincinv

from audit.schema import BadInput
from connectors.policy.alike import classes, levels_of
from connectors.policy.model import Policy, Rule
from connectors.pseudonym import Keyring

MARGIN = 0.01
"""More people than this share of the list, above pointing at any lead, are more than the base rate."""
LEVEL = 0.05
"""The level of the one-sided test."""
_NOBODYS_KEY = Keyring(crm="file", organisation="an outsider", master=bytes(32))
# What the outsider can do themselves: the others need the organisation's key.
_PUBLIC = frozenset({"keep", "band", "map", "coarsen", "reduce"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideList:
    """What the outsider knows: for each field a value per person, None where it is not known.

    ``lead`` is the place of each person among the leads, -1 for somebody who is none: that is the truth,
    which the outsider does not have.
    """

    known: Mapping[str, Sequence[str | None]]
    lead: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What came of it, on ``columns`` (those that the list can be compared with), among ``leads`` leads.

    Of ``listed`` people ``found`` were linked to their own lead; ``expected`` is how many that are on
    average over the draws. ``by_chance`` is how many would be found by pointing at any lead. ``sure``
    people look like one lead only, and ``sure_right`` of them are it. ``high`` is the upper end of a
    one-sided Clopper-Pearson interval for the share that is found, at `LEVEL`; None for an empty list.
    """

    columns: tuple[str, ...]
    leads: int
    listed: int
    found: int
    expected: float
    by_chance: float
    sure: int
    sure_right: int
    high: float | None

    @property
    def within_base_rate(self) -> bool | None:
        """Whether the share that is found is surely less than `MARGIN` above chance; None for an empty list.

        A one-sided test of "at least `MARGIN` above" at `LEVEL`: not being able to tell is no.
        """
        return None if self.high is None else self.high - self.by_chance / self.listed < MARGIN


def attack_by_list(policy: Policy, released: pa.Table, people: OutsideList, *, seed: int) -> Outside:
    """Look for the people of a list among the leads that a policy released, in the order of ``released``.

    Raises
    ------
    BadInput
        The list is ragged, or names a lead that is not there.
    """
    own = np.array(people.lead, np.int64)
    _check(people, own, released.num_rows)
    rules = [rule for rule in policy.rules if rule.field in people.known and rule.operator.name in _PUBLIC]
    said = {rule.column: _said(rule, people.known[rule.field]) for rule in rules}
    chance, size = _chances(released, said, own)
    draws = np.random.default_rng([seed, 1]).random(len(own))
    return _result(tuple(said), released.num_rows, own, (chance, size), draws)


def _check(people: OutsideList, own: NDArray[np.int64], leads: int) -> None:
    if any(len(values) != len(own) for values in people.known.values()):
        msg = "the outside list is ragged: each field needs one value (or None) for every person"
        raise BadInput(msg)
    if len(own) and (own.max() >= leads or own.min() < -1):
        msg = f"the outside list names a lead that is not among the {leads:,} leads"
        raise BadInput(msg)


def _said(rule: Rule, values: Sequence[str | None]) -> list[str | None]:
    """The list's values as the public policy makes them."""
    return list(rule.operator.apply(values, _NOBODYS_KEY).values)


def _chances(
    released: pa.Table, said: Mapping[str, list[str | None]], own: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Per person: the chance to be found, and how many leads look like them (0 where none does).

    What is not known of a person is not compared; who looks like no lead is looked for among all of them.
    """
    leads = released.num_rows
    chance = np.where(own >= 0, 1.0 / max(leads, 1), 0.0)
    size = np.full(len(own), leads)
    known = np.array([[value is not None for value in column] for column in said.values()], bool)
    pattern = known.T if len(said) else np.zeros((len(own), 0), bool)
    for which in np.unique(pattern, axis=0):
        rows = np.flatnonzero((pattern == which).all(axis=1))
        columns = [name for name, seen in zip(said, which, strict=True) if seen]
        if not columns or not leads:
            continue
        asked = pa.table({name: pa.array([said[name][row] for row in rows], pa.string()) for name in columns})
        size[rows], same = _compared(released.select(columns), asked, own[rows])
        chance[rows] = np.where(size[rows] > 0, same / np.maximum(size[rows], 1), chance[rows])
    return chance, size


def _compared(
    released: pa.Table, asked: pa.Table, own: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Per person: how many leads look like them, and whether their own lead does."""
    both = pa.concat_tables([released, asked])
    group = classes(both, both.column_names)
    here, there = group[: released.num_rows], group[released.num_rows :]
    sizes = np.bincount(here, minlength=int(group.max()) + 1)
    same = (own >= 0) & (here[np.maximum(own, 0)] == there)
    return sizes[there], same.astype(np.int64)


def _result(
    columns: tuple[str, ...],
    leads: int,
    own: NDArray[np.int64],
    outcome: tuple[NDArray[np.float64], NDArray[np.int64]],
    draws: NDArray[np.float64],
) -> Outside:
    chance, size = outcome
    sure = (size == 1) if columns else np.zeros(len(own), bool)
    found = int((draws < chance).sum())
    return Outside(
        columns=columns,
        leads=leads,
        listed=len(own),
        found=found,
        expected=float(chance.sum()),
        by_chance=float((own >= 0).sum()) / leads if leads else 0.0,
        sure=int(sure.sum()),
        sure_right=int((sure & (chance == 1.0)).sum()),
        high=_high(found, len(own)),
    )


def _high(found: int, listed: int) -> float | None:
    if not listed:
        return None
    return 1.0 if found == listed else float(betaincinv(found + 1, listed - found, 1 - LEVEL))


def blurred(people: OutsideList, *, wrong: float, missing: float, seed: int) -> OutsideList:
    """A list as real ones are: each value is with some chance another person's, or not known.

    Raises
    ------
    BadInput
        The chances are none.
    """
    if not (0 <= wrong <= 1 and 0 <= missing <= 1):
        msg = f"wrong and missing must be shares from 0 to 1, not {wrong} and {missing}"
        raise BadInput(msg)
    draws = np.random.default_rng([seed, 2])
    return OutsideList(
        known={field: _blurred(values, wrong, missing, draws) for field, values in people.known.items()},
        lead=people.lead,
    )


def _blurred(
    values: Sequence[str | None], wrong: float, missing: float, draws: np.random.Generator
) -> tuple[str | None, ...]:
    codes, levels = levels_of(pa.chunked_array([pa.array(values, pa.string())]))
    swapped = np.where(draws.random(len(codes)) < wrong, codes[draws.permutation(len(codes))], codes)
    gone = draws.random(len(codes)) < missing
    return tuple(None if lost else levels[code] for code, lost in zip(swapped, gone, strict=True))
