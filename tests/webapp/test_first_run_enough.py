"""When a first audit has too little data: what is missing and when it will be there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from audit.history import overview
from tests.webapp.sample_report import sample_report
from webapp.start.enough import too_little, weekly_of, what_is_missing


def unsure():
    """The sample's audit with every comparison without enough data; each group lacks 40 leads."""
    report = sample_report()
    open_ones = tuple(
        replace(one, verdict="insufficient", n_needed=one.n + 40, metric="selection_rate")
        for one in report.disparities
        if len(one.attribute) == 1
    )
    return replace(report, disparities=open_ones, findings=())


@pytest.mark.parametrize(
    ("weekly", "told"),
    [
        (None, "nobody can say when"),
        (0.0, "nobody can say when"),
        (
            50.0,
            "About 50\N{NO-BREAK SPACE}leads come in a week. If that stays, the first comparison can have",
        ),
        (0.001, "it would take years"),
    ],
)
def test_when_it_will_be_enough(weekly, told):
    report = unsure()
    missing = what_is_missing(report, overview(report, None), weekly)
    assert told in missing.when
    assert missing.missing
    assert all("40\N{NO-BREAK SPACE}more leads than the" in one for one in missing.missing)


def test_where_no_number_helps_it_says_what_must_come_first():
    report = replace(unsure(), disparities=(), estimates=())
    missing = what_is_missing(report, overview(report, None), 50.0)
    assert missing.missing == ()
    assert "a second group, or leads whose outcome is known" in missing.when


def test_groups_that_are_too_small_to_be_compared_lack_leads():
    report = unsure()
    settings = replace(report.settings, minimum_group=10**9)
    small = replace(report, disparities=(), settings=settings)
    missing = what_is_missing(small, overview(report, None), 50.0)
    sizes = {one.estimate.n for one in report.estimates if one.metric == "count" and len(one.attribute) == 1}
    assert missing.missing
    for sentence in missing.missing:
        assert any(f"than the {n:,} there are" in sentence for n in sizes)


def test_only_an_audit_without_any_verdict_has_too_little():
    assert too_little(None)
    assert too_little(overview(replace(unsure(), disparities=()), None))


def test_the_pace_is_that_of_the_last_quarter():
    days = [date(2026, 11, 1)] * 26 + [date(2025, 1, 1)] * 100
    assert weekly_of(pa.chunked_array([pa.array(days, pa.date32())]), date(2026, 11, 26)) == 2.0
