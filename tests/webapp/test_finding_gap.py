from __future__ import annotations

import dataclasses

import pytest

from audit.disparity import Disparity
from audit.finding import Finding
from audit.report.model import Report
from tests.webapp.sample_report import sample_report
from webapp.viewmodels.finding_gap import finding_gap

NBSP = "\N{NO-BREAK SPACE}"


def about(report: Report, one: Disparity) -> Finding:
    return dataclasses.replace(
        report.findings[0],
        attribute=one.attribute,
        group=one.group,
        metric=one.metric,
        evidence=(("kind", one.kind),),
    )


@pytest.mark.parametrize(
    ("kind", "value"), [("difference", "\N{MINUS SIGN}11.3 points"), ("ratio", "0.67 times")]
)
def test_a_finding_shows_its_own_gap_with_the_tolerance(kind: str, value: str) -> None:
    report = sample_report()
    one = next(d for d in report.disparities if d.verdict == "fail" and d.kind == kind)
    drawn = finding_gap(about(report, one), report)
    assert drawn is not None
    assert drawn.value.replace(NBSP, " ") == value
    start, width = drawn.band
    assert start < drawn.picture.goal < start + width
    # It is outside the tolerance, and so is all of its range in the picture.
    assert drawn.picture.low < drawn.picture.dot < drawn.picture.high < start


def test_a_gap_without_a_range_and_a_finding_about_many_groups_have_no_picture() -> None:
    report = sample_report()
    one = report.disparities[0]
    finding = about(report, one)
    for changed in ({"low": None}, {"value": None, "low": None, "high": None}):
        bare = dataclasses.replace(one, **changed)
        rest = dataclasses.replace(report, disparities=(bare, *report.disparities[1:]))
        assert finding_gap(finding, rest) is None
    assert finding_gap(dataclasses.replace(finding, evidence=(("groups", 4),)), report) is None
    assert finding_gap(dataclasses.replace(finding, group=("nowhere",)), report) is None
