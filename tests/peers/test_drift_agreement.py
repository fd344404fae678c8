"""On the same two windows Evidently, NannyML and we say the same, wherever all define alike."""

from __future__ import annotations

import math

import pytest

from audit.drift import distances
from tests.peers.drift_data import NAMES, NUMBERS, windows
from tests.peers.ours_of_drift import binned, golden, ours

EXACT = {"rel": 1e-9, "abs": 1e-9}
NATS = math.sqrt(math.log(2))
"""A Jensen-Shannon distance in Evidently's natural logarithm, for one of 1 in bits."""


@pytest.fixture(scope="module", params=["bank", "generated"])
def both(request, data_dir):
    """Name, windows, our report by column, and what the peers said."""
    pair = windows(request.param, data_dir)
    report = ours(pair)
    return request.param, pair, report, golden()[request.param]


def by_name(report):
    return {one.name: one for one in report.columns}


def test_numbers_have_the_same_distances(both):
    name, pair, report, said = both
    for column in NUMBERS[name]:
        one, theirs = by_name(report)[column], said["columns"][column]
        assert one.kolmogorov_smirnov == pytest.approx(theirs["nannyml"]["kolmogorov_smirnov"], **EXACT)
        assert one.wasserstein == pytest.approx(theirs["nannyml"]["wasserstein"], **EXACT)
        unit = pair[0][column].std(ddof=0)
        assert one.wasserstein / unit == pytest.approx(theirs["evidently"]["wasserstein"], **EXACT)


def test_numbers_in_evidentlys_bins_have_the_same_distances(both):
    name, pair, _, said = both
    for column in NUMBERS[name]:
        p, q = binned(pair[0][column], pair[1][column])
        theirs = said["columns"][column]["evidently"]
        assert distances.jensen_shannon(p, q) * NATS == pytest.approx(theirs["jensenshannon"], **EXACT)
        if column == "size":  # no bin of it is far from full, so that neither's filling of empty bins matters
            assert distances.stability_index(p, q) == pytest.approx(theirs["psi"], rel=0.05)


def test_names_have_the_same_distances(both):
    name, _, report, said = both
    for column in NAMES[name]:
        one, theirs = by_name(report)[column], said["columns"][column]
        assert one.hellinger == pytest.approx(theirs["evidently"]["hellinger"], rel=1e-6)
        assert one.hellinger == pytest.approx(theirs["nannyml"]["hellinger"], rel=1e-6)
        assert one.jensen_shannon == pytest.approx(theirs["nannyml"]["jensen_shannon"], rel=1e-9, abs=1e-7)
        assert one.jensen_shannon * NATS == pytest.approx(
            theirs["evidently"]["jensenshannon"], rel=1e-9, abs=1e-7
        )
        if one.freedom > 1:
            assert one.chi_squared == pytest.approx(theirs["nannyml"]["chi2"], **EXACT)
        if column not in {"month", "contact"}:  # where a value is empty or nearly so, the filling decides
            assert one.psi == pytest.approx(theirs["evidently"]["psi"], rel=0.02, abs=1e-3)


def test_the_classifier_of_nannyml_tells_the_windows_apart_as_well_as_ours(both):
    _, _, report, said = both
    assert report.multivariate.auc == pytest.approx(said["domain_auc_of_shuffled_rows"], abs=0.03)
