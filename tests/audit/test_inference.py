"""Tests and corrections against independent implementations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest

from audit.inference import (
    benjamini_hochberg,
    fisher_p,
    holm,
    normal_p,
    pooled_z,
    student_p,
    two_proportion_p,
)

TABLE = st.tuples(st.integers(1, 60), st.integers(1, 300)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)


@given(st.lists(TABLE, min_size=1, max_size=6))
def test_fisher_equals_scipy(tables):
    ours = fisher_p(*np.array(tables, dtype=float).T)
    for p, (x, n, y, m) in zip(ours, tables, strict=True):
        assert p == pytest.approx(stats.fisher_exact([[x, n - x], [y, m - y]]).pvalue, rel=1e-6)


def test_pooled_z_equals_statsmodels_and_is_used_for_large_counts():
    z, p = proportions_ztest([300, 520], [1000, 1400])
    sides = [np.array([float(part)]) for part in (300, 1000, 520, 1400)]
    assert pooled_z(*sides) == pytest.approx(z)
    assert two_proportion_p(*sides) == pytest.approx(p)


def test_small_tables_use_the_exact_test_and_large_ones_do_not():
    x, n, y, m = np.array([[3.0, 300.0], [8.0, 1000.0], [5.0, 520.0], [14.0, 1400.0]])
    p = two_proportion_p(x, n, y, m)
    assert p[0] == pytest.approx(stats.fisher_exact([[3, 5], [5, 9]]).pvalue)
    assert p[1] != pytest.approx(stats.fisher_exact([[300, 700], [520, 880]]).pvalue, rel=1e-3)


def test_equal_extremes_are_no_difference():
    for x in (0.0, 40.0):
        sides = [np.array([part]) for part in (x, 40.0, x, 40.0)]
        assert two_proportion_p(*sides) == pytest.approx([1.0])


@settings(max_examples=12, deadline=None)  # statsmodels takes 50 ms a call
@given(st.lists(st.floats(1e-9, 1), min_size=1, max_size=40))
def test_corrections_equal_statsmodels(p):
    values = np.array(p)
    assert np.allclose(holm(values), multipletests(values, method="holm")[1])
    assert np.allclose(benjamini_hochberg(values), multipletests(values, method="fdr_bh")[1])


def test_an_empty_family_is_corrected_to_nothing():
    assert len(holm(np.zeros(0))) == len(benjamini_hochberg(np.zeros(0))) == 0


def test_tails_keep_their_digits_far_out():
    assert normal_p(np.array([18.451])) == pytest.approx(2 * stats.norm.sf(18.451), rel=1e-9)
    assert student_p(np.array([-9.0]), np.array([12.5])) == pytest.approx(2 * stats.t.sf(9, 12.5))
    assert student_p(np.array([2.0]), np.array([np.inf])) == pytest.approx(2 * stats.norm.sf(2))


def test_benjamini_hochberg_by_hand():
    p = np.asarray([0.01, 0.04, 0.03, 0.5])
    assert benjamini_hochberg(p) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
