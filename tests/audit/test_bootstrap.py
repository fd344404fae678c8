"""The bootstrap over cells, and the check it makes possible: closed forms and resampling agree."""

from __future__ import annotations

import numpy as np
import pytest

from audit.bootstrap import percentile_interval, replicates, resampled
from audit.registry import metric
from tests.audit.tables import cube, random_leads, stream
from tests.validation.agreement import Agreement, agreement
from tests.validation.written import WIDE

BY = stream("g")


def test_multinomial_draws_keep_the_total_and_poisson_draws_do_not():
    leads = cube(random_leads(1, 500), BY)
    assert {one.total for one in resampled(leads, 20, 3)} == {500}
    totals = [one.total for one in resampled(leads, 400, 3, "poisson")]
    assert np.mean(totals) == pytest.approx(500, abs=5)
    assert np.std(totals) == pytest.approx(np.sqrt(500), rel=0.15)


def test_the_same_seed_gives_the_same_draws_however_they_are_cut(monkeypatch):
    leads = cube(random_leads(1, 300), BY)
    whole = [one.digest() for one in resampled(leads, 9, 3)]
    monkeypatch.setattr("audit.bootstrap._DRAWN_AT_ONCE", 2 * len(leads.n))
    assert [one.digest() for one in resampled(leads, 9, 3)] == whole
    assert [one.digest() for one in resampled(leads, 9, 4)] != whole


def test_a_replicate_costs_cells_and_not_rows():
    small, large = cube(random_leads(1, 500), BY), cube(random_leads(1, 500), BY)
    for _ in range(12):
        large = large + large
    assert len(large.n) == len(small.n)
    (one,) = resampled(large, 1, 0)
    assert one.total == 500 * 2**12


def test_the_spread_of_a_mean_is_the_one_of_the_textbook():
    leads = cube(random_leads(2, 2000), BY)
    drawn = replicates(leads, lambda one: [one.score_sum.sum() / one.total], 800, 1)
    mean = leads.score_sum.sum() / 2000
    variance = leads.score_squares.sum() / 2000 - mean**2
    assert drawn.std() == pytest.approx(np.sqrt(variance / 2000), rel=0.1)
    low, high = percentile_interval(drawn, 0.95)
    assert (high - low)[0] == pytest.approx(3.92 * np.sqrt(variance / 2000), rel=0.12)


def test_what_is_gone_in_every_draw_has_no_interval():
    low, high = percentile_interval(np.array([[np.nan, 1.0], [np.nan, np.inf], [np.nan, 3.0]]), 0.5)
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert (low[1], high[1]) == (1.5, 2.5)


def test_no_lead_no_draw():
    leads = cube(random_leads(1, 50), BY)
    assert [one.total for one in resampled(leads - leads, 2, 0)] == [0, 0]


def test_closed_forms_and_resampling_agree_for_every_metric_of_the_registry():
    """60 draws tell a width to about 9 %; what bounds a distance is wider on purpose, and named below."""
    found = agreement(2000, 60, 7)
    assert len({metric(one.metric).id for one in found}) >= 45
    off = [one for one in found if not _agrees(one)]
    assert not off


BOUNDS = frozenset({"together", "recalibration", "roc", "cross", "relative"})
"""Kinds whose intervals bound a maximum or allow for more than a draw of the leads moves."""
WIDER = {
    "queue_rate": 1.8,  # the leads that tie at the end of the queue may all be in it, or none
    "skew": 1.8,
    "exposure_per_merit": 2.0,  # what all leads get is taken as given; here half of them are the group's
    "converting_exposure": 1.7,
    "outcome_rate": 2.3,  # the outermost bands hold a few dozen leads
    "tenth": 1.6,
}


def _agrees(one: Agreement) -> bool:
    name = one.metric.partition("@")[0]
    if metric(one.metric).kind in WIDE | BOUNDS:
        return 0.75 <= one.ratio <= 2.6
    most = WIDER.get(name, WIDER.get(metric(one.metric).kind, 1.35))
    return 0.75 <= one.ratio <= most and one.apart <= 0.25 * max(one.bootstrap, one.analytic)
