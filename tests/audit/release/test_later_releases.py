"""Attacks on several releases of one stream by an outsider who solves all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.release import Basis, Made, basis_of, next_release, terms_of
from audit.release.basis import NO_CODE, OPEN_CODE, YES_CODE
from audit.schema import BadInput
from tests.audit.release.attacker import Historian, Outsider
from tests.audit.release.test_attacks import STREAM, leads, made_of, truth

GROUPS = ((1.0, 0.5), (1.0, 0.1))
KNOWS = {
    "added": "nothing but new leads came",
    "known": "results became known too",
    "changed": "leads changed, none went",
    "gone": "leads may have gone",
}


def plus(one: Basis, more: Basis) -> Basis:
    codes, place = np.unique(np.concatenate([one.codes, more.codes]), axis=0, return_inverse=True)
    n = np.bincount(place.ravel(), np.concatenate([one.n, more.n])).astype(np.int64)
    return replace(one, codes=codes[n > 0], n=n[n > 0])


def later(made: Made, how: str, seed: int) -> Basis:
    """The leads some time later: new ones came, and some of the old ones changed."""
    rng = np.random.default_rng(seed)
    before = made.basis
    more = basis_of(leads(seed, int(rng.integers(20, 200)), GROUPS, 0.3, known=0.7), before.shape)
    moved = rng.binomial(before.n, 0.15)
    codes = before.codes.copy()
    if how == "known":
        moved[codes[:, -1] != OPEN_CODE] = 0
        codes[:, -1] = rng.choice([YES_CODE, NO_CODE], len(codes))
    if how == "changed":
        codes[:, 2:] = codes[rng.permutation(len(codes)), 2:]
    if how == "added":
        return plus(before, more)
    left = replace(before, n=before.n - moved)
    return (
        plus(plus(left, more), replace(before, codes=codes, n=moved)) if how != "gone" else plus(left, more)
    )


def attacked(made: tuple[Made, ...], how: str, every: int) -> Iterator[str]:
    """What is known too well of the counts at any time and of the changes between any two."""
    outsider = Historian(tuple(one.release for one in made), KNOWS[how])
    values, true = [one.release.values() for one in made], [truth(one.basis, one.release) for one in made]
    for time, counts in enumerate(values):
        for key in [key for key, count in counts.items() if count is None][::every]:
            low, high = outsider.bounds(key, time)
            assert low - 1e-6 <= true[time][key] <= high + 1e-6
            small = 0 < true[time][key] < 10
            if high - low < 10 - 1e-6 or (small and (low > 0.5 or high < 10 - 1e-6)):
                yield f"{time} {key}: {true[time][key]} in {low:g}..{high:g}"
        for since in range(time):
            for key in [key for key in counts if None in {counts[key], values[since].get(key, 0)}][::every]:
                change = true[time][key] - true[since].get(key, 0)
                low, high = outsider.bounds(key, time, since)
                if change and high - low < 10 - 1e-6:
                    yield f"{since} to {time} {key}: {change} in {low:g}..{high:g}"


def shown_changes(made: tuple[Made, ...]) -> list[int]:
    """Every change that a subtraction of two releases gives."""
    values = [one.release.values() for one in made]
    return [
        count - values[since].get(key, 0)
        for time, counts in enumerate(values)
        for since in range(time)
        for key, count in counts.items()
        if None not in {count, values[since].get(key, 0)}
    ]


def history(seed: int, size: int, how: tuple[str, ...]) -> tuple[Made, ...]:
    made = (made_of(leads(seed, size, GROUPS, 0.25, known=0.8)),)
    for turn, one in enumerate(how):
        basis = later(made[-1], one, seed + 1000 * (turn + 1))
        made = (*made, next_release(basis, terms_of(STREAM), made))
    return made


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.integers(150, 800), st.sampled_from(sorted(KNOWS)), st.booleans())
def test_no_hidden_count_of_any_release_or_difference_is_known_to_within_k(seed, size, how, twice):
    try:
        made = history(seed, size, (how, how) if twice else (how,))
    except BadInput:  # fewer than k leads changed, or nothing can be shown any more
        return
    assert list(attacked(made, how, 10)) == []
    assert all(change == 0 or abs(change) >= 10 for change in shown_changes(made))


def test_each_release_by_itself_is_broken_by_the_same_attack() -> None:
    """The attack can win: two releases that do not know of each other give hidden counts away."""
    first = made_of(leads(7, 300, GROUPS, 0.25, known=0.8))
    second = next_release(later(first, "added", 1007), terms_of(STREAM))
    assert len(list(islice(attacked((first, second), "added", 5), 3))) == 3


def test_what_an_earlier_release_shows_does_not_help_with_a_later_one():
    """Who knows that leads came in one place only knows every other count from before."""
    first = made_of(leads(8, 700, ((1.0, 0.6, 0.2), (1.0, 0.5)), 0.3))
    n = first.basis.n.copy()
    n[int(np.argmax(n))] += 40
    second = next_release(replace(first.basis, n=n), terms_of(STREAM), (first,))
    old, new = truth(first.basis, first.release), truth(second.basis, second.release)
    before, after = first.release.values(), second.release.values()
    same = {key: count for key, count in before.items() if count is not None and new.get(key) == old[key]}
    outsider = Outsider(second.release)
    rows = [outsider.row(key) for key in [*same, *(key for key in after if after[key] is not None)]]
    outsider.equations = np.array(rows)
    outsider.right = np.array([*same.values(), *(n for n in after.values() if n is not None)], dtype=float)
    small = [key for key, count in after.items() if count is None and 0 < new[key] < 10]
    for key in small[:8]:
        low, high = outsider.bounds(key)
        assert high - low >= 10 - 1e-6


def test_a_few_changed_leads_are_no_new_release():
    first = made_of(leads(8, 700, ((1.0, 0.6, 0.2), (1.0, 0.5)), 0.3))
    n = first.basis.n.copy()
    n[:3] += 1
    with pytest.raises(BadInput, match="fewer than 10 leads have come, gone or changed"):
        next_release(replace(first.basis, n=n), terms_of(STREAM), (first,))


def test_where_nobody_kept_the_worlds_they_are_worked_out_again():
    first = made_of(leads(8, 400, GROUPS, 0.3, known=0.8))
    made = (first, next_release(later(first, "added", 77), terms_of(STREAM), (replace(first, worlds=None),)))
    assert list(attacked(made, "added", 10)) == []
