"""The simulations of `make validate` in short: every metric of the registry, fixed seeds, wide limits."""

from __future__ import annotations

import pytest

from audit.registry import metric
from tests.validation.accounts import clustered_alarms, clustered_coverage
from tests.validation.coverage import of_estimates, of_gaps
from tests.validation.exact import exact
from tests.validation.nulls import NULLS, alarms, bare_rule, reached
from tests.validation.whole import settings, whole_alarms
from tests.validation.worlds import world
from tests.validation.written import WIDE

PAIR = world((0.35, 0.0), (0.3, -4.0))


@pytest.mark.parametrize(("size", "groups"), [(60, 600), (400, 600)])
def test_every_estimate_of_the_registry_holds_its_truth(size, groups):
    for one in of_estimates(PAIR, size, groups, size):
        if one.behind < 20:
            continue
        least = 0.94 if one.behind >= 100 else 0.93
        assert one.share + 3 * one.error >= least, one
        if metric(one.metric).kind not in WIDE and one.behind >= 100:
            assert one.share - 3.5 * one.error <= 0.965, one


def test_every_comparison_of_the_registry_holds_its_truth():
    found = of_gaps(PAIR, 150, 60, 1)
    assert len({metric(one.metric).id for one in found}) >= 28
    for one in found:
        if one.behind >= 20:
            assert one.share + 3 * one.error >= 0.94, one


def test_with_accounts_every_number_of_the_registry_holds_its_truth():
    found = clustered_coverage(PAIR, 60, 150, 5, aware=True)
    assert len({metric(one.metric).id for one in found}) >= 55
    for one in found:
        assert one.share + 3 * one.error >= 0.94, one


def test_with_accounts_equal_groups_rarely_fail_where_they_often_do_without():
    without, aware = clustered_alarms(world((0.3, 0.0)), [60, 60, 60], 8, 6)
    assert without >= 3
    assert aware <= 1


@pytest.mark.parametrize(("name", "p", "sizes", "published"), NULLS)
def test_the_bare_rule_cries_wolf_as_published_and_the_audit_does_not(name, p, sizes, published):
    assert 100 * bare_rule(p, sizes, 40_000, 1) == pytest.approx(published, abs=1.0)
    found = alarms(name, p, sizes, published, 60)
    assert found.alarms <= 8  # of 60 at exactly 5 %, more than 8 has a probability of 0.3 %


@pytest.mark.parametrize(
    ("kind", "null", "runs"),
    [("score", 0, 25), ("options", 2, 15), ("levels", 3, 8)],
)
def test_whole_audits_with_everything_that_a_stream_can_name_do_not_cry_wolf(kind, null, runs):
    found = whole_alarms(kind, settings(kind)[null], runs, 11)
    assert found.metrics >= 55
    assert found.alarms <= 1 + runs // 6  # at exactly 5 %, more than that has a probability below 2 %


@pytest.mark.parametrize(("p", "q", "n"), [(0.1, 0.06, 300), (0.3, 0.2, 200), (0.3, 0.3, 100)])
def test_with_the_leads_still_needed_four_of_five_audits_reach_a_verdict(p, q, n):
    needed, share = reached(p, q, n, 120, 4)
    assert needed > n
    assert 0.68 <= share <= 0.95


def test_rates_differences_and_ratios_hold_exactly_what_they_say():
    for one in exact(20):
        assert one.mean >= 0.945, one
        assert one.lowest >= 0.91, one
