"""The exact test within strata: Fisher's where there is one stratum, and sound in the far tails."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import fisher_exact, hypergeom

from audit.disparity.stratified import Strata, cochran_mantel_haenszel_p
from audit.disparity.stratified_exact import no_difference_p


def strata(rows: list[tuple[int, int, int, int, int]]) -> Strata:
    """Rows of group, hits, n, hits of the reference, n of the reference."""
    columns = np.array(rows, dtype=np.float64).T
    return Strata(
        group=columns[0].astype(np.int64),
        groups=int(columns[0].max()) + 1,
        hits=columns[1],
        n=columns[2],
        other_hits=columns[3],
        other_n=columns[4],
    )


@pytest.mark.parametrize("row", [(3, 20, 8, 40), (0, 12, 9, 60), (10, 10, 4, 30), (1, 200, 90, 3000)])
def test_one_stratum_is_fishers_test(row):
    hits, n, other, m = row
    expected = fisher_exact([[hits, n - hits], [other, m - other]]).pvalue
    assert no_difference_p(strata([(0, *row)]))[0] == pytest.approx(expected, rel=1e-9)


def test_several_strata_are_every_table_with_these_margins():
    rows = [(0, 2, 5, 1, 6), (0, 3, 4, 2, 8), (0, 0, 3, 0, 7)]  # the third tells nothing
    chance: dict[int, float] = {}
    for i in range(4):
        for j in range(5):
            ways = fisher_weight(i, 5, 3, 11) * fisher_weight(j, 4, 5, 12)
            chance[i + j] = chance.get(i + j, 0.0) + ways
    expected = sum(share for share in chance.values() if share <= chance[5] * (1 + 1e-9))
    assert no_difference_p(strata(rows))[0] == pytest.approx(expected)


def fisher_weight(hits: int, n: int, marked: int, total: int) -> float:
    return float(hypergeom.pmf(hits, total, marked, n))


def test_many_leads_have_the_normal_test():
    many = strata([(0, 300, 900, 280, 1000), (0, 90, 400, 120, 500)])
    assert no_difference_p(many)[0] == cochran_mantel_haenszel_p(many)[0]


def test_nothing_to_tell_is_no_difference():
    assert no_difference_p(strata([(0, 0, 5, 0, 9), (1, 4, 4, 6, 6)])).tolist() == [1.0, 1.0]


def test_the_far_tail_holds_its_level():
    """With five hits expected the normal test's p-values below 1e-3 come twice as often; these do not."""
    random, runs = np.random.default_rng(1), 60_000
    hits, other = random.binomial(25, 0.1, (runs, 2)), random.binomial(2500, 0.1, (runs, 2))
    drawn = Strata(
        group=np.repeat(np.arange(runs), 2),
        groups=runs,
        hits=hits.ravel().astype(float),
        n=np.full(2 * runs, 25.0),
        other_hits=other.ravel().astype(float),
        other_n=np.full(2 * runs, 2500.0),
    )
    normal = cochran_mantel_haenszel_p(drawn)
    assert (normal < 1e-3).mean() > 1.5e-3
    far = normal < 5e-3  # the exact p-value of the others is not below 1e-3 either
    places = np.flatnonzero(far)
    rows = np.concatenate([2 * places, 2 * places + 1])
    few = Strata(
        group=np.tile(np.arange(len(places)), 2),
        groups=len(places),
        hits=drawn.hits[rows],
        n=drawn.n[rows],
        other_hits=drawn.other_hits[rows],
        other_n=drawn.other_n[rows],
    )
    assert np.count_nonzero(no_difference_p(few) < 1e-3) / runs < 1.3e-3
