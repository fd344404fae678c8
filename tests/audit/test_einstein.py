"""What Einstein Discovery's two alarms would say, on examples worked out by hand."""

from __future__ import annotations

import html
import math
from dataclasses import replace

import pytest

from audit.estimate import Estimate
from audit.finding import Finding, evidence
from audit.metrics import GroupEstimate
from audit.report.einstein import (
    CORRELATION,
    IMPACT_LABEL,
    PROXY_LABEL,
    highest,
    opinion,
    rate_line,
    ratio_line,
    strength_of,
)
from audit.report.page import to_html
from tests.webapp.sample_report import sample_report

RATES = {"town": 0.30, "coast": 0.50, "country": 0.38}
"""The reference (the largest group) is the town; the coast is selected most often."""


@pytest.fixture(scope="module")
def report():
    made = sample_report()
    rates = [
        GroupEstimate(
            attribute=("region",),
            group=(group,),
            metric="selection_rate",
            estimate=Estimate(value=rate, low=rate - 0.02, high=rate + 0.02, n=1_000),
        )
        for group, rate in RATES.items()
    ]
    others = [one for one in made.estimates if (one.attribute, one.metric) != (("region",), "selection_rate")]
    return replace(made, estimates=(*others, *rates))


def finding(group="country", metric="selection_rate", **facts) -> Finding:
    return Finding(
        id="f",
        severity="high",
        verdict="fail",
        attribute=("region",),
        group=(group,),
        metric=metric,
        text="A headline.",
        special_category=False,
        evidence=evidence(**facts),
    )


def test_the_line_lies_at_80_per_cent_of_the_highest_group_and_not_of_our_reference(report):
    assert highest(report, ("region",)) == (("coast",), 0.50)
    assert rate_line(report, ("region",)) == pytest.approx(0.40)
    assert ratio_line(report, ("region",), ("town",)) == pytest.approx(0.40 / 0.30)
    assert rate_line(report, ("region", "size")) is None


@pytest.mark.parametrize(
    ("group", "alarms", "words"),
    [
        # 1.27 times our reference, and 76 % of the coast: Einstein alarms where we compare with the town.
        ("country", True, "76 %"),
        ("town", True, "60 %"),
        ("coast", False, "100 %"),
    ],
)
def test_a_group_below_80_per_cent_of_the_highest_alarms(report, group, alarms, words):
    found = opinion(report, finding(group))
    assert (found.alarms, IMPACT_LABEL in found.sentence, words in found.sentence) == (alarms, True, True)


def test_exactly_80_per_cent_is_not_below_and_another_metric_has_no_alarm(report):
    even = [
        replace(one, estimate=replace(one.estimate, value=0.40)) if one.group == ("country",) else one
        for one in report.estimates
    ]
    assert opinion(replace(report, estimates=tuple(even)), finding()).alarms is False
    assert opinion(report, finding(metric="true_positive_rate")).alarms is None


def test_a_correlation_of_one_half_is_a_strength_of_79_hundredths():
    # d = 2 * 0.5 / sqrt(0.75) = 1.1547, and Phi(1.1547 / sqrt 2) = 0.7929.
    assert strength_of(CORRELATION) == pytest.approx(0.7929, abs=5e-5)
    assert strength_of(0.0) == 0.5
    assert strength_of(0.3) == pytest.approx(0.5 * (1 + math.erf(0.628971 / 2)), abs=1e-6)


def test_a_field_alarms_beyond_the_line_of_50_per_cent(report):
    weak = opinion(report, finding(metric="mean_score", proxy="zip3", proxy_auc=0.70))
    strong = opinion(report, finding(metric="mean_score", proxy="zip3", proxy_auc=0.85))
    assert (weak.alarms, strong.alarms) == (False, True)
    assert PROXY_LABEL in strong.sentence


def test_the_report_draws_both_lines_with_their_words_and_tells_each_finding(report):
    page = html.unescape(to_html(replace(report, findings=(finding(),))))
    assert page.count(IMPACT_LABEL) >= 2
    assert PROXY_LABEL in page
    assert "76\N{NO-BREAK SPACE}%" in page
