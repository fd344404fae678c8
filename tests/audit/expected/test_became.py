"""Cohorts by their names, and the truth of a cohort beside one that is counted by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from audit.expected import became, dated, expected_of, ripe_among, span_of
from audit.expected.cohorts import begins, cohort_of, ends, name
from audit.expected.leads import number_of
from audit.intake import admit
from tests.audit.expected.worlds import World, drawn, stream, table

DAYS = [date(1969, 12, 29), date(2024, 2, 29), date(2024, 12, 30), date(2026, 1, 1), date(2027, 1, 3)]


@pytest.mark.parametrize("period", ["week", "month", "quarter"])
@pytest.mark.parametrize("day", DAYS)
def test_a_name_gives_back_its_days(day, period):
    cohort = int(cohort_of(np.array([number_of(day)]), period)[0])
    assert span_of(name(cohort, period)) == (begins(cohort, period), ends(cohort, period))
    assert begins(cohort, period) <= day <= ends(cohort, period)


def test_a_week_is_that_of_the_calendar_and_ripens_with_its_sunday():
    assert span_of("2026-W05") == (date(2026, 1, 26), date(2026, 2, 1))
    assert ripe_among(["2026-W05"], date(2026, 2, 14), 14) == ()
    assert ripe_among(["2026-W05"], date(2026, 2, 15), 14) == ("2026-W05",)


@pytest.fixture(scope="module")
def rows():
    return table(drawn(World(name="became", leads=300), 8, np.random.default_rng(7)))


def test_the_truth_is_that_of_the_worked_leads_of_the_cohort(rows):
    of = stream()
    cube = dated(admit(rows, of).table, of)
    found = list(became(cube, of, ["2025-03", "2025-08"], date(2025, 8, 20)))
    assert {one.cohort for one in found} == {"2025-03"}
    march = [one for one in rows.to_pylist() if one["day"].startswith("2025-03") and one["worked"]]
    for group in ("big", "small"):
        own = [one for one in march if one["region"] == group]
        told = {one.metric: one for one in found if one.group == group}
        won = [one for one in own if one["won"]]
        assert told["base_rate"].value == pytest.approx(len(won) / len(own))
        assert told["base_rate"].n == len(own)
        selected = [one for one in won if one["score"] >= 60]
        assert told["true_positive_rate"].value == pytest.approx(len(selected) / len(won))
    every = next(one for one in found if not one.attribute and one.metric == "base_rate")
    assert every.n == len(march)


def test_it_is_the_truth_that_the_engine_reconciles_with(rows):
    of = stream()
    cube = dated(admit(rows, of).table, of)
    made = expected_of(cube, of)
    truth = {
        (one.cohort, one.attribute, one.group, one.metric): one.value
        for one in became(cube, of, {one.cohort for one in made.reconciled}, made.as_of)
    }
    alone = [one for one in made.reconciled if not one.reference]
    assert alone
    for one in alone:
        assert truth[one.cohort, one.attribute, one.group, one.metric] == pytest.approx(one.truth)


def test_weeks_are_estimated_as_months_are(rows):
    of = stream(minimum_group=5, maturity_days=14)
    seen = rows.filter([one <= "2025-07-28" for one in rows["day"].to_pylist()])
    made = expected_of(dated(admit(seen, of).table, of), of, period="week")
    told = {one.cohort for one in made.forecasts if one.cohort and one.estimate.value is not None}
    assert "2025-W30" in told
    assert span_of("2025-W30")[1] + timedelta(days=1) == date(2025, 7, 28)


def test_without_days_to_ripen_nobody_can_tell(rows):
    of = stream(maturity_days=None)
    cube = dated(admit(rows, of).table, of)
    assert list(became(cube, of, ["2025-03"], date(2025, 8, 20))) == []
