"""Attacks on releases without noise, by an outsider who has nothing but what was published."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from audit.cube import Cube
from audit.release import Basis, Made, Release, basis_of, fitting_shape, next_release, terms_of, to_json
from audit.release.facts import Fact
from audit.schema import BadInput
from tests.audit.release.attacker import Outsider
from tests.audit.tables import cube, stream

STREAM = stream("a", "b", threshold=60.0, intersections=2, score_range=(0.0, 100.0))


def leads(
    seed: int, size: int, shares: tuple[tuple[float, ...], ...], base: float, known: float = 1.0
) -> Cube:
    rng = np.random.default_rng(seed)
    columns = {}
    for name, share in zip("ab", shares, strict=True):
        codes = rng.choice(len(share), size, p=np.array(share) / sum(share))
        columns[f"attribute:{name}"] = pa.array([f"{name}{code}" for code in codes]).dictionary_encode()
    score = rng.integers(0, 21, size) * 5.0
    outcome = rng.random(size) < base + 0.2 * (score > 60)
    worked = rng.random(size) < known
    table = {
        **columns,
        "score": score,
        "outcome": pa.array(np.where(worked, outcome, None).tolist(), pa.bool_()),
    }
    return cube(table, STREAM)


def made_of(of: Cube) -> Made:
    return next_release(basis_of(of, fitting_shape(of, STREAM)), terms_of(STREAM))


def released(of: Cube) -> tuple[Basis, Release]:
    made = made_of(of)
    return made.basis, made.release


def truth(basis: Basis, release: Release) -> dict[object, int]:
    """The true value of every published count, hidden or not."""
    names = [one.name for one in basis.shape.dimensions]
    width = len(names)
    found = {}
    for attribute, group, fact in release.values():
        chosen = fact.holds(basis.codes[:, width:])
        for name, level in zip(attribute, group, strict=True):
            place = names.index(name)
            chosen &= basis.codes[:, place] == basis.shape.dimensions[place].levels.index(level)
        found[attribute, group, fact] = int(basis.n[chosen].sum())
    return found


shares = st.lists(st.sampled_from([0.02, 0.05, 0.2, 1.0]), min_size=2, max_size=3).map(tuple)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.integers(60, 900), shares, shares, st.sampled_from([0.03, 0.15, 0.5]))
def test_no_hidden_count_can_be_bounded_tighter_than_k_by_a_linear_programme(seed, size, one, two, base):
    try:
        basis, release = released(leads(seed, size, (one, two), base, known=0.8))
    except BadInput:  # too few leads to share anything
        return
    outsider, true = Outsider(release), truth(basis, release)
    hidden = [key for key, count in release.values().items() if count is None]
    for key in hidden[:: max(1, len(hidden) // 12)]:
        low, high = outsider.bounds(key)
        assert high - low >= release.k - 1e-6
        assert low - 1e-6 <= true[key] <= high + 1e-6
        if true[key] < release.k:
            assert low < 0.5
            assert high >= release.k - 1e-6


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.integers(60, 900), shares, shares)
def test_no_difference_of_two_published_counts_is_a_small_group_of_leads(seed, size, one, two):
    try:
        basis, release = released(leads(seed, size, (one, two), 0.2))
    except BadInput:
        return
    shown = [(key, count) for key, count in release.values().items() if count is not None]
    assert all(count == 0 or count >= release.k for _, count in shown)
    sets = {key: _members(basis, key) for key, _ in shown}
    for (large, more), (small, fewer) in combinations(shown, 2):
        for outer, inner, left in ((large, small, more - fewer), (small, large, fewer - more)):
            # The inner cell lies within the outer one, so what is left is a group of leads of its own.
            if 0 < left < release.k:
                assert not (sets[inner] <= sets[outer]), (outer, inner)


def _members(basis: Basis, key) -> frozenset[int]:
    attribute, group, fact = key
    names = [one.name for one in basis.shape.dimensions]
    chosen = fact.holds(basis.codes[:, len(names) :])
    for name, level in zip(attribute, group, strict=True):
        place = names.index(name)
        chosen &= basis.codes[:, place] == basis.shape.dimensions[place].levels.index(level)
    return frozenset(np.flatnonzero(chosen).tolist())


def test_a_naive_release_is_broken_by_the_same_attack():
    """The attack can win: hiding only the small counts gives them away."""
    of = leads(5, 400, ((1.0, 0.05), (1.0, 0.3)), 0.2)
    basis, release = released(of)
    true = truth(basis, release)
    naive = {key: (None if 0 < value < release.k else value) for key, value in true.items()}
    outsider = Outsider(release)
    keys = list(naive)
    outsider.equations = csr_array(np.array([outsider.row(key) for key in keys if naive[key] is not None]))
    outsider.right = np.array([naive[key] for key in keys if naive[key] is not None], dtype=float)
    widths = [np.diff(outsider.bounds(key))[0] for key in keys if naive[key] is None]
    assert widths
    assert min(widths) < 0.5


def test_a_group_whose_leads_are_all_alike_does_not_show_it():
    n = 60
    table = {
        "attribute:a": pa.array(["x"] * n + ["y"] * 200).dictionary_encode(),
        "attribute:b": pa.array((["u", "v"] * (n + 200))[: n + 200]).dictionary_encode(),
        "score": np.tile([20.0, 40.0, 70.0, 90.0], (n + 200) // 4),
        "outcome": np.array([False] * n + [True, False] * 100),
    }
    basis, release = released(cube(table, STREAM))
    values = release.values()
    in_x = {key[2]: count for key, count in values.items() if key[1] == ("x",)}
    assert truth(basis, release)[("a",), ("x",), Fact(result="yes")] == 0
    assert in_x[Fact(result="yes")] is None
    assert in_x[Fact(result="no")] is None


def test_the_same_leads_give_the_same_bytes():
    of = leads(3, 500, ((1.0, 0.2), (1.0, 0.1)), 0.3)
    assert to_json(released(of)[1]) == to_json(released(of)[1])


@pytest.mark.parametrize(
    ("score", "outcome", "alike"),
    [
        ([20.0, 80.0], [False, False], [Fact(result="no"), Fact(result="no", band=0)]),
        ([20.0, 80.0], [None, None], [Fact(result="open"), Fact(selected="yes", result="open")]),
        ([80.0, 90.0], [False, True], [Fact(selected="yes")]),
        ([20.0, 80.0], [False, None], [Fact(result="no", band=0)]),
    ],
    ids=["nobody converts", "nothing is known", "all are selected", "nobody of a band converts"],
)
def test_what_holds_of_all_leads_or_of_a_whole_score_band_is_not_shown(score, outcome, alike):
    """Such a fact has no counterpart among the leads, and still it tells of everybody."""
    n = 400
    turns = np.arange(n) // 2 % 2
    upper = np.where(np.arange(n) % 3 == 0, True, False)
    table = {
        "attribute:a": pa.array(np.where(np.arange(n) < 200, "x", "y").tolist()).dictionary_encode(),
        "attribute:b": pa.array((["u", "v"] * n)[:n]).dictionary_encode(),
        "score": np.array(score)[turns],
        "outcome": pa.array(
            [
                bool(upper[i]) if outcome == [False, None] and turn else outcome[turn]
                for i, turn in enumerate(turns)
            ],
            pa.bool_(),
        ),
    }
    basis, release = released(cube(table, STREAM))
    values, outsider = release.values(), Outsider(release)
    for fact in alike:
        key = ((), (), fact)
        low, high = outsider.bounds(key)
        assert values[key] is None
        assert high - low >= release.k - 1e-6
        assert low <= truth(basis, release)[key] - release.k + 1e-6


def test_a_group_may_have_the_name_of_all_others():
    n = 400
    names = [*["all other groups"] * 100, *["x"] * 280, *[f"rare{i}" for i in range(20)]]
    table = {
        "attribute:a": pa.array(names).dictionary_encode(),
        "attribute:b": pa.array(["u", "v"] * (n // 2)).dictionary_encode(),
        "score": np.arange(n) % 21 * 5.0,
        "outcome": pa.array([True, False, False, True] * (n // 4)),
    }
    _, release = released(cube(table, STREAM))
    groups = {one.group: one.counts[0] for one in release.groups if one.attribute == ("a",)}
    assert groups == {("x",): 280, ("all other groups",): 120}


def test_score_bands_do_not_tell_the_best_and_the_worst_score():
    """Ten equal bands over the scores that were seen would give both away by one line through two edges."""
    n = 400
    table = {
        "attribute:a": pa.array(["x", "y"] * (n // 2)).dictionary_encode(),
        "attribute:b": pa.array(["u", "v"] * (n // 2)).dictionary_encode(),
        "score": np.linspace(-137.3, 941.9, n),
        "outcome": pa.array([True, False, False, True] * (n // 4)),
    }
    unbounded = replace(STREAM, score_range=None)
    found = cube(table, unbounded)
    assert fitting_shape(found, unbounded).edges == (60.0,)
    usual = cube({**table, "score": np.linspace(3.0, 97.0, n)}, unbounded)
    assert set(fitting_shape(usual, unbounded).edges) <= {10.0 * step for step in range(1, 10)}
