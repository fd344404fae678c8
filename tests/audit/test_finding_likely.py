"""A gap that is significant and beyond the tolerance as measured, but not surely so, is told as both."""

from __future__ import annotations

import numpy as np
import pytest

from audit.disparity import compare
from audit.finding.conclude import findings
from audit.finding.facts import Facts
from audit.metrics import estimates
from tests.validation.nulls import selected
from tests.validation.power import power


def told(*hits: int, n: int = 1000):
    cube, stream = selected(np.array(hits), (n,) * len(hits))
    facts = Facts(stream=stream, estimates=estimates(cube, stream, 0), disparities=compare(cube, stream, 0))
    return facts, findings(facts)


def test_an_impact_ratio_of_six_tenths_is_told_and_not_called_a_lack_of_data():
    facts, (found,) = told(100, 60)
    assert (found.severity, found.verdict, found.group) == ("low", "insufficient", ("g01",))
    assert "selected 0.60 times as often" in found.headline
    assert "p = 0.001 after correction" in found.rest
    assert "statistically and practically significant (29 CFR 1607.4(D))" in found.rest
    assert "0.44 to 0.81" in found.rest
    assert "Whether the true gap is larger than tolerated is not certain." in found.rest
    assert {one.verdict for one in facts.disparities if one.metric == "selection_rate"} == {"insufficient"}


@pytest.mark.parametrize(
    ("hits", "severities"),
    [
        ((100, 90), ["info"]),  # neither
        ((1000, 880), ["info"]),  # significant, within the tolerance
        ((100, 40), ["high"]),  # surely beyond: fails
    ],
)
def test_only_what_is_both_and_does_not_fail(hits, severities):
    _, found = told(*hits, n=2500 if hits[0] == 1000 else 1000)
    assert [one.severity for one in found] == severities


def test_the_other_groups_still_share_one():
    _, found = told(100, 60, 92, 95)
    assert [(one.severity, one.group) for one in found] == [("low", ("g01",)), ("info", ())]
    assert "g01" not in found[1].text


def test_it_is_noticed_in_four_of_five_audits_and_fails_in_half():
    """The promise: power of 80 % at impact ratio 0.6, base rate 10 %, 1,000 leads per group."""
    found = power(0.10, 0.06, 1000, 200, 3)
    assert min(found.significant, found.both, found.finding) >= 160
    assert 70 <= found.ratio <= 120
    assert found.difference == 0
