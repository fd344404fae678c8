"""What an auditor is told of a new field, another model and a season."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from audit.drift import Asked, alarms, drift_of_table, parts_of
from audit.report.monitoring.drift_words import told
from tests.audit.drift.drawn import STREAM
from tests.audit.drift.stories import FIRST, MARCH, MAY, NOVEMBER, year

STREAM_OF_YEAR = replace(STREAM, attributes=STREAM.attributes[:1])
QUICK = Asked(multivariate=False)


@pytest.fixture(scope="module")
def whole():
    return drift_of_table(year(), STREAM_OF_YEAR)


def column(report, name):
    return next(one for one in report.columns if one.name == name)


def at(day):
    return FIRST + timedelta(days=day)


def test_a_new_field_is_new_since_its_day_and_no_drift_of_values(whole):
    one = column(whole, "turnover")
    assert (one.begun, one.ended) == (at(MARCH), None)
    assert parts_of(one) == (one,)
    assert [each.title for each in told(whole) if "turnover" in each.title] == ["field turnover: new"]
    early = drift_of_table(year(), STREAM_OF_YEAR, replace(QUICK, reference_until=date(2026, 2, 28)))
    found = [each for each in told(early) if "turnover" in each.title]
    assert [(each.title, each.sentence) for each in found] == [
        ("field turnover: new", "It is new: no lead before 2026-03-02 has a value.")
    ]
    assert (
        alarms(early)
        == alarms(
            drift_of_table(
                year().drop(["feature:turnover"]),
                STREAM_OF_YEAR,
                replace(QUICK, reference_until=date(2026, 2, 28)),
            )
        )
        + 1
    )
    assert "turnover" not in {each.name for each in whole.multivariate.drivers}
    assert any(each.what == "turnover in all columns together" for each in whole.left_out)


def test_another_model_moves_the_score_of_leads_that_are_alike_in_all_groups(whole):
    one = next(each for each in whole.changes if each.cause == "model")
    assert one.earliest <= at(MAY) <= one.latest
    assert one.alike.left > 0.5 * one.alike.psi > 0.1
    assert all(each.after - each.before == pytest.approx(14, abs=2) for each in one.groups)
    assert {each.group for each in one.groups} == {"rural", "urban"}


def test_a_season_moves_the_score_by_the_mix_of_leads_alone(whole):
    one = next(each for each in whole.changes if each.cause == "mix")
    assert one.earliest <= at(NOVEMBER) <= one.latest
    assert one.alike.psi > 0.1 > 4 * one.alike.left
    assert [each.cause for each in whole.changes if each.verdict == "fail"] == ["model", "mix"]
    said = next(each.sentence for each in told(whole) if "other leads came" in each.sentence)
    assert "leads that are alike are scored as before" in said


def test_the_score_in_both_windows_is_told_for_leads_that_are_alike():
    season = drift_of_table(year(model=False), STREAM_OF_YEAR, QUICK)
    assert season.alike.psi > 0.1 > 4 * season.alike.left
    quiet = drift_of_table(year(model=False, season=False), STREAM_OF_YEAR, QUICK)
    assert not quiet.changes
    assert quiet.alike.psi < 0.02


def test_a_column_made_of_the_score_makes_no_leads_alike():
    table = year(season=False)
    grade = ["high" if one >= 60 else "middle" if one >= 45 else "low" for one in table["score"].to_pylist()]
    found = drift_of_table(table.append_column("feature:grade", [grade]), STREAM_OF_YEAR, QUICK)
    assert [one.cause for one in found.changes] == ["model"]
    assert any(one.what == "grade among what makes leads alike" for one in found.left_out)


def test_without_columns_beside_the_score_the_cause_is_unclear():
    table = year(season=False).drop(["feature:source", "feature:turnover", "attribute:region"])
    found = drift_of_table(table, replace(STREAM, attributes=()), QUICK)
    assert [(one.cause, one.alike) for one in found.changes] == [("unclear", None)]


def test_the_classifier_sees_as_many_leads_as_are_asked_for():
    found = drift_of_table(year(n=6_000, days=120), STREAM_OF_YEAR, Asked(drawn=300)).multivariate
    assert (found.reference, found.newest) == (300, 300)


def test_a_field_that_ends_is_gone_since_its_day():
    table = year(model=False, season=False)
    days = table["created"].to_pylist()
    gone = ["unknown" if day >= at(MAY) else "x" for day in days]
    one = column(drift_of_table(table.append_column("feature:old", [gone]), STREAM_OF_YEAR, QUICK), "old")
    assert (one.begun, one.ended) == (None, at(MAY - 1))
