"""An earlier estimate knows what was known then, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from audit.expected import METRICS
from audit.expected.reconcile import reconciled
from tests.audit.expected.worlds import FIRST, World, asked, drawn, leads

COHORT = "2025-06"
BEGINS = 151
"""Days from the first to 2025-06-01; outcomes are ripe after 60."""


@pytest.fixture(scope="module")
def rows():
    return drawn(World(name="peeking", leads=600), 10, np.random.default_rng(4))


def past(rows):
    found = reconciled(leads(rows), "big", asked(10))
    return {(one.group, one.reference, one.metric): one for one in found if one.cohort == COHORT}


@pytest.fixture(scope="module")
def found(rows):
    return past(rows)


def turned(rows, which):
    return replace(rows, won=np.where(which, ~rows.won, rows.won))


def test_an_outcome_that_was_not_ripe_when_the_cohort_began_changes_no_estimate_of_it(rows, found):
    one, other = found, past(turned(rows, rows.day > BEGINS - 60))
    assert len(one) == len(other) >= 20
    assert {key: row.estimate for key, row in one.items()} == {
        key: row.estimate for key, row in other.items()
    }
    assert {key: row.truth for key, row in one.items()} != {key: row.truth for key, row in other.items()}


def test_the_last_outcome_that_was_ripe_changes_them(rows, found):
    one, other = found, past(turned(rows, rows.day == BEGINS - 60))
    assert {key: row.estimate for key, row in one.items()} != {
        key: row.estimate for key, row in other.items()
    }
    assert {key: row.truth for key, row in one.items()} == {key: row.truth for key, row in other.items()}


def test_it_says_until_when_it_learned(found):
    for row in found.values():
        assert row.begins == FIRST + timedelta(days=BEGINS)
        assert row.taught_until == row.begins - timedelta(days=60)
        assert row.error == row.estimate.value - row.truth
        assert row.held == (row.estimate.low <= row.truth <= row.estimate.high)


def test_the_truth_is_what_the_audit_measures(rows, found):
    """Plain counts of the worked leads of the cohort, with no use of the module's own sums."""
    of_cohort = (rows.day >= BEGINS) & (rows.day < BEGINS + 30) & rows.worked
    for group, name in enumerate(("big", "half", "small")):
        mine = of_cohort & (rows.group == group)
        chosen, won = rows.score[mine] >= 60, rows.won[mine]
        truth = {key[2]: row.truth for key, row in found.items() if key[:2] == (name, "")}
        assert set(truth) == set(METRICS)
        assert truth["base_rate"] == pytest.approx(won.mean())
        assert truth["true_positive_rate"] == pytest.approx(chosen[won].mean())
        assert truth["false_positive_rate"] == pytest.approx(chosen[~won].mean())
        assert truth["precision"] == pytest.approx(won[chosen].mean())
        assert truth["accuracy"] == pytest.approx((won == chosen).mean())
        better = rows.score[mine][won][:, None] - rows.score[mine][~won][None]
        assert truth["auc"] == pytest.approx((better > 0).mean() + (better == 0).mean() / 2)
