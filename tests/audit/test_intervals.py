"""Intervals against independent implementations, at the edges, and for what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from audit.intervals import (
    hoeffding_half_width,
    koopman,
    logit_interval,
    mover,
    student,
    welch_df,
    wilson,
)

RNG = np.random.default_rng(7)
N, M = RNG.integers(1, 400, 200).astype(float), RNG.integers(1, 400, 200).astype(float)
X, Y = RNG.binomial(N.astype(int), RNG.random(200)), RNG.binomial(M.astype(int), RNG.random(200))
X, Y = X.astype(float), Y.astype(float)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_wilson_equals_statsmodels(confidence):
    ours = wilson(X, N, confidence)
    theirs = proportion_confint(X, N, alpha=1 - confidence, method="wilson")
    assert np.allclose(ours, theirs, atol=1e-12)


def newcombe(x, n, y, m, confidence):
    return mover(x / n, wilson(x, n, confidence), y / m, wilson(y, m, confidence))


def test_mover_of_wilson_intervals_is_newcombe_as_statsmodels_has_it():
    low, high = newcombe(X, N, Y, M, 0.95)
    for i in range(len(N)):
        theirs = confint_proportions_2indep(X[i], N[i], Y[i], M[i], method="newcomb", compare="diff")
        assert (low[i], high[i]) == pytest.approx(theirs, abs=1e-9)


def test_koopman_equals_the_score_interval_of_statsmodels():
    pick = np.flatnonzero((X > 0) & (Y > 0) & (X < N) & (Y < M) & (N > 4) & (M > 4))[:40]
    low, high = koopman(X, N, Y, M, 0.95)
    for i in pick:
        theirs = confint_proportions_2indep(
            X[i], N[i], Y[i], M[i], method="score", compare="ratio", correction=False
        )
        assert (low[i], high[i]) == pytest.approx(theirs, rel=1e-5)


def test_koopman_has_an_answer_at_zero_and_full_counts():
    hits, other = np.array([0.0, 20.0, 20.0, 0.0, 1.0]), np.array([7.0, 20.0, 1.0, 0.0, 0.0])
    low, high = koopman(hits, np.full(5, 20.0), other, np.full(5, 20.0), 0.95)
    assert low[0] == 0
    assert 0 < high[0] < 1
    assert low[1] < 1 < high[1]
    assert 1 < low[2] < 20 < high[2] < 1000
    assert np.isnan(low[3:]).all()
    assert np.isnan(high[3:]).all()


def test_koopman_turns_over_with_its_groups():
    inner = (X > 0) & (Y > 0)
    low, high = (part[inner] for part in koopman(X, N, Y, M, 0.95))
    back = [part[inner] for part in koopman(Y, M, X, N, 0.95)]
    assert np.allclose(low, 1 / back[1], rtol=1e-9)
    assert np.allclose(high, 1 / back[0], rtol=1e-9)


def test_nothing_in_gives_nothing_out():
    nothing = np.zeros(1)
    for low, high in (wilson(nothing, nothing, 0.95), koopman(*[nothing] * 4, 0.95)):
        assert np.isnan(low).all()
        assert np.isnan(high).all()


def test_wilson_ends_are_exact_at_nought_and_one():
    low, high = wilson(np.array([0.0, 9.0]), np.array([9.0, 9.0]), 0.95)
    assert low[0] == 0.0
    assert high[1] == 1.0


def test_welch_equals_scipy():
    a, b = RNG.normal(3, 2, 25), RNG.normal(2, 9, 60)
    variances = [np.array(part.var(ddof=1) / len(part)) for part in (a, b)]
    df = welch_df(variances[0], np.array(24.0), variances[1], np.array(59.0))
    theirs = stats.ttest_ind(a, b, equal_var=False)
    ours = student(np.array(a.mean() - b.mean()), variances[0] + variances[1], df, 0.95)
    assert float(df) == pytest.approx(theirs.df)
    assert [float(end) for end in ours] == pytest.approx(list(theirs.confidence_interval(0.95)))


def test_a_logit_interval_stays_between_nought_and_one():
    low, high = logit_interval(np.array([0.99, 0.5]), np.array([0.01, 0.0001]), 0.95)
    assert 0 < low[0] < 0.99 < high[0] < 1
    assert (low[1], high[1]) == pytest.approx((0.4804, 0.5196), abs=1e-4)


def test_a_flat_mean_is_bounded_by_its_range():
    half = hoeffding_half_width(np.array([1.0, 10_000.0]), 100.0, 0.95)
    assert half[0] == 100
    assert half[1] == pytest.approx(1.358, abs=1e-3)


@pytest.mark.parametrize(
    ("p", "q", "n", "m"), [(0.1, 0.1, 50, 500), (0.3, 0.5, 20, 20), (0.02, 0.05, 200, 800)]
)
def test_intervals_cover_what_they_promise(p, q, n, m):
    """Coverage of a nominal 95 %, over 20,000 draws each (Monte Carlo error 0.15 points)."""
    rng = np.random.default_rng(11)
    x, y = rng.binomial(n, p, 20_000).astype(float), rng.binomial(m, q, 20_000).astype(float)
    sizes = np.full(20_000, float(n)), np.full(20_000, float(m))
    for truth, (low, high) in (
        (p, wilson(x, sizes[0], 0.95)),
        (p - q, newcombe(x, sizes[0], y, sizes[1], 0.95)),
        (p / q, koopman(x, sizes[0], y, sizes[1], 0.95)),
    ):
        inside = (low <= truth) & (truth <= high)
        assert 0.925 <= inside[~np.isnan(low)].mean() <= 0.985


def test_mover_of_a_group_with_itself_holds_zero():
    value, ends = np.array([0.4]), (np.array([0.3]), np.array([0.55]))
    low, high = mover(value, ends, value, ends)
    assert low < 0 < high
    assert -low == pytest.approx(high)
