"""Where values lie is declared once, in the registry; numbers and the ends of their intervals keep to it."""

from __future__ import annotations

import numpy as np
import pytest

from audit.intake import admit
from audit.metrics.clustered import apart_within
from audit.registry import METRICS, metric
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import parse_stream
from tests.validation.whole import _DECISION, _HEAD, KINDS, null_leads

REACH = {"share": (0.0, 1.0), "gap": (-1.0, 1.0), "positive": (0.0, np.inf), "line": (-np.inf, np.inf)}
SLACK = 1e-12


def audited(kind: str, sizes: tuple[int, ...] = (300, 200, 40)):
    stream = parse_stream(_HEAD + _DECISION[kind] + '[[stream.attribute]]\nname = "a"\n')
    leads = null_leads(np.random.default_rng(3), sizes, crossed=False, alike=kind == "account")
    return run(admit(leads, stream), stream, AuditRequest(seed=1))


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_and_its_interval_lie_where_the_registry_says(kind):
    found = audited(kind)
    assert len({metric(one.metric).id for one in found.estimates}) >= 45
    for one in found.estimates:
        lowest, highest = REACH[metric(one.metric).range]
        made = one.estimate
        if made.value is not None:
            ends = [made.value, *(end for end in (made.low, made.high) if end is not None)]
            assert all(lowest - SLACK <= end <= highest + SLACK for end in ends), one


@pytest.mark.parametrize("kind", KINDS)
def test_no_gap_is_wider_than_values_can_be_apart(kind):
    for one in audited(kind).disparities:
        lowest, highest = REACH[metric(one.metric).range]
        if one.value is not None and one.kind == "difference" and metric(one.metric).kind != "distance":
            furthest = highest - lowest + SLACK
            assert -furthest <= one.low <= one.high <= furthest, one


@pytest.mark.parametrize("reach", REACH)
def test_an_interval_pulled_apart_contains_the_one_that_it_was(reach):
    ends = (np.array([0.1, 0.0, 0.3]), np.array([0.2, 0.0, 0.5]), np.array([0.4, 0.2, 0.9]))
    low, high = apart_within(ends, np.full(3, 1.7), reach)
    assert (low <= ends[0] + SLACK).all()
    assert (high >= ends[2] - SLACK).all()
    assert (low >= REACH[reach][0]).all()
    assert (high <= REACH[reach][1]).all()


def test_an_interval_on_one_side_of_zero_may_cross_it_where_values_may():
    """What lies between 0 and 1 is not a share for that: a calibration intercept may be negative."""
    ends = (np.array([0.03]), np.array([0.18]), np.array([0.33]))
    low, high = apart_within(ends, np.array([2.0]), METRICS["calibration_intercept"].range)
    assert (low[0], high[0]) == (pytest.approx(-0.12), pytest.approx(0.48))
    low, _ = apart_within(ends, np.array([2.0]), METRICS["skew"].range)
    assert low[0] < 0
    low, _ = apart_within(ends, np.array([2.0]), METRICS["selection_rate"].range)
    assert low[0] > 0
