"""The laws of the cube."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.cube import Axis, Cube

LEVELS = ("", "a", "b", "ß", "unknown")
CELL = st.tuples(*[st.integers(0, 4)] * 3, st.integers(-3, 9))


def cube(cells, levels=LEVELS, edges=(0.0, 0.5, 2.0)):
    rows = np.array(cells, dtype=np.int64).reshape(-1, 4)
    return Cube(
        axes=(Axis("attribute:x", levels), Axis("attribute:y", levels), Axis("score", (), edges)),
        codes=rows[:, :3],
        n=rows[:, 3],
        score_sum=0.3 * rows[:, 2] * rows[:, 3],
        score_squares=0.09 * rows[:, 2] ** 2 * rows[:, 3],
    )


CUBES = st.lists(CELL, max_size=12).map(cube)


@given(CUBES, CUBES, CUBES)
def test_cubes_form_an_abelian_group(a, b, c):
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert (a - a).total == 0
    assert len((a - a).n) == 0


@given(CUBES, CUBES)
def test_subtraction_undoes_addition(a, b):
    back = a + b - b
    assert back.axes == a.axes
    assert np.array_equal(back.codes, a.codes)
    assert np.array_equal(back.n, a.n)
    assert back.digest() == a.digest()


@given(CUBES, CUBES)
def test_projection_commutes_with_addition(a, b):
    for names in (("attribute:x",), ("score", "attribute:y"), ()):
        projected = a.project(*names) + b.project(*names)
        assert (a + b).project(*names).digest() == projected.digest()


@given(CUBES)
def test_where_splits_the_cube(a):
    parts = [a.where("attribute:x", level) for level in LEVELS]
    assert sum(part.total for part in parts) == a.total
    assert sum(parts[1:], parts[0]).digest() == a.digest()


@given(st.lists(CELL, max_size=12), st.permutations(range(5)))
def test_the_order_in_which_levels_were_met_does_not_matter(cells, order):
    renamed = tuple(LEVELS[i] for i in order)
    place = {old: order.index(old) for old in range(5)}
    moved = [(place[a], place[b], c, n) for a, b, c, n in cells]
    assert cube(moved, renamed) == cube(cells)


@given(st.lists(CELL, max_size=8), st.integers(1, 4))
def test_weights_are_duplicates(cells, times):
    weighted = cube([(a, b, c, n * times) for a, b, c, n in cells])
    assert weighted == cube(cells * times)


def test_cells_are_sorted_merged_and_read_only():
    one = cube([(2, 1, 1, 3), (1, 1, 1, 1), (2, 1, 1, 1), (0, 0, 0, 0)])
    assert one.n.tolist() == [1, 4]
    assert one.axis("attribute:x").levels == ("a", "b")
    with pytest.raises(ValueError, match="read-only"):
        one.n[0] = 9
    assert one != cube([(2, 1, 1, 4)])
    assert len({one, cube([(1, 1, 1, 1), (2, 1, 1, 4)])}) == 1


def test_what_does_not_add_up_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="edges of the axis 'score' differ"):
        cube([(0, 0, 0, 1)]) + cube([(0, 0, 0, 1)], edges=(0.0, 1.0))
    with pytest.raises(ValueError, match="different axes"):
        cube([]) + cube([]).project("score")
    with pytest.raises(ValueError, match="no axis 'sex'; its axes are attribute:x, attribute:y, score"):
        cube([]).project("sex")
    with pytest.raises(ValueError, match="numeric"):
        cube([]).where("score", "1")


def test_a_key_space_beyond_63_bits_still_counts():
    axes = tuple(Axis(f"attribute:{i}", tuple(f"{j:04d}" for j in range(3000))) for i in range(8))
    codes = np.tile(np.arange(3000), (8, 1)).T
    twice = np.concatenate([codes[::-1], codes])
    sums = np.zeros(6000)
    big = Cube(axes=axes, codes=twice, n=np.ones(6000, dtype=np.int64), score_sum=sums, score_squares=sums)
    assert big.n.tolist() == [2] * 3000
    assert np.array_equal(big.codes, codes)
